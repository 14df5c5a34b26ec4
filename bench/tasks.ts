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

/** A common length of a meta without its filler. */
const BARE = metaText(taskId('00000000', 0), 10_000, 0, '').length;
