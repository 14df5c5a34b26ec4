/** A meta decoded and validated, and encoded: microseconds each, at three sizes. */
import { isDeepStrictEqual } from 'node:util';
import { now } from '../clock.js';
import { can, type Steps } from '../peer.js';
import { quantile } from '../statistics.js';
import { taskId } from '../tasks.js';
import { figure, type Variant, type Workload } from '../workload.js';

// -------------------------------------------------------------------------------------
// the sample
// -------------------------------------------------------------------------------------

const TASK_ID = taskId('00000000', 0);

const record = (index: number) => ({
  id: taskId('00000000', index),
  name: `record ${index}`,
  score: index / 7,
  tags: ['a', 'b', null, true],
});

/** With Python's spaces; the sample has no text in which that would be wrong. */
const pythonJson = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replaceAll(/\n */g, ' ')
    .replaceAll(/(?<=[[{]) | (?=[\]}])/g, '');

/** A SUCCESS with so many records, as Celery writes it. */
const sample = (records: number): Buffer =>
  Buffer.from(
    pythonJson({
      status: 'SUCCESS',
      result: Array.from({ length: records }, (_, index) => record(index)),
      traceback: null,
      children: [],
      date_done: '2024-05-06T07:08:09.123456+00:00',
      task_id: TASK_ID,
    }),
  );

// -------------------------------------------------------------------------------------
// the workload
// -------------------------------------------------------------------------------------

const ROUNDS = 15;

/** How many bytes a round goes through. */
const A_ROUND = 4_000_000;

/** The middle of several rounds, in microseconds a call. */
const time = (run: () => unknown, bytes: number): number => {
  const calls = Math.ceil(A_ROUND / bytes);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = now();
    for (let call = 0; call < calls; call += 1) run();
    return (now() - started) / calls;
  });
  return quantile(rounds, 0.5);
};

const steps: Steps = (session) => ({
  codec: async ({ n }) => {
    const bytes = sample(n);
    const { decode, encode } = can(session, 'codec')(bytes, TASK_ID);
    const again = can(session, 'codec')(Buffer.from(String(encode())), TASK_ID);
    if (!isDeepStrictEqual(decode(), again.decode())) throw new Error('The meta has changed');
    return { decode: time(decode, bytes.length), encode: time(encode, bytes.length) };
  },
});

const SIZES = [
  { title: '250 bytes', records: 1, decodeAtMost: 2.5 },
  { title: '10 KB', records: 92, decodeAtMost: 2.5 },
  { title: '1 MB', records: 9_000, decodeAtMost: 1.3 },
];

const variants = (part: Variant['in'], runs: number): ReadonlyArray<Variant> =>
  SIZES.map(({ title, records, decodeAtMost }) => ({
    ...{ title, in: part, runs },
    params: { n: records },
    peers: ['chordis', 'JSON'],
    goals: [
      { measure: 'decode', against: 'JSON', atMost: decodeAtMost },
      { measure: 'encode', against: 'JSON', atMost: 3 },
    ],
  }));

export const codec: Workload = {
  name: 'decode and encode',
  measures: {
    decode: { title: 'decode', unit: 'µs', better: 'lower' },
    encode: { title: 'encode', unit: 'µs', better: 'lower' },
  },
  variants: [...variants('short', 1), ...variants('full', 5)],
  steps,
  conduct: async ({ params, peer }) => {
    const figures = await peer.call('codec', params);
    return { decode: figure(figures, 'decode'), encode: figure(figures, 'encode') };
  },
};
