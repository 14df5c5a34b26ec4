import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisBackend, type RedisBackendOptions } from '../../src/index.js';
import { describeCelery, startPython } from './celery.js';
import { type Arena, openArena } from './differentialArena.js';
import { cases, type DifferentialCase } from './differentialCases.js';
import { mutations, tampered, unchanged } from './differentialMutants.js';
import {
  celerySubject,
  chordisSubject,
  type Outcome,
  type Store,
  type Subject,
} from './differentialSubjects.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';

const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 1_000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Ten times what it takes. */
const TIME_LIMIT = Math.max(120_000, RUNS * 60);

const CELERY_DB = 1;
const CHORDIS_DB = 2;

/** In milliseconds, besides what the runs themselves took. */
const TTL_TOLERANCE = 1_000;

const answer = (outcome: Outcome): unknown => ('failed' in outcome ? 'failed' : outcome.returned);

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
    const theirs = await arena.observe(celery, CELERY_DB, case_);
    const ours = await arena.observe(chordis, CHORDIS_DB, case_);
    // Why something failed is for people to read.
    expect(
      ours.outcomes.map(answer),
      inspect({ ours: ours.outcomes, theirs: theirs.outcomes }),
    ).toEqual(theirs.outcomes.map(answer));
    expect(ours.messages).toEqual(theirs.messages);
    expect(ours.stored).toEqual(theirs.stored);
    const tolerance = TTL_TOLERANCE + ours.milliseconds + theirs.milliseconds;
    for (const [key, left] of Object.entries(theirs.left)) {
      expect(Math.abs((ours.left[key] ?? Number.NaN) - left), `TTL of ${key}`).toBeLessThan(
        tolerance,
      );
    }
  };

  const property = (chordis: Subject) =>
    fc.asyncProperty(cases, (case_) => compare(chordis, case_));

  /** The URL is the test's. */
  const withChordis = async <A>(
    open: (options: RedisBackendOptions) => Store,
    use: (chordis: Subject) => Promise<A>,
  ): Promise<A> => {
    const chordis = chordisSubject((options) => open({ ...options, url: server.url(CHORDIS_DB) }));
    try {
      return await use(chordis);
    } finally {
      await chordis.close();
    }
  };

  it('stores, publishes and answers the same', { timeout: TIME_LIMIT }, async () => {
    console.info(`DIFFERENTIAL_SEED=${SEED} DIFFERENTIAL_RUNS=${RUNS}`);
    await withChordis(
      (options) => new RedisBackend(options),
      (chordis) => fc.assert(property(chordis), { numRuns: RUNS, seed: SEED }),
    );
  });

  describe('what it would notice', () => {
    // The same ones each time: whether they notice is no matter of luck.
    const runs = { numRuns: 500, seed: 1, endOnFailure: true };

    it('is nothing in a store that was not tampered with', { timeout: 60_000 }, () =>
      withChordis(tampered(unchanged), (chordis) => fc.assert(property(chordis), runs)),
    );

    it.each(mutations)('is %s', { timeout: 60_000 }, (_what, mutation) =>
      withChordis(tampered(mutation), async (chordis) => {
        const { errorInstance } = await fc.check(property(chordis), runs);
        expect(errorInstance).toMatchObject({ name: 'AssertionError' });
      }),
    );
  });
});
