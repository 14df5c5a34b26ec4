/**
 * Parts returned to chords in a second, so many at a time. Without `whole`, no chord is ever
 * complete; with it each is, and its body is sent to a broker on the same server.
 */
import type { Redis } from 'ioredis';
import { groupKey, groups, total } from '../chords.js';
import { now } from '../clock.js';
import { can, type Figures, type Steps } from '../peer.js';
import type { PeerName } from '../peers.js';
import { type Params, resultOf, taskIds } from '../tasks.js';
import { figure, type Goal, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const steps: Steps = (session) => ({
  parts: async (params) => {
    const part = can(session, 'part');
    const chords = groups(params);
    const ids = taskIds(params).entries();
    const returning = async (): Promise<void> => {
      for (const [index, id] of ids) {
        const group = chords[Math.floor(index / params.chord)] ?? '';
        await part(group, index % params.chord, id, resultOf(index, params.text));
      }
    };
    const started = now();
    await Promise.all(Array.from({ length: params.concurrency }, returning));
    return { us: now() - started };
  },
});

// -------------------------------------------------------------------------------------
// before and after
// -------------------------------------------------------------------------------------

const begin = async (admin: Redis, params: Params): Promise<void> => {
  await Promise.all(groups(params).map((group) => admin.set(groupKey(group, '.s'), total(params))));
};

const compare = async (admin: Redis, params: Params): Promise<void> => {
  const chords = groups(params);
  const counts = await Promise.all(chords.map((group) => admin.zcard(groupKey(group, '.j'))));
  const expected = params.whole ? 0 : params.n;
  const parts = counts.reduce((sum, count) => sum + count, 0);
  if (parts !== expected) throw new Error(`${parts} parts are there, and not ${expected}`);
  const bodies = await admin.llen('celery');
  const sent = params.whole ? chords.length : 0;
  if (bodies !== sent) throw new Error(`${bodies} bodies were sent, and not ${sent}`);
  await admin.del('celery');
};

// -------------------------------------------------------------------------------------
// the workload
// -------------------------------------------------------------------------------------

const round = async ({ peer, admin }: Stage, params: Params): Promise<Figures> => {
  await begin(admin, params);
  const us = figure(await peer.call('parts', params), 'us');
  await compare(admin, params);
  return { rate: params.n / (us / 1e6), each: us / params.n };
};

const ALONE: ReadonlyArray<Goal> = [
  { measure: 'rate', against: 'ioredis, EVALSHA', atLeast: 0.95 },
  { measure: 'rate', against: 'Celery', atLeast: 1.7 },
];
const CROWD: ReadonlyArray<Goal> = [
  { measure: 'rate', against: 'ioredis, EVALSHA', atLeast: 2 },
  { measure: 'rate', against: 'ioredis, MULTI', atLeast: 5 },
  { measure: 'rate', against: 'Celery', atLeast: 20 },
];

const all: ReadonlyArray<PeerName> = ['chordis', 'ioredis, EVALSHA', 'ioredis, MULTI', 'Celery'];

const inFlight = (
  part: Variant['in'],
  [concurrency, n]: readonly [concurrency: number, n: number],
  goals: ReadonlyArray<Goal>,
): Variant => ({
  title: `${concurrency.toLocaleString('en')} at a time`,
  in: part,
  params: { concurrency, n, chord: n, whole: false },
  peers: all,
  goals,
});

const whole = (chord: number): Variant => ({
  title: `chords of ${chord.toLocaleString('en')}, whole`,
  in: 'full',
  params: { concurrency: 1024, n: 100_000, chord, whole: true },
  peers: ['chordis'],
  goals: [],
});

export const parts: Workload = {
  name: 'chord parts',
  measures: {
    rate: { title: '', unit: 'parts/s', better: 'higher' },
    each: { title: 'each', unit: 'µs', better: 'lower' },
  },
  variants: [
    inFlight('short', [1, 2_000], ALONE),
    inFlight('short', [1024, 20_000], CROWD),
    inFlight('full', [1, 5_000], ALONE),
    inFlight('full', [1024, 50_000], CROWD),
    ...[10, 1_000, 100_000].map(whole),
  ],
  steps,
  conduct: (stage) => {
    const chord = Math.max(stage.info.warmUp, stage.params.chord);
    return warmed(stage, (params) => round(stage, params), { chord });
  },
};
