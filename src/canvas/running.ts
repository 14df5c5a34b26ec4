/**
 * What running a canvas needs and what comes of it: shared by the runs of its kinds, each of
 * which runs the others.
 *
 * @since 0.1.0
 */
import type { Canvas, Options, Task } from './canvas.js';
import type { Draft, GroupDraft } from './drafts.js';
import type { Freezer } from './freeze.js';
import type { ChordSize } from './plan.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** A task to be called. */
export interface Call {
  readonly task: string;
  readonly args: ReadonlyArray<unknown>;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly options: Options;
  /** Its arguments are the very list that was read, and printed as such. */
  readonly isAsRead: boolean;
}

/** What goes before the arguments of a canvas, and over its keyword arguments and options. */
export interface Given {
  readonly args?: ReadonlyArray<unknown>;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly options?: Options;
}

/** One run of one canvas. */
export interface Running extends Freezer {
  readonly newId: () => string;
  /** A part of the canvas; null for a chain of nothing. */
  readonly run: (canvas: Canvas, over: Given) => Draft | null;
  /** In the order in which they come to be. */
  readonly calls: Array<Call>;
  readonly chordSizes: Array<ChordSize>;
  readonly savedGroups: Array<GroupDraft>;
}

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** A group and a chain have no arguments, and don't pass on any, as in Celery. */
export const givenTo = (canvas: Canvas, over: Given): Canvas => {
  switch (canvas._tag) {
    case 'Task':
      return givenToTask(canvas, over);
    case 'Chord':
      return canvas.immutable
        ? canvas
        : { ...canvas, args: [...(over.args ?? []), ...canvas.args] };
    default:
      return canvas;
  }
};

export const givenToTask = (task: Task, { args = [], kwargs }: Given): Task =>
  task.immutable || (args.length === 0 && kwargs === undefined)
    ? task
    : { ...task, args: [...args, ...task.args], kwargs: { ...task.kwargs, ...kwargs } };
