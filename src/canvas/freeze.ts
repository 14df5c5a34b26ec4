/**
 * Freezing gives each task of a canvas its id, its place in a group and the chord it belongs
 * to, and tells the result of it all. A canvas that is frozen again keeps its ids.
 * Source: `freeze` of the classes in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import {
  type Canvas,
  type Chain,
  type Chord,
  Embedded,
  type Group,
  isEmptyChain,
  isEmptyGroup,
  type Options,
  type Task,
} from './canvas.js';
import { copied } from './copied.js';
import {
  asyncDraft,
  type Draft,
  detached,
  firstOf,
  type GroupDraft,
  groupDraft,
} from './drafts.js';
import { linkErrorToStep } from './links.js';
import { idOf } from './options.js';
import { stepsOf } from './steps.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What freezing depends on. */
export interface Ids {
  readonly newId: () => string;
  readonly replyTo: string;
}

/** What a canvas is told where it stands. */
export interface Place {
  /** Unless it has one; a group always has its own. */
  readonly id?: string | null;
  readonly groupId?: string | null;
  readonly groupIndex?: unknown;
  /** The body that waits for it. */
  readonly chord?: unknown;
  readonly rootId?: string | null;
  readonly parentId?: string | null;
}

export interface Frozen<A extends Canvas = Canvas, R extends Draft = Draft> {
  readonly canvas: A;
  readonly result: R;
}

export interface FrozenSteps {
  /** In order. */
  readonly steps: ReadonlyArray<Canvas>;
  /** From the last to the first, as a worker takes them up: a group and what follows it are one chord. */
  readonly reversed: ReadonlyArray<Canvas>;
  /** Of `reversed`. */
  readonly results: ReadonlyArray<Draft>;
}

