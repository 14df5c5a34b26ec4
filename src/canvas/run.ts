/**
 * Running a canvas: which tasks are to be called now, and what belongs to their chords.
 * Source: `apply_async` and `run` of the classes in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { ofTheChain, withoutCopies, withTailsSplit, withTailsSplitWithin } from './bodies.js';
import {
  type Canvas,
  type Chain,
  type Chord,
  Embedded,
  embeddedBody,
  type Group,
  isEmptyChain,
  type Options,
  type Task,
} from './canvas.js';
import { copied } from './copied.js';
import { type Draft, type Frozen, freezer, type GroupDraft, type Ids } from './freeze.js';
import { listOf, withBodyCallbacks } from './links.js';
import { merged, mergedOfGroup, textOf, without, withoutNulls } from './options.js';
import { partsOf } from './partsOf.js';
import type { ChordSize } from './plan.js';
import { stepsOf } from './steps.js';

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

/** What comes of running a canvas, in order. */
export interface Running {
  readonly calls: ReadonlyArray<Call>;
  readonly chordSizes: ReadonlyArray<ChordSize>;
  readonly savedGroups: ReadonlyArray<GroupDraft>;
  /** Null for a chain of nothing. */
  readonly result: Draft | null;
}

/** What goes before the arguments of a canvas's own, and over its keyword arguments and options. */
interface Given {
  readonly args?: ReadonlyArray<unknown>;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly options?: Options;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const run =
  (ids: Ids) =>
  (canvas: Canvas, given: Given): Running => {
    const { freeze, freezeGroup, freezeSteps } = freezer(ids);
    const calls: Array<Call> = [];
    const chordSizes: Array<ChordSize> = [];
    const savedGroups: Array<GroupDraft> = [];

    const runAny = (next: Canvas, over: Given): Draft | null => {
      switch (next._tag) {
        case 'Task':
          return runTask(next, over);
        case 'Group':
          return runGroup(next, over);
        case 'Chain':
          return runChain(next, over);
        case 'Chord':
          return runChord(next, over);
      }
    };

    const runTask = (task: Task, over: Given): Draft => {
      const options = merged(task.options, withoutNulls(over.options ?? {}));
      const id = textOf(options.task_id) ?? ids.newId();
      const { task: name, args, kwargs } = givenToTask(task, over);
      // Within another it would have been copied, which makes a tuple of it.
      const isAsRead =
        task === canvas && task.immutable && (over.args ?? []).length > 0 && args.length > 0;
      calls.push({ task: name, args, kwargs, options: { ...options, task_id: id }, isAsRead });
      return { _tag: 'AsyncResult', id, parent: null };
    };

    /** Its options are those of its members, its id is their group. */
    const runGroup = (group: Group, { options: others = {}, ...over }: Given): Draft => {
      if (group.tasks.length === 0) return freezeGroup(group, {}).result;
      const {
        task_id,
        group_index: _,
        chord = null,
        ...options
      } = mergedOfGroup(group.options, others);
      const groupId = textOf(task_id) ?? ids.newId();
      const members = membersOf(group.tasks, groupId, textOf(options.root_id));
      const results: Array<Draft> = [];
      let size = 0;
      for (const [i, member] of members.entries()) {
        const body = chord ?? member.canvas.options.chord ?? null;
        size += partsOf(member.canvas);
        if (body !== null && i === members.length - 1) chordSizes.push({ groupId, size });
        runAny(member.canvas, {
          ...over,
          options: { ...options, chord: body, group_id: groupId, add_to_parent: false },
        });
        results.push(member.result);
      }
      const [only] = results;
      return only?._tag === 'GroupResult' && results.length === 1
        ? only
        : { _tag: 'GroupResult', id: groupId, results, parent: null };
    };

    /** The members of a group in it count from 0 again, as in Celery. */
    const membersOf = (
      tasks: ReadonlyArray<Canvas>,
      groupId: string,
      rootId: string | null,
    ): ReadonlyArray<Frozen> =>
      tasks.flatMap((task, groupIndex) => {
        if (task._tag === 'Group') return membersOf(task.tasks, groupId, rootId);
        return isEmptyChain(task) ? [] : [freeze(copied(task), { groupId, rootId, groupIndex })];
      });

    /** The first task is called; the others go with it. */
    const runChain = (chain: Chain, over: Given): Draft | null => {
      const options = { ...chain.options, ...over.options };
      const [first, ...others] = withTailsSplit(stepsOf(chain.tasks).steps).map(copied);
      if (first === undefined) return null;
      const { reversed, results } = freezeSteps(
        [givenTo(first, over), ...others],
        {
          id: textOf(options.task_id),
          groupId: textOf(options.group_id),
          groupIndex: options.group_index,
          chord: options.chord,
          rootId: textOf(options.root_id),
        },
        listOf(options.link_error),
      );
      const rest = reversed.map(withoutCopies);
      const callbacks = listOf(options.link);
      const [last] = rest;
      if (last !== undefined && callbacks.length > 0) {
        const link = [...listOf(last.options.link), ...callbacks];
        rest[0] = { ...last, options: { ...last.options, link } };
      }
      const next = rest.pop();
      if (next === undefined) return null;
      const after = rest.map((task) => new Embedded(task));
      const result = runAny(next, {
        options: {
          ...without(options, ofTheChain),
          chain: [...listOf(options.chain), ...after],
        },
      });
      return after.length === 0 ? result : (results[0] ?? null);
    };

    /** Its header is run, with the body in each task; without a header, the body. */
    const runChord = (
      chord: Chord,
      { args = [], kwargs = {}, options: over = {} }: Given,
    ): Draft => {
      const { countdown, eta, task_id: id, ...options } = { ...chord.options, ...over };
      const { link: _, link_error: __, parent_id: ___, ...toBody } = without(over, ofTheHeader);
      const body = withOptions(copied(chord.body), (own) => merged(own, toBody));
      const rootId = textOf(body.options.root_id);
      const linked = withOptions(withBodyCallbacks(body, options), (own) => ({
        ...own,
        ...without(options, ['link', 'link_error', 'parent_id']),
      }));
      const headerId = (chord.headerOptions ?? chord.options).task_id;
      const groupId = textOf(headerId) ?? ids.newId();
      const frozen = freeze(linked._tag === 'Chain' ? withTailsSplitWithin(linked) : linked, {
        id: textOf(id),
        groupId,
        rootId,
      });
      const header = freezeGroup(
        {
          _tag: 'Group',
          tasks: chord.header,
          options: { ...chord.headerOptions, task_id: groupId },
        },
        { groupId, chord: embeddedBody(withoutCopies(frozen.canvas)), rootId },
      );
      frozen.result.parent = header.result;
      if (header.canvas.tasks.length === 0) {
        runAny(withoutCopies(frozen.canvas), { args: [[]] });
        return frozen.result;
      }
      if (header.result.results.some(({ _tag }) => _tag === 'GroupResult')) {
        savedGroups.push(header.result);
      }
      frozen.result.parent = runGroup(header.canvas, {
        args: chord.immutable ? chord.args : [...args, ...chord.args],
        kwargs: { ...chord.kwargs, ...kwargs },
        options: {
          ...without(options, ['link', 'link_error', 'chain', 'chord']),
          ...withoutNulls({ countdown, eta }),
          task_id: groupId,
        },
      });
      return frozen.result;
    };

    return { calls, chordSizes, savedGroups, result: runAny(canvas, given) };
  };

/** Of a chord's options, what is no option of its body. */
const ofTheHeader = ['countdown', 'eta', 'task_id'];

const withOptions = (canvas: Canvas, f: (own: Options) => Options): Canvas => ({
  ...canvas,
  options: f(canvas.options),
});

/** A group and a chain have no arguments, and don't pass on any, as in Celery. */
const givenTo = (canvas: Canvas, over: Given): Canvas => {
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

const givenToTask = (task: Task, { args = [], kwargs = {} }: Given): Task =>
  task.immutable
    ? task
    : { ...task, args: [...args, ...task.args], kwargs: { ...task.kwargs, ...kwargs } };
