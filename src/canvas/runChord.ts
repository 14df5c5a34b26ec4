/**
 * Running a chord: its header, with the body in each task; without a header, the body.
 * Source: `_chord.apply_async` and `run` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { withoutCopies, withTailsSplitWithin } from './bodies.js';
import { type Canvas, type Chord, embeddedBody, type Options } from './canvas.js';
import { copied } from './copied.js';
import type { Draft, GroupDraft } from './drafts.js';
import type { Frozen } from './freeze.js';
import { withBodyCallbacks } from './links.js';
import { idOf, merged, without, withoutNulls } from './options.js';
import { runGroup } from './runGroup.js';
import type { Given, Running } from './running.js';

export const runChord = (
  running: Running,
  chord: Chord,
  { args = [], kwargs = {}, options: over = {} }: Given,
): Draft => {
  const { countdown, eta, ...options } = { ...chord.options, ...over };
  const groupId = idOf((chord.headerOptions ?? chord.options).task_id) ?? running.newId();
  const { body, rootId } = bodyOf(chord, options, over);
  const { canvas, result } = running.freeze(body, {
    id: idOf(options.task_id),
    groupId,
    rootId,
  });
  const callback = withoutCopies(canvas);
  const header = running.freezeGroup(
    { _tag: 'Group', tasks: chord.header, options: { ...chord.headerOptions, task_id: groupId } },
    { groupId, chord: embeddedBody(callback), rootId },
  );
  if (header.canvas.tasks.length === 0) {
    running.run(callback, { args: [[]] });
    result.parent = header.result;
    return result;
  }
  if (nestsGroups(header)) running.savedGroups.push(header.result);
  result.parent = runGroup(running, header.canvas, {
    args: chord.immutable ? chord.args : [...args, ...chord.args],
    kwargs: { ...chord.kwargs, ...kwargs },
    options: {
      ...without(options, ['link', 'link_error', 'chain', 'chord']),
      ...withoutNulls({ countdown, eta }),
      task_id: groupId,
    },
  });
  return result;
};

/**
 * The body with the options of the chord, which are its own, but for the parent: that is the
 * task of the header that returns last. Its root is the one it has before.
 */
const bodyOf = (
  chord: Chord,
  options: Options,
  over: Options,
): { readonly body: Canvas; readonly rootId: string | null } => {
  const own = copied(chord.body);
  const given = merged(own.options, without(over, [...ofTheHeader, 'link', 'link_error']));
  const linked = withBodyCallbacks({ ...own, options: given }, options);
  const body = {
    ...linked,
    options: {
      ...linked.options,
      ...without(options, ['link', 'link_error', 'parent_id', 'task_id']),
    },
  };
  return {
    body: body._tag === 'Chain' ? withTailsSplitWithin(body) : body,
    rootId: idOf(given.root_id),
  };
};

const ofTheHeader = ['countdown', 'eta', 'parent_id', 'task_id'];

const nestsGroups = ({ result }: Frozen<Canvas, GroupDraft>): boolean =>
  result.results.some(({ _tag }) => _tag === 'GroupResult');
