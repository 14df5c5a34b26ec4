/**
 * Running a canvas: which tasks are to be called now, and what belongs to their chords.
 * Source: `apply_async` of the classes in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import type { Canvas, Task } from './canvas.js';
import { asyncDraft, type Draft, type GroupDraft } from './drafts.js';
import { freezer, type Ids } from './freeze.js';
import { idOf, merged, withoutNulls } from './options.js';
import type { ChordSize } from './plan.js';
import { runChain } from './runChain.js';
import { runChord } from './runChord.js';
import { runGroup } from './runGroup.js';
import { type Call, type Given, givenToTask, type Running } from './running.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Ran {
  readonly calls: ReadonlyArray<Call>;
  readonly chordSizes: ReadonlyArray<ChordSize>;
  /** The headers that nest groups. */
  readonly savedGroups: ReadonlyArray<GroupDraft>;
  /** Null for a chain of nothing. */
  readonly result: Draft | null;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const run = (ids: Ids): ((canvas: Canvas, given: Given) => Ran) => {
  const frozen = freezer(ids);
  return (canvas, given) => {
    const running: Running = {
      freeze: frozen.freeze,
      freezeGroup: frozen.freezeGroup,
      freezeSteps: frozen.freezeSteps,
      newId: ids.newId,
      run: (part, over) => {
        switch (part._tag) {
          case 'Task':
            // Within another it would have been copied, which makes a tuple of its arguments.
            return runTask(running, part, over, part === canvas);
          case 'Group':
            return runGroup(running, part, over);
          case 'Chain':
            return runChain(running, part, over);
          case 'Chord':
            return runChord(running, part, over);
        }
      },
      calls: [],
      chordSizes: [],
      savedGroups: [],
    };
    const result = running.run(canvas, given);
    const { calls, chordSizes, savedGroups } = running;
    return { calls, chordSizes, savedGroups, result };
  };
};

const runTask = (running: Running, task: Task, over: Given, isRead: boolean): Draft => {
  const all = merged(task.options, withoutNulls(over.options ?? {}));
  const id = idOf(all.task_id) ?? running.newId();
  const { task: name, args, kwargs } = givenToTask(task, over);
  const isKept = task.immutable && (over.args ?? []).length > 0 && args.length > 0;
  const options = all.task_id === id ? all : { ...all, task_id: id };
  running.calls.push({ task: name, args, kwargs, options, isAsRead: isRead && isKept });
  return asyncDraft(id);
};
