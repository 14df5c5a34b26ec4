/** What the page and its server say to each other, besides the states of tasks. */

/** What can be sent. */
export type Kind = 'work' | 'retries' | 'fails' | 'chord' | 'brokenChord' | 'crowd';

/** What can be killed, and is started again a while later. */
export type Restartable = 'server' | 'redis';

export interface SentTask {
  readonly id: string;
  readonly name: string;
}

/** What may be watched, and a token that says so. */
export interface Granted {
  readonly tasks: ReadonlyArray<string>;
  readonly groups: ReadonlyArray<string>;
  readonly token: string;
}

/** What was sent at once. */
export interface Sent {
  readonly id: string;
  readonly kind: Kind;
  /** Of a group, or of the header of a chord; it is saved under `groupId`. */
  readonly members: ReadonlyArray<SentTask>;
  readonly groupId: string | null;
  /** A task alone, or the body of a chord. */
  readonly task: SentTask | null;
  readonly granted: Granted;
}

export interface About {
  /** Where results are, and who works. */
  readonly store: string;
  readonly workers: string;
  readonly restarts: ReadonlyArray<Restartable>;
}
