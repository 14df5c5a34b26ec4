import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisBackend } from '../../src/index.js';
import { describeCelery, startPython } from './celery.js';
import { type Arena, type Observed, openArena } from './differentialArena.js';
import { cases, type DifferentialCase } from './differentialCases.js';
import { celerySubject, chordisSubject, type Subject } from './differentialSubjects.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';

const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 2_000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? Math.floor(Math.random() * 2 ** 31));

const CELERY_DB = 1;
const CHORDIS_DB = 2;

/** In milliseconds, besides what the runs themselves took. */
const TTL_TOLERANCE = 1_000;

/**
 * The one difference between the two versions of Celery that these cases meet: chordis
 * writes `date_done` as main does, with its offset, and 5.2.6 writes it without. Texts
 * within a result can't be mistaken for it: their quotes are escaped.
 */
const asMainWrites = ({ now }: DifferentialCase, observed: Observed): Observed => {
  const naive = now.replace(/\.000$/, '').replace(/(\.\d{3})$/, '$1000');
  const written = (text: string): string =>
    text.replaceAll(`"date_done": "${naive}"`, `"date_done": "${naive}+00:00"`);
  return {
    ...observed,
    outcomes: observed.outcomes,
    messages: observed.messages.map(([channel, payload]) => [channel, written(payload)]),
    stored: Object.fromEntries(
      Object.entries(observed.stored).map(([key, [type, value]]) => [key, [type, written(value)]]),
    ),
  };
};

describeCelery('chordis beside Celery, on random operations', () => {
  let server: RedisServer;
  let arena: Arena;
  let celery: Subject;
  beforeAll(async () => {
    server = await startRedis();
    const url = server.celeryUrl(CELERY_DB);
    celery = celerySubject(await startPython({ broker: url, backend: url }));
    arena = await openArena(server);
  });
  afterAll(async () => {
    await celery?.close();
    await arena?.close();
    await expectNoLeaks(server);
    await server?.stop();
  });

  const compare = async (chordis: Subject, case_: DifferentialCase): Promise<void> => {
    const theirs = asMainWrites(case_, await arena.observe(celery, CELERY_DB, case_));
    const ours = await arena.observe(chordis, CHORDIS_DB, case_);
    expect(ours.outcomes).toEqual(theirs.outcomes);
    expect(ours.messages).toEqual(theirs.messages);
    expect(ours.stored).toEqual(theirs.stored);
    const tolerance = TTL_TOLERANCE + ours.milliseconds + theirs.milliseconds;
    for (const [key, left] of Object.entries(theirs.left)) {
      expect(Math.abs((ours.left[key] ?? Number.NaN) - left), `TTL of ${key}`).toBeLessThan(
        tolerance,
      );
    }
  };

  it('stores, publishes and answers the same', { timeout: 120_000 }, async () => {
    console.info(`DIFFERENTIAL_SEED=${SEED} DIFFERENTIAL_RUNS=${RUNS}`);
    const chordis = chordisSubject(
      (options) => new RedisBackend({ ...options, url: server.url(CHORDIS_DB) }),
    );
    try {
      await fc.assert(
        fc.asyncProperty(cases, (case_) => compare(chordis, case_)),
        { numRuns: RUNS, seed: SEED },
      );
    } finally {
      await chordis.close();
    }
  });
});
