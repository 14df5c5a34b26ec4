/**
 * Telling many, of whom none may keep the others from hearing.
 *
 * @since 0.1.0
 */
import { throwError } from 'rxjs';

/** As an error of an observable that nobody handles: RxJS throws it in a task of its own. */
export const reportUnhandled = (error: unknown): void => {
  throwError(() => error).subscribe();
};

/** Calls a function that is not ours; what it throws is reported. */
export const isolated = (call: () => void): void => {
  try {
    call();
  } catch (thrown) {
    reportUnhandled(thrown);
  }
};
