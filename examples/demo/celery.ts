/**
 * The demo with a Celery worker: a chord that TypeScript sends, and Python runs. Its states
 * are drawn as they arrive, like those of the plain demo.
 */
import { randomUUID } from 'node:crypto';
import { RedisBackend } from 'chordis';
import { chord, Producer, signature } from 'chordis/producer';
import { keys } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { celeryWorker } from '../worker/celeryWorker.js';
import type { ResultStore } from './resultStore.js';
import { openScreen, table } from './screen.js';
import { count, type Watched, watch } from './watching.js';

const KEYPREFIX = 'chordis-demo-celery-';

const PAGES = 8;

const pages: ReadonlyArray<Watched> = Array.from({ length: PAGES }, (_, index) => ({
  id: randomUUID(),
  name: `page ${index + 1}`,
}));

const album: Watched = { id: randomUUID(), name: 'photo album' };

const everything = [...pages, album];

/** The id of the chord's header. */
const groupId = randomUUID();

const photoAlbum = chord(
  pages.map(({ id }, index) => signature('album.draw', [index + 1], {}, { taskId: id })),
  signature('album.bind', [], {}, { taskId: album.id }),
  { taskId: groupId },
);

/** Sends the chord and watches it; emits how it ended. */
const spectacle = (backend: RedisBackend, producer: Producer): Rx.Observable<string> =>
  Rx.defer(() => {
    const screen = openScreen(everything.map(({ name }) => name));
    const watched$ = Rx.forkJoin(everything.map(watch(backend, screen)));
    const sent$ = producer.apply(photoAlbum).pipe(Rx.ignoreElements());
    return Rx.merge(watched$, count(backend, screen, album, pages), sent$).pipe(
      Rx.finalize(screen.close),
      Rx.last(),
      Rx.map((metas) => table(everything, metas)),
    );
  });

/** What a worker leaves in a broker. */
const LEFT = ['.celery', '.celeryev', '.celery.pidbox', '_deadlines', '_permanent.celery'].map(
  (name) => `${KEYPREFIX}_kombu.binding${name}`,
);

/** Leaves nothing of it in the store, the mark that the chord is done included. */
const forget = (backend: RedisBackend): Rx.Observable<unknown> => {
  const mark = keys(KEYPREFIX).group(groupId, '.c');
  return Rx.forkJoin([
    ...everything.map(({ id }) => backend.forget(id)),
    ...LEFT.map((key) => backend.delete(key)),
    ...(E.isRight(mark) ? [backend.delete(mark.right)] : []),
  ]);
};

/** Emits how the tasks ended, as a table. */
export const celeryDemo = ({ url, description }: ResultStore): Rx.Observable<string> => {
  if (url.startsWith('memory:')) {
    return Rx.throwError(
      () => new Error('No redis-server was found for Celery: set REDIS_URL, or install one.'),
    );
  }
  const backend = new RedisBackend({
    url,
    globalKeyprefix: KEYPREFIX,
    expires: 60,
    retryPolicy: { maxRetries: 1 },
    socketConnectTimeout: 2,
  });
  const producer = new Producer({
    backend,
    broker: url,
    brokerTransportOptions: { globalKeyprefix: KEYPREFIX },
  });
  return backend.get('anything').pipe(
    Rx.tap({
      next: () => console.log(`A Celery worker starts on ${description} (${backend.asUri()}) …\n`),
      error: () => console.error(`Celery can't work on ${description}:`),
    }),
    Rx.mergeMap(() =>
      celeryWorker({
        ...{ folder: 'demo', app: 'album', url, concurrency: 4 },
        env: { KEYPREFIX },
      }),
    ),
    Rx.mergeMap(() => spectacle(backend, producer)),
    // the worker ends here
    Rx.take(1),
    Rx.mergeMap((shown) => forget(backend).pipe(Rx.map(() => shown))),
    Rx.finalize(() => {
      producer.close()();
      backend.close()();
    }),
  );
};
