/**
 * Random canvases, made and sent by Celery's own client. chordis plans the same signatures;
 * makes them by its own constructors, to the same JSON; and sends them by a producer: the
 * same messages, the same keys, the same results.
 *
 * What differs on purpose: ids that neither was given (each is named after the place where
 * it is seen first), `origin` and `delivery_tag`.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  appliedByChordis,
  argsOf,
  builtByChordis,
  type Case,
  canvasOf,
  onTheWire,
  plannedByChordis,
  readByChordis,
  renamed,
  sentByCelery,
} from './canvasSubjects.js';
import { describeCelery, type PythonSession, startPython } from './celery.js';
import { type RedisServer, startRedis } from './redisServer.js';

const RUNS = Number(process.env.CANVAS_RUNS ?? (process.env.CI === 'true' ? 1000 : 200));
const SEED = Number(process.env.CANVAS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const DEPTH = Number(process.env.CANVAS_DEPTH ?? 4);
const BATCH = 200;

/** Ten times what it takes. */
const TIME_LIMIT = Math.max(120_000, RUNS * 250);

/** It can't freeze a chain of nothing, nor link what it has read to the members of a group. */
const CELERY_FAILS = /^(IndexError|AttributeError\("'(dict|list)' object has no attribute)/;

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
      const told = { planned: 0, built: 0, applied: 0 };
      for (let done = 0; done < RUNS; done += BATCH) {
        const cases = (await celery.python('import canvases; return canvases.run(*args)', [
          SEED + done,
          Math.min(BATCH, RUNS - done),
          DEPTH,
        ])) as ReadonlyArray<Case>;
        expect(cases).toBeInstanceOf(Array);
        for (const case_ of cases) {
          if (CELERY_FAILS.test(case_.failed ?? '')) continue;
          expect(case_.failed).toBeUndefined();
          const sent = renamed(sentByCelery(case_));
          expect(renamed(plannedByChordis(case_)), JSON.stringify(case_)).toEqual(sent);
          told.planned += 1;
          const built = builtByChordis(case_);
          if (built !== undefined) {
            expect(onTheWire(built)).toEqual(readByChordis(case_));
            told.built += 1;
          }
          // A producer gives no arguments besides those of the canvas.
          if (argsOf(case_.args).length > 0) continue;
          const applied = await appliedByChordis(case_, built ?? canvasOf(case_));
          if (applied === null) expect(case_.result).toBeNull();
          else expect(renamed(applied), JSON.stringify(case_)).toEqual(sent);
          told.applied += 1;
        }
      }
      expect(told.planned).toBeGreaterThan(RUNS * 0.9);
      expect(told.built).toBeGreaterThan(RUNS * 0.5);
      expect(told.applied).toBeGreaterThan(RUNS * 0.2);
      if (process.env.CANVAS_RUNS !== undefined) console.log(told);
    },
    TIME_LIMIT,
  );
});
