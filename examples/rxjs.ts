/**
 * `npm run example -- rxjs`: many tasks as one stream, with RxJS.
 *
 * Each result is pushed as it is stored, and `resultConsumer` shares one link to Redis
 * among however many tasks are watched.
 */
import { randomUUID } from 'node:crypto';
import { RedisBackend } from 'chordis';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'memory://', expires: 60 });
const ids: ReadonlyArray<string> = Array.from({ length: 5 }, () => randomUUID());

/** Somewhere else, workers square numbers; the larger the number, the sooner it is done. */
const worked$ = Rx.from(ids).pipe(
  Rx.mergeMap((id, n) =>
    Rx.concat(
      backend.markAsStarted(id, { pid: process.pid }),
      Rx.timer(500 - 100 * n),
      backend.markAsDone(id, n * n),
    ),
  ),
);

/** Every state of every task. */
const states$ = Rx.from(ids).pipe(Rx.mergeMap((id) => backend.resultConsumer.consumeFrom(id)));

/** The ready ones alone, each with its task's id; what can't be read is the `Left` of its own. */
const results$ = backend.getMany(ids).pipe(
  Rx.map(([id, result]) => {
    const outcome = E.isRight(result)
      ? `${result.right.status} ${result.right.result}`
      : result.left.message;
    return `task ${ids.indexOf(id)}: ${outcome}`;
  }),
  Rx.tap(console.log),
);

const counts$ = states$.pipe(
  Rx.groupBy(({ status }) => status),
  Rx.mergeMap((group) =>
    group.pipe(
      Rx.count(),
      Rx.map((n) => `${group.key} seen ${n} times`),
    ),
  ),
  Rx.tap(console.log),
);

Rx.merge(worked$, results$, counts$)
  .pipe(
    Rx.finalize(() => {
      backend.close()();
    }),
  )
  .subscribe({
    error: (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  });