export interface Freezer {
  readonly freeze: (canvas: Canvas, place: Place) => Frozen;
  readonly freezeGroup: (group: Group, place: Place) => Frozen<Group, GroupDraft>;
  /**
   * `last` is the place of the last step; each gets the errbacks. What comes before a group of
   * which nothing is left has nothing after it, as in Celery.
   */
  readonly freezeSteps: (
    steps: ReadonlyArray<Canvas>,
    last: Place,
    errbacks?: ReadonlyArray<unknown>,
  ) => FrozenSteps;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const freezer = ({ newId, replyTo }: Ids): Freezer => {
  const freeze: Freezer['freeze'] = (canvas, place) => {
    switch (canvas._tag) {
      case 'Task':
        return freezeTask(canvas, place);
      case 'Group':
        return freezeGroup(canvas, place);
      case 'Chain':
        return freezeChain(canvas, place);
      case 'Chord':
        return freezeChord(canvas, place);
    }
  };

  const ownId = (options: Options, id?: string | null): string =>
    idOf(options.task_id) ?? id ?? newId();

  const freezeTask = (task: Task, place: Place): Frozen<Task> => {
    const { rootId, parentId, groupId, chord, groupIndex } = place;
    const id = ownId(task.options, place.id);
    const options: Record<string, unknown> = { ...task.options, task_id: id };
    if (rootId) options.root_id = rootId;
    if (parentId) options.parent_id = parentId;
    if (!('reply_to' in options)) options.reply_to = replyTo;
    if (groupId && !('group_id' in options)) options.group_id = groupId;
    if (chord) options.chord = chord;
    if ((groupIndex ?? null) !== null) options.group_index = groupIndex;
    return { canvas: { ...task, options }, result: asyncDraft(id) };
  };

  const freezeGroup: Freezer['freezeGroup'] = (group, place) => {
    const { groupId, chord, groupIndex } = place;
    const id = ownId(group.options);
    const { root_id = place.rootId ?? null, parent_id = place.parentId ?? null } = group.options;
    const options: Record<string, unknown> = { ...group.options, task_id: id };
    if (groupId) options.group_id = groupId;
    if (chord) options.chord = chord;
    if ((groupIndex ?? null) !== null) options.group_index = groupIndex;
    options.root_id = root_id;
    options.parent_id = parent_id;
    const members = flattened(group.tasks).map((task, index) =>
      freeze(task, {
        groupId: groupId ?? null,
        chord: chord ?? null,
        rootId: idOf(root_id),
        parentId: idOf(parent_id),
        groupIndex: index,
      }),
    );
    return {
      canvas: { ...group, tasks: members.map(({ canvas }) => canvas), options },
      result: groupDraft(
        id,
        members.map(({ result }) => result),
      ),
    };
  };

  /** What it is made of stays as written: a group is not yet a chord. */
  const freezeChain = (chain: Chain, place: Place): Frozen<Chain> => {
    const { steps, replacedBy } = stepsOf(chain.tasks);
    const frozen = freezeSteps(steps, place);
    const result = frozen.results[0] ?? asyncDraft(ownId(chain.options, place.id));
    const options = { ...chain.options, task_id: result.id };
    return { canvas: { ...chain, tasks: replacedBy(frozen.steps), options }, result };
  };

  /** Its id is its header's, its result its body's. */
  const freezeChord = (chord: Chord, place: Place): Frozen<Chord> => {
    const { rootId = null, parentId = null } = place;
    const body = freeze(chord.body, { ...place, parentId: null });
    const header = freezeGroup(
      { _tag: 'Group', tasks: chord.header, options: chord.headerOptions ?? {} },
      // Celery asks before it freezes the body.
      { rootId, parentId, chord: isEmptyGroup(chord.body) ? null : new Embedded(body.canvas) },
    );
    firstOf(body.result).parent = header.result;
    return {
      canvas: {
        ...chord,
        header: header.canvas.tasks,
        headerOptions: header.canvas.options,
        body: body.canvas,
        options: { ...chord.options, task_id: header.result.id },
      },
      result: body.result,
    };
  };

  const freezeSteps: Freezer['freezeSteps'] = (steps, last, errbacks = []) => {
    const frozen: Array<Canvas> = [];
    const reversed: Array<Canvas> = [];
    const results: Array<Draft> = [];
    /** The first result of what was frozen last, which comes after what is next. */
    let next: Draft | undefined;
    /** How many of the steps frozen last have become the header of a chord of the rest. */
    let headers = 0;
    for (const step of [...steps].reverse()) {
      const isLast = frozen.length === 0;
      const isFollowed = !reversed.slice(-1).some(isEmptyGroup);
      const body = step._tag === 'Group' && isFollowed ? reversed.pop() : undefined;
      const bodyResult = body && results.pop();
      if (bodyResult !== undefined) next = detached(results.at(-1), bodyResult);
      const { canvas, result } = freeze(
        step._tag === 'Group' && body !== undefined ? chordOf(step, body, last.rootId) : step,
        isLast ? { ...last, parentId: null } : { rootId: last.rootId ?? null },
      );
      if (next !== undefined && isFollowed) next.parent ??= result;
      const linked = errbacks.reduce<Canvas>(linkErrorToStep, canvas);
      reversed.push(linked);
      results.push(result);
      next = canvas._tag === 'Chord' ? firstOf(result) : result;
      // Celery freezes a copy of a header, so that it gets other ids when it is run, but the
      // body itself once more.
      headers = canvas._tag === 'Chord' && step._tag === 'Group' ? headers + 1 : 0;
      if (headers > 0) frozen[frozen.length - headers] = bodyOf(linked, headers);
      frozen.push(headers > 0 ? step : linked);
    }
    return { steps: frozen.reverse(), reversed, results };
  };

  return { freeze, freezeGroup, freezeSteps };
};

/** Groups in a group are one with it; Celery turns each of them round. Empty chains are left out. */
const flattened = (tasks: ReadonlyArray<Canvas>): ReadonlyArray<Canvas> =>
  tasks.flatMap((task) => {
    if (task._tag === 'Group') return flattened([...task.tasks].reverse());
    return isEmptyChain(task) ? [] : [copied(task)];
  });

/** Of so many chords in one another. */
const bodyOf = (canvas: Canvas, depth: number): Canvas =>
  depth === 0 || canvas._tag !== 'Chord' ? canvas : bodyOf(canvas.body, depth - 1);

const chordOf = (header: Group, body: Canvas, rootId: string | null | undefined): Chord => ({
  _tag: 'Chord',
  header: header.tasks,
  headerOptions: null,
  body,
  args: [],
  kwargs: {},
  beside: {},
  options: { root_id: rootId ?? null },
  immutable: false,
});
