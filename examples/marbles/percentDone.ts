/**
 * The line under a progress bar: how far a task is, that it seems stuck where nothing was
 * heard of it for five seconds, and in the end what it came to.
 */
import { isReady, type ResultConsumer, type TaskMeta } from 'chordis';
import { concat, map, type Observable, of, switchMap, timer } from 'rxjs';

const STUCK_AFTER_MS = 5_000;

const line = ({ status, result }: TaskMeta): string => {
  switch (status) {
    case 'PROGRESS':
      return `${Number(result)} %`;
    case 'SUCCESS':
      return 'done';
    default:
      return status.toLowerCase();
  }
};

export const percentDone = (consumer: ResultConsumer, taskId: string): Observable<string> =>
  consumer
    .consumeFrom(taskId)
    .pipe(
      switchMap((meta) =>
        isReady(meta.status)
          ? of(line(meta))
          : concat(of(line(meta)), timer(STUCK_AFTER_MS).pipe(map(() => `${line(meta)}, stuck?`))),
      ),
    );
