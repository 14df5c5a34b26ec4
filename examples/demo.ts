/**
 * `npm run demo`: workers run a handful of tasks and a chord and store their states, a watcher
 * draws each state as it arrives, and a table tells how every task ended.
 *
 * The whole of it is one stream: ending it, or Ctrl-C, lets go of all it has opened.
 * Around it are
 *
 * - `demo/resultStore.ts`: the Redis it happens in,
 * - `demo/tasks.ts`: the tasks, and the workers that run them,
 * - `demo/album.ts`: the chord,
 * - `demo/watching.ts`: how they are watched,
 * - `demo/screen.ts`: bars, lines and the table.
 *
 * With `--celery` it is a Celery worker that runs a chord, sent from here: `demo/celery.ts`.
 */
import { type Call, RedisBackend } from 'chordis';
import { keys } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { album, albumId, bound, pages } from './demo/album.js';
import { celeryDemo } from './demo/celery.js';
import { type ResultStore, resultStore$ } from './demo/resultStore.js';
import { openScreen, table } from './demo/screen.js';
import { finished, run, type Task, tasks } from './demo/tasks.js';
import { count, watch } from './demo/watching.js';

const KEYPREFIX = 'chordis-demo';

const everything: ReadonlyArray<Task> = [finished, ...tasks, album];

interface Backends {
  readonly watcher: RedisBackend;
  readonly workers: RedisBackend;
  /** What the workers' chord has called. */
  readonly calls$: Rx.Observable<Call>;
}

/** Runs and watches every task; emits how they ended. */
const spectacle = ({ watcher, workers, calls$ }: Backends) =>
  Rx.defer(() => {
    const screen = openScreen(everything.map(({ name }) => name));
    const watched$ = Rx.forkJoin(everything.map(watch(watcher, screen)));
    const header$ = Rx.concat(
      workers.setChordSize(albumId, pages.length),
      Rx.merge(...pages.map(run(workers))),
    );
    const body$ = calls$.pipe(Rx.take(1), Rx.map(bound), Rx.mergeMap(run(workers)));
    const worked$ = Rx.merge(header$, body$, ...tasks.map(run(workers))).pipe(Rx.ignoreElements());
    return Rx.merge(watched$, count(watcher, screen, album, pages), worked$).pipe(
      Rx.finalize(screen.close),
      Rx.last(),
      Rx.map((metas) => table(everything, metas)),
    );
  });

/** Leaves nothing of it in the store, the mark that the chord is done included. */
const forget = (backend: RedisBackend): Rx.Observable<unknown> => {
  const mark = keys(KEYPREFIX).group(albumId, '.c');
  return Rx.forkJoin([
    ...[...everything, ...pages].map(({ id }) => backend.forget(id)),
    ...(E.isRight(mark) ? [backend.delete(mark.right)] : []),
  ]);
};

const demo = ({ url, description }: ResultStore): Rx.Observable<string> => {
  const calls$ = new Rx.Subject<Call>();
  const options = {
    url,
    globalKeyprefix: KEYPREFIX,
    expires: 60,
    retryPolicy: { maxRetries: 1 },
    socketConnectTimeout: 2,
    // Most chords send a message by a broker, whose URL would stand here.
    broker: (call: Call) => calls$.next(call),
  };
  const watcher = new RedisBackend(options);
  // Workers are other processes as a rule. What memory:// holds, no other backend sees.
  const workers = url.startsWith('memory:') ? watcher : new RedisBackend(options);

  return run(workers)(finished).pipe(
    Rx.last(),
    Rx.tap(() => console.log(`Results are kept in ${description} (${watcher.asUri()}).\n`)),
    Rx.mergeMap(() => spectacle({ watcher, workers, calls$ })),
    Rx.mergeMap((shown) => forget(watcher).pipe(Rx.map(() => shown))),
    Rx.tap({ error: () => console.error(`Results cannot be kept in ${description}:`) }),
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

const scene = process.argv.includes('--celery') ? celeryDemo : demo;

resultStore$
  .pipe(
    Rx.mergeMap((store) => Rx.defer(() => scene(store))),
    Rx.take(1),
    Rx.takeUntil(interrupted$),
  )
  .subscribe({
    next: (shown) => console.log(shown),
    error: (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  });
