/**
 * The steps of a chain: what is left of it once the chains within it are spliced in, a group
 * of one stands for what it holds, and groups of none are skipped.
 * Source: `prepare_steps` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { type Canvas, type Group, isEmptyGroup } from './canvas.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Steps {
  readonly steps: ReadonlyArray<Canvas>;
  /** The tasks of the chain with other steps in the places of these. */
  readonly replacedBy: (steps: ReadonlyArray<Canvas>) => ReadonlyArray<Canvas>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Of empty groups alone, the last one is the step. */
export const stepsOf = (tasks: ReadonlyArray<Canvas>): Steps => {
  const leaves: Array<Canvas> = [];
  mapLeaves(tasks, (leaf) => {
    leaves.push(leaf);
    return leaf;
  });
  const isEmpty = leaves.every(isEmptyGroup);
  const isStep = (leaf: Canvas, i: number): boolean =>
    isEmpty ? i === leaves.length - 1 : !isEmptyGroup(leaf);
  return {
    steps: leaves.filter(isStep),
    replacedBy: (steps) => {
      let at = 0;
      let next = 0;
      return mapLeaves(tasks, (leaf) => (isStep(leaf, at++) ? steps[next++] : undefined) ?? leaf);
    },
  };
};

type Leaf = (leaf: Canvas) => Canvas;

/** In order. Of groups of one in one another, Celery opens the outermost, and of the first step the next one too. */
const mapLeaves = (tasks: ReadonlyArray<Canvas>, f: Leaf): ReadonlyArray<Canvas> => {
  let isFirst = true;
  const leaf: Leaf = (task) => {
    isFirst &&= isEmptyGroup(task);
    return f(task);
  };
  const spliced: Leaf = (task) =>
    task._tag === 'Chain' ? { ...task, tasks: task.tasks.map(opened) } : leaf(task);
  const inGroup: Leaf = (only) =>
    isFirst && isGroupOfOne(only) ? within(only, spliced) : spliced(only);
  const opened: Leaf = (task) => (isGroupOfOne(task) ? within(task, inGroup) : spliced(task));
  return tasks.map(opened);
};

const within = (group: Group, f: Leaf): Canvas => ({ ...group, tasks: group.tasks.map(f) });

const isGroupOfOne = (canvas: Canvas): canvas is Group =>
  canvas._tag === 'Group' && canvas.tasks.length === 1;
