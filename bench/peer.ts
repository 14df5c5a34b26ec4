/**
 * What a workload asks of a peer. Each peer is one file under `peers/`, written as the
 * peer's own documentation advises, and opens in a process of its own; it leaves out
 * what its library cannot do.
 */
import type { Params } from './tasks.js';
import type { Shape } from './workloads/apply.js';

export interface Session {
  /** Watches every task; resolves once none of their results can be missed. */
  readonly watch?: (
    ids: ReadonlyArray<string>,
    take: (id: string, value: unknown) => void,
  ) => Promise<void>;
  /** Watches every task for the sake of all of their results; these may come when all are there. */
  readonly join?: NonNullable<Session['watch']>;
  /** Leaves every task that is still watched; resolves once that is confirmed. */
  readonly leave?: () => Promise<void>;
  /** Resolves once a link that was lost is there again, and each task is watched that was. */
  readonly resynced?: () => Promise<void>;
  /** What a caller holds of each task before anything is asked of it. */
  readonly results?: (ids: ReadonlyArray<string>) => unknown;
  /** Waits for each task; resolves with what is held of that once all are watched. */
  readonly get?: (ids: ReadonlyArray<string>) => Promise<unknown>;
  /** Sends a task and watches its result from before; resolves once the broker has it. */
  readonly send?: (id: string) => Promise<void>;
  /** Sends a task as `send` does, and resolves with its result. */
  readonly call?: (id: string) => Promise<unknown>;
  /** Runs a canvas of so many tasks; resolves once all messages are with the broker. */
  readonly apply?: (shape: Shape, n: number) => Promise<void>;
  /** What has to be there before a store, such as the job whose result it is. Untimed. */
  readonly prepareStore?: (ids: ReadonlyArray<string>) => Promise<void>;
  /** Stores a SUCCESS and tells whoever watches; rejects where that was not done. */
  readonly store?: (id: string, value: unknown) => Promise<void>;
  /** Returns a SUCCESS as a part of a chord; rejects where that was not done. */
  readonly part?: (group: string, index: number, id: string, value: unknown) => Promise<void>;
  /** Serves the states of the run's task as events; at which port. */
  readonly tellEvents?: (run: string) => Promise<number>;
  /** Decodes the bytes of the task's meta, and encodes what they hold. */
  readonly codec?: (bytes: Buffer, taskId: string) => Codec;
}

export interface Codec {
  readonly decode: () => unknown;
  readonly encode: () => unknown;
}

/** Opens a session with the server at `port`. */
export type Peer = (port: number) => Promise<Session>;

/** What a process answers: numbers by name. */
export type Figures = Readonly<Record<string, number>>;

/** One step of a workload, done in the measured process. */
export type Step = (params: Params) => Promise<Figures>;

/** The steps of a workload, with what they remember from one to the next. */
export type Steps = (session: Session) => Readonly<Record<string, Step>>;

export const can = <K extends keyof Session>(
  session: Session,
  what: K,
): NonNullable<Session[K]> => {
  const able = session[what];
  if (able === undefined) throw new Error(`This peer cannot ${what}`);
  return able;
};
