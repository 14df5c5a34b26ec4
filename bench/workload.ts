/**
 * A workload: what is done, by whom, in which sizes, and what is to be reached. To add
 * one, write a file under `workloads/` and name it in `workloads.ts`.
 */
import type { Redis } from 'ioredis';
import type { Figures, Steps } from './peer.js';
import type { PeerInfo, PeerName } from './peers.js';
import type { Remote } from './remote.js';
import type { Params } from './tasks.js';

export interface Measure {
  readonly title: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** It is to be near nothing, so that a ratio says nothing. */
  readonly nearNothing?: true;
}

/** What chordis' figure has to be, or that divided by the other's. */
export interface Goal {
  readonly measure: string;
  readonly against?: PeerName | undefined;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Variant {
  readonly title: string;
  readonly params: Partial<Omit<Params, 'run' | 'text'>>;
  /** The length of a meta; 250 where it is left out. */
  readonly bytes?: number;
  readonly peers: ReadonlyArray<PeerName>;
  readonly goals: ReadonlyArray<Goal>;
  /** Whether it is part of the short run or of the full one. */
  readonly in: 'short' | 'full';
  /** How often it is run, where that is not as often as the others. */
  readonly runs?: number;
}

/** One run of one peer. */
export interface Stage {
  readonly params: Params;
  readonly info: PeerInfo;
  readonly peer: Remote;
  readonly writer: Remote;
  readonly admin: Redis;
}

export interface Workload {
  readonly name: string;
  readonly measures: Readonly<Record<string, Measure>>;
  readonly variants: ReadonlyArray<Variant>;
  /** What the measured process does. */
  readonly steps: Steps;
  /** Who does what when; resolves with a figure for each measure. */
  readonly conduct: (stage: Stage) => Promise<Figures>;
}

/** The figure that a step has to answer. */
export const figure = (figures: Figures, name: string): number => {
  const value = figures[name];
  if (value === undefined) throw new Error(`There is no figure ${name}`);
  return value;
};

/** A round to warm the peer up, with fewer tasks and what `other` says; then one that counts. */
export const warmed = async <A>(
  { params, info }: Stage,
  round: (params: Params) => Promise<A>,
  other: Partial<Params> = {},
): Promise<A> => {
  if (info.warmUp > 0) await round({ ...params, run: 'aaaaaaaa', n: info.warmUp, ...other });
  return round(params);
};
