/**
 * Random chords returned part by part to chordis and to Celery 5.7.0, each on a server of
 * its own, compared key by key after every step. The parts repeat, fail, come late, are
 * an older worker's, and meet a claim that is somebody else's.
 */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisBackend } from '../../src/index.js';
import { pythonValue } from '../pythonValue.js';
import { describeCelery, type PythonSession, startPython } from './celery.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';

const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 150);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? Math.floor(Math.random() * 2 ** 31));

const BODY = {
  ...{ task: 'tasks.xsum', args: [], kwargs: {}, subtask_type: null, immutable: false },
  options: { task_id: 'body' },
};

// -------------------------------------------------------------------------------------
// cases
// -------------------------------------------------------------------------------------

interface Settings {
  readonly ordered: boolean;
  readonly expires: number;
  readonly chordExpires: number | null;
}

type Step =
  | { readonly op: 'set_chord_size'; readonly group: string; readonly size: number }
  | { readonly op: 'add_to_chord'; readonly group: string }
  | {
      readonly op: 'part';
      readonly group: string;
      readonly task: string;
      readonly index: number | null;
      readonly state: string;
      readonly result: unknown;
      readonly body: unknown;
    }
  /** Somebody else, on both servers. */
  | { readonly op: 'lapse'; readonly suffix: string }
  | { readonly op: 'claim'; readonly token: string }
  | { readonly op: 'older'; readonly n: number };

const settings: fc.Arbitrary<Settings> = fc.record({
  ordered: fc.boolean(),
  expires: fc.constantFrom(0, 60, 86_400),
  chordExpires: fc.constantFrom(null, 0, 30, 90_000),
});

const error = { $py: 'exception', module: 'builtins', qualname: 'ValueError', args: ['x'] };

/** So few that they repeat; never more than the size, of which Celery makes nothing. */
const MEMBERS = 3;

const part = (withIndex: boolean): fc.Arbitrary<Step> =>
  fc
    .record({
      n: fc.nat(MEMBERS - 1),
      outcome: fc.constantFrom<readonly [string, unknown]>(
        ...[1, 'é', null, [2]].map((value) => ['SUCCESS', value] as const),
        ['FAILURE', error],
      ),
    })
    .map(({ n, outcome: [state, result] }) => ({
      ...{ op: 'part' as const, group: 'g', task: `t${n}`, index: withIndex ? n : null },
      ...{ state, result, body: BODY },
    }));

const step = (withIndex: boolean, ordered: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 8, arbitrary: part(withIndex) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Step>(
        { op: 'set_chord_size', group: 'g', size: MEMBERS },
        { op: 'lapse', suffix: '.c' },
        { op: 'lapse', suffix: '.s' },
        { op: 'claim', token: 'somebody' },
      ),
    },
    // where it may come again chordis does otherwise, and says so
    ...(ordered && withIndex
      ? [{ weight: 1, arbitrary: fc.nat(MEMBERS - 1).map((n): Step => ({ op: 'older', n })) }]
      : []),
  );

const scenario = fc
  .tuple(settings, fc.boolean())
  .chain(([own, withIndex]) =>
    fc.tuple(
      fc.constant(own),
      fc.array(step(withIndex, own.ordered), { minLength: 2, maxLength: 12 }),
    ),
  );

// -------------------------------------------------------------------------------------
// what is there
// -------------------------------------------------------------------------------------

const everything = async ({ admin }: RedisServer): Promise<unknown> => {
  const keys = (await admin.keys('*')).sort();
  const found = [];
  for (const key of keys) {
    if (key.startsWith('_kombu')) continue;
    const type = await admin.type(key);
    const ttl = await admin.ttl(key);
    const value =
      type === 'set'
        ? (await admin.smembers(key)).sort()
        : type === 'zset'
          ? await admin.call('ZRANGE', key, 0, -1, 'WITHSCORES')
          : type === 'list'
            ? (await admin.lrange(key, 0, -1)).map((item) => argumentsIn(item))
            : readable(String(await admin.get(key)));
    // a second may pass between the two sides
    found.push([key, type, value, ttl < 0 ? ttl : Math.round(ttl / 5)]);
  }
  return found;
};

