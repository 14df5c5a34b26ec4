/**
 * The tasks of a run, which every process can tell from a number: their ids, their
 * results, and the metas that the writer stores. `peers/celeryClient.py` has the same.
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What a run is about. A workload reads what it needs of it. */
export interface Params {
  /** Eight hexadecimal digits, the start of each id. */
  readonly run: string;
  /** How many tasks. */
  readonly n: number;
  /** What fills a result, so that its meta is as long as it is to be. */
  readonly text: string;
  /** How many operations are under way at once. */
  readonly concurrency: number;
  /** Stores in a second; 0 is as fast as can be. */
  readonly rate: number;
  readonly seconds: number;
  /** How many of the tasks are in one chord, at most. */
  readonly chord: number;
  /** Whether its chords are to be complete in the end. */
  readonly whole: boolean;
  /** How many states a task has. */
  readonly states: number;
  /** Where events are served. */
  readonly port: number;
}

export interface Result {
  readonly index: number;
  /** When the writer made it, in the microseconds of `clock.ts`; 0 where nobody asks. */
  readonly at: number;
  readonly text: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const taskId = (run: string, index: number): string =>
  `${run}-5c0b-4f0e-9d7e-${index.toString(16).padStart(12, '0')}`;

export const taskIds = ({ run, n }: Params): ReadonlyArray<string> =>
  Array.from({ length: n }, (_, index) => taskId(run, index));

/** The index of a task, as its id says. */
export const indexOf = (id: string): number => Number.parseInt(id.slice(24), 16);

export const keyOf = (id: string): string => `celery-task-meta-${id}`;

/** What fills a meta up to `bytes`. */
export const filler = (bytes: number): string => 'x'.repeat(bytes - BARE);

export const resultOf = (index: number, text: string): Result => ({ index, at: 0, text });

/** A SUCCESS as Celery writes it, with two numbers of fixed width, so that all are as long. */
export const metaText = (id: string, index: number, at: number, text: string): string =>
  `{"status": "SUCCESS", "result": {"index": ${index}, "at": ${at}, "text": "${text}"}, ` +
  `"traceback": null, "children": [], "date_done": "2024-05-06T07:08:09.123456+00:00", ` +
  `"task_id": "${id}"}`;

/** The task whose states are told to many. */
export const watchedTask = (run: string): string => taskId(run, 0);

/** A state on the way, as a task of Celery's stores it by `update_state`. */
export const progressText = (id: string, current: number, text: string): string =>
  `{"status": "PROGRESS", "result": {"current": ${current}, "text": "${text}"}, ` +
  `"traceback": null, "children": [], "date_done": null, "task_id": "${id}"}`;

/** A command in the protocol of Redis; of ASCII alone. */
export const command = (...args: ReadonlyArray<string>): string =>
  `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;

/** A common length of a meta without its filler. */
const BARE = metaText(taskId('00000000', 0), 10_000, 0, '').length;
