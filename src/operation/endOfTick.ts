/**
 * @since 0.1.0
 */
import { asapScheduler } from 'rxjs';

/**
 * Calls `work` once what runs now has ended, on RxJS's clock, so that virtual time has it
 * too. RxJS drops what was scheduled behind an action that throws, anybody's; this is
 * then scheduled anew.
 */
export const atEndOfTick = (work: () => void): void => {
  let isDue = true;
  const action = asapScheduler.schedule(() => {
    isDue = false;
    work();
  });
  action.add(() => {
    if (isDue) atEndOfTick(work);
  });
};