/** Of a message its arguments, of a part all of it. */
const argumentsIn = (item: string): unknown => {
  const read = JSON.parse(item);
  return read.headers === undefined
    ? item
    : [read.headers.task, Buffer.from(read.body, 'base64').toString()];
};

/** Dates, frames and tokens are each side's own. */
const readable = (text: string): unknown => {
  if (/^[0-9a-f]{32}$/.test(text)) return '<token>';
  if (!text.startsWith('{')) return text;
  const { status, result, children } = JSON.parse(text);
  return { status, result, children };
};

// -------------------------------------------------------------------------------------
// tests
// -------------------------------------------------------------------------------------

describeCelery('chordis beside Celery 5.7.0, on random parts of chords', () => {
  let theirs: RedisServer;
  let ours: RedisServer;
  let session: PythonSession;
  beforeAll(async () => {
    [theirs, ours] = await Promise.all([startRedis(), startRedis()]);
    session = await startPython({ broker: theirs.celeryUrl(0), backend: theirs.celeryUrl(0) });
  });
  afterAll(async () => {
    await session?.stop();
    await expectNoLeaks(ours);
    await Promise.all([theirs?.stop(), ours?.stop()]);
  });

  const both = async (run: (server: RedisServer) => Promise<unknown>): Promise<void> => {
    await run(theirs);
    await run(ours);
  };

  const perform = async (backend: RedisBackend, own: Settings, next: Step): Promise<void> => {
    const key = (suffix: string) => `celery-taskset-meta-g${suffix}`;
    if (next.op === 'lapse') return both(({ admin }) => admin.del(key(next.suffix)));
    if (next.op === 'claim') {
      return both(({ admin }) => admin.set(key('.c'), next.token, 'EX', 100, 'NX'));
    }
    if (next.op === 'older') {
      const member = `[1, "t${next.n}", "SUCCESS", 1]`;
      return both(async ({ admin }) => {
        // only where neither it nor another value of it is there already
        const known = await admin.sismember(key('.d'), `t${next.n}:${next.n}`);
        if (known === 0 && (await admin.get(key('.c'))) !== 'done') {
          await admin.zadd(key('.j'), String(next.n), member);
        }
      });
    }
    const said = await session.python(
      'import chordDifferential; return chordDifferential.run(args[0], args[1])',
      [own, next],
    );
    expect(said).toBeNull();
    const result = await operationOf(backend, next)();
    if (E.isLeft(result)) throw result.left;
  };

  it(
    'leaves the same after every step',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async ([own, steps]) => {
          await both(({ admin }) => admin.flushall());
          const backend = new RedisBackend({
            ...{ url: ours.url(0), broker: ours.url(0), logger: QUIET },
            ...{ expires: own.expires, chordExpires: own.chordExpires, chordOrdered: own.ordered },
          });
          try {
            const older = new Set<string>();
            for (const next of steps) {
              if (next.op === 'older') older.add(`t${next.n}`);
              // a part of an older worker that comes again with another value counts twice there
              if (next.op === 'part' && older.has(next.task) && next.result !== 1) continue;
              await perform(backend, own, next);
              expect(await everything(ours), JSON.stringify(next)).toEqual(
                await everything(theirs),
              );
            }
          } finally {
            await backend.close()();
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: false },
      );
    },
    Math.max(180_000, RUNS * 1000),
  );
});

const QUIET = { warn: () => undefined, error: () => undefined };

const operationOf = (backend: RedisBackend, next: Extract<Step, { readonly group: string }>) => {
  switch (next.op) {
    case 'set_chord_size':
      return backend.setChordSize(next.group, next.size);
    case 'add_to_chord':
      return backend.addToChord(next.group);
    case 'part':
      return backend.onChordPartReturn(
        { id: next.task, group: next.group, groupIndex: next.index, chord: next.body },
        next.state,
        pythonValue(next.result),
      );
  }
};
