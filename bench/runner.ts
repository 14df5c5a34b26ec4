/**
 * Runs each row's peers in turn, A B A B …, so that whatever else the machine does falls
 * on all of them; each run in a new process, on an empty server.
 */
import type { Options } from './options.js';
import type { Figures } from './peer.js';
import { type PeerInfo, type PeerName, peers } from './peers.js';
import { missingFor, startPeer, startWriter } from './processes.js';
import type { RedisServer } from './redisServer.js';
import { filler, type Params } from './tasks.js';
import type { Variant, Workload } from './workload.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** The figures of every run of a row, by peer. */
export interface Row {
  readonly workload: Workload;
  readonly variant: Variant;
  readonly runs: ReadonlyMap<PeerName, ReadonlyArray<Figures>>;
}

/** Of each peer in each row, unless told. */
const RUNS = 5;

const defaults: Params = {
  run: '00000000',
  n: 0,
  text: '',
  concurrency: 1,
  rate: 0,
  seconds: 0,
  chord: 1,
  whole: false,
  states: 0,
  port: 0,
};

// -------------------------------------------------------------------------------------
// running
// -------------------------------------------------------------------------------------

export const planned = (
  workloads: ReadonlyArray<Workload>,
  { full, only }: Options,
): ReadonlyArray<readonly [Workload, Variant]> =>
  workloads.flatMap((workload) =>
    workload.variants
      .filter((variant) => (variant.in === 'full') === full)
      .filter(({ title }) => `${workload.name}, ${title}`.includes(only))
      .map((variant) => [workload, variant] as const),
  );

export const runRow = async (
  workload: Workload,
  variant: Variant,
  server: RedisServer,
  options: Options,
  onRun: (line: string) => void,
): Promise<Row> => {
  const names = variant.peers.filter(
    (name) => missingFor(name) === undefined && (options.peers?.includes(name) ?? true),
  );
  const runs = new Map<PeerName, Array<Figures>>(names.map((name) => [name, []]));
  const rounds = options.runs ?? variant.runs ?? RUNS;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const figures = await runOnce(workload, variant, name, server, options, round);
      runs.get(name)?.push(figures);
      onRun(`${workload.name}, ${variant.title}: ${name}, ${round + 1} of ${rounds}`);
    }
  }
  return { workload, variant, runs };
};

const runOnce = async (
  workload: Workload,
  variant: Variant,
  name: PeerName,
  { port, admin }: RedisServer,
  { profile }: Options,
  round: number,
): Promise<Figures> => {
  await admin.flushall();
  const info: PeerInfo = peers[name];
  const run = (round + 1).toString(16).padStart(8, '0');
  const params = { ...defaults, ...variant.params, run, text: filler(variant.bytes ?? 250) };
  const file = fileName(workload, variant, round);
  const profiling =
    profile === undefined || name !== 'chordis'
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${file}`];
  const [writer, peer] = await Promise.all([
    startWriter(info.wire, port),
    startPeer(name, workload.name, port, profiling),
  ]);
  try {
    return await workload.conduct({ params, info, peer, writer, admin });
  } catch (error) {
    throw new Error(`${name}, ${workload.name}, ${variant.title}: ${error}`, { cause: error });
  } finally {
    await Promise.all([peer.end(), writer.end()]);
  }
};

const fileName = ({ name }: Workload, { title }: Variant, round: number): string =>
  `${`${name} ${title} ${round}`.replace(/[^A-Za-z0-9]+/g, '-')}.cpuprofile`;
