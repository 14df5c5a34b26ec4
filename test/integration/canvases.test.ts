/**
 * Random canvases, sent by Celery's own client and planned by chordis from the same
 * signatures, and applied by a producer: the same messages, the same keys, the same results.
 *
 * What differs on purpose: ids that neither was given (each is named after the place where
 * it is seen first), `origin` and `delivery_tag`.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  appliedByChordis,
  type Case,
  plannedByChordis,
  renamed,
  sentByCelery,
} from './canvasSubjects.js';
import { describeCelery, type PythonSession, startPython } from './celery.js';
import { type RedisServer, startRedis } from './redisServer.js';

const RUNS = Number(process.env.CANVAS_RUNS ?? 600);
const SEED = Number(process.env.CANVAS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const DEPTH = Number(process.env.CANVAS_DEPTH ?? 3);
const BATCH = 200;

/** Ten times what it takes. */
const TIME_LIMIT = Math.max(120_000, RUNS * 100);

describeCelery('the plan of a canvas', () => {
  let server: RedisServer;
  let celery: PythonSession;
  beforeAll(async () => {
    server = await startRedis();
    const url = server.celeryUrl(1);
    celery = await startPython({ broker: url, backend: url });
  });
  afterAll(async () => {
    await celery?.stop();
    await server?.stop();
  });

  it(
    `is what Celery sends, writes and returns, on ${RUNS} random canvases (seed ${SEED})`,
    async () => {
      for (let done = 0; done < RUNS; done += BATCH) {
        const cases = (await celery.python('import canvases; return canvases.run(*args)', [
          SEED + done,
          Math.min(BATCH, RUNS - done),
          DEPTH,
        ])) as ReadonlyArray<Case>;
        expect(cases).toBeInstanceOf(Array);
        for (const case_ of cases) {
          // Celery can't freeze a chain of nothing.
          if (case_.failed?.startsWith('IndexError')) continue;
          expect(case_.failed).toBeUndefined();
          expect(renamed(plannedByChordis(case_)), JSON.stringify(case_)).toEqual(
            renamed(sentByCelery(case_)),
          );
          // A producer gives no arguments besides those of the canvas.
          if (case_.args.length > 0) continue;
          const applied = await appliedByChordis(case_);
          if (applied === null) expect(case_.result).toBeNull();
          else
            expect(renamed(applied), JSON.stringify(case_)).toEqual(renamed(sentByCelery(case_)));
        }
      }
    },
    TIME_LIMIT,
  );
});
