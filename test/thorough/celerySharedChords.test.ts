/**
 * Chords sent from here, one after another, whose parts are shared between Celery's workers
 * and chordis: each body runs once, with all values in the order of the header, and nothing
 * of a chord is left.
 *
 * `CHORDIS_SHARED_CHORDS=200 CHORDIS_SHARED_PARTS=100` is the run that is long enough to find
 * what is rare.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { json, type RedisBackend, registry } from '../../src/index.js';
import { chord, Producer, signature } from '../../src/producer/index.js';
import { decodeMessage, requestOf } from '../../src/wire/index.js';
import { describeMatrix, startWorker } from '../integration/celery.js';
import type { RedisServer } from '../integration/redisServer.js';
import { onRedis, right } from '../integration/scenario.js';

const CHORDS = Number(process.env.CHORDIS_SHARED_CHORDS ?? 20);
const PARTS = Number(process.env.CHORDIS_SHARED_PARTS ?? 20);

/** The queue that no Celery worker has. */
const HERE = 'here';

const requested = requestOf(registry([json], ['json']));

/** Runs the tasks of that queue, until it is told to stop. */
const workHere = (server: RedisServer, backend: RedisBackend) => {
  const queue = new Redis({ port: server.port, db: 0 });
  let isOver = false;
  let ran = 0;
  const run = async (text: Buffer): Promise<void> => {
    const request = pipe(decodeMessage(HERE, text), E.chainW(requested));
    if (E.isLeft(request)) throw request.left;
    await right(
      backend.markAsDone(request.right.id, request.right.args?.[0], { request: request.right }),
    );
    ran += 1;
  };
  const work = async (): Promise<void> => {
    while (!isOver) {
      const first = await queue.brpopBuffer(HERE, 0.2);
      const more = first === null ? null : await queue.rpopBuffer(HERE, PARTS);
      await Promise.all([...(first?.slice(1) ?? []), ...(more ?? [])].map(run));
    }
    queue.disconnect();
  };
  const working = work();
  return {
    /** How many tasks it has run. */
    stop: async (): Promise<number> => {
      isOver = true;
      await working;
      return ran;
    },
  };
};

describeMatrix('chords in a row, shared with Celery', (version) => {
  it(
    `each run their body once: ${CHORDS} of ${PARTS} parts`,
    () =>
      onRedis(async ({ server, backend }) => {
        const worker = await startWorker({
          ...{ version, broker: server.celeryUrl(0), backend: server.celeryUrl(1) },
          pool: 'prefork',
        });
        const own = backend({ url: server.url(1), broker: server.url(0) });
        const producer = new Producer({ backend: own });
        const here = workHere(server, own);
        try {
          for (let n = 0; n < CHORDS; n++) {
            const header = Array.from({ length: PARTS }, (_, i) =>
              signature('tasks.echo', [[n, i]], {}, (i + n) % 2 ? { queue: HERE } : {}),
            );
            const body = signature('tasks.collected', [`chord ${n}`]);
            const sent = await right(producer.apply(chord(header, body)));
            expect(await right<unknown>(sent.get({ timeout: 60 }))).toEqual(
              Array.from({ length: PARTS }, (_, i) => [n, i]),
            );
          }
          expect(await here.stop()).toBe((CHORDS * PARTS) / 2);
          await server.admin.select(1);
          const bodies = await server.admin.lrange('bodies', 0, -1);
          expect(bodies).toEqual(Array.from({ length: CHORDS }, (_, n) => `chord ${n}`));
          const left = await server.admin.keys('celery-taskset-meta-*');
          // that each is done is told for a while, and where Celery writes it, who was counted
          expect(left.filter((key) => !/\.[cd]$/.test(key))).toEqual([]);
        } finally {
          await here.stop();
          await right(producer.close());
          await worker.stop();
        }
      }),
    60_000 + CHORDS * PARTS * 20,
  );
});
