/**
 * `npm run demo`: workers run a handful of tasks and store their states, a watcher draws
 * each state as it arrives, and a table tells how every task ended.
 *
 * The whole of it is one stream: ending it, or Ctrl-C, lets go of all it has opened.
 * Around it are
 *
 * - `demo/resultStore.ts`: the Redis it happens in,
 * - `demo/tasks.ts`: the tasks, and the workers that run them,
 * - `demo/screen.ts`: bars, lines and the table.
 */
import { RedisBackend, type TaskMeta } from 'chordis';
import * as Rx from 'rxjs';
import { type ResultStore, resultStore$ } from './demo/resultStore.js';
import { openScreen, type Screen, table } from './demo/screen.js';
import { finished, run, type Task, tasks } from './demo/tasks.js';

const everything: ReadonlyArray<Task> = [finished, ...tasks];

/** Shows each state of a task as it arrives; emits the last one. */
const watch =
  (backend: RedisBackend, screen: Screen) =>
  ({ id, name }: Task): Rx.Observable<TaskMeta> =>
    backend.resultConsumer.consumeFrom(id).pipe(
      Rx.tap((meta) => screen.show(name, meta)),
      Rx.last(),
    );

/** Runs and watches every task; emits how each ended. */
const spectacle = (watcher: RedisBackend, workers: RedisBackend) =>
  Rx.defer(() => {
    const screen = openScreen(everything.map(({ name }) => name));
    const watched$ = Rx.forkJoin(everything.map(watch(watcher, screen)));
    const worked$ = Rx.merge(...tasks.map(run(workers))).pipe(Rx.ignoreElements());
    return Rx.merge(watched$, worked$).pipe(Rx.finalize(screen.close));
  });

const demo = ({ url, description }: ResultStore): Rx.Observable<ReadonlyArray<TaskMeta>> => {
  const options = {
    url,
    globalKeyprefix: 'chordis-demo',
    expires: 60,
    retryPolicy: { maxRetries: 1 },
    socketConnectTimeout: 2,
  };
  const watcher = new RedisBackend(options);
  // Workers are other processes as a rule. What memory:// holds, no other backend sees.
  const workers = url.startsWith('memory:') ? watcher : new RedisBackend(options);

  return run(workers)(finished).pipe(
    Rx.last(),
    Rx.tap(() => console.log(`Results are kept in ${description} (${watcher.asUri()}).\n`)),
    Rx.mergeMap(() => spectacle(watcher, workers)),
    Rx.mergeMap((metas) =>
      Rx.forkJoin(everything.map(({ id }) => watcher.forget(id))).pipe(Rx.map(() => metas)),
    ),
    Rx.finalize(() => {
      for (const backend of new Set([watcher, workers])) backend.close()();
    }),
  );
};

/** Ctrl-C, `kill`, and the end of who reads the output, as in `npm run demo | head`. */
const interrupted$ = Rx.merge(
  Rx.fromEvent(process, 'SIGINT').pipe(Rx.map(() => 130)),
  Rx.fromEvent(process, 'SIGTERM').pipe(Rx.map(() => 143)),
  Rx.fromEvent(process.stdout, 'error').pipe(Rx.map(() => 141)),
).pipe(
  Rx.tap((exitCode) => {
    process.exitCode = exitCode;
  }),
);

resultStore$
  .pipe(
    Rx.mergeMap((store) =>
      Rx.defer(() => demo(store)).pipe(
        Rx.tap({ error: () => console.error(`Results cannot be kept in ${store.description}:`) }),
      ),
    ),
    Rx.take(1),
    Rx.takeUntil(interrupted$),
  )
  .subscribe({
    next: (metas) => console.log(table(everything, metas)),
    error: (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  });
