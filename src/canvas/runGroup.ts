/**
 * Running a group: each of its tasks, and where a body waits for them, how many parts they
 * return. Source: `group.apply_async` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { type Canvas, type Group, isEmptyChain } from './canvas.js';
import { copied } from './copied.js';
import { type Draft, groupDraft } from './drafts.js';
import type { Frozen } from './freeze.js';
import { idOf, mergedOfGroup } from './options.js';
import { partsOf } from './partsOf.js';
import type { Given, Running } from './running.js';

/** Its options are those of its members, its id is their group. */
export const runGroup = (
  running: Running,
  group: Group,
  { options: others = {}, ...over }: Given,
): Draft => {
  if (group.tasks.length === 0) return running.freezeGroup(group, {}).result;
  const {
    task_id,
    group_index: _,
    chord = null,
    ...options
  } = mergedOfGroup(group.options, others);
  const groupId = idOf(task_id) ?? running.newId();
  const members = membersOf(running, group.tasks, groupId, idOf(options.root_id));
  let size = 0;
  for (const [i, { canvas }] of members.entries()) {
    const body = chord ?? canvas.options.chord ?? null;
    size += partsOf(canvas);
    if (body !== null && i === members.length - 1) running.chordSizes.push({ groupId, size });
    running.run(canvas, {
      ...over,
      options: { ...options, chord: body, group_id: groupId, add_to_parent: false },
    });
  }
  const results = members.map(({ result }) => result);
  const [only] = results;
  return only?._tag === 'GroupResult' && results.length === 1 ? only : groupDraft(groupId, results);
};

/** The members of a group in it count from 0 again, as in Celery. */
const membersOf = (
  running: Running,
  tasks: ReadonlyArray<Canvas>,
  groupId: string,
  rootId: string | null,
): ReadonlyArray<Frozen> =>
  tasks.flatMap((task, groupIndex) => {
    if (task._tag === 'Group') return membersOf(running, task.tasks, groupId, rootId);
    if (isEmptyChain(task)) return [];
    return [running.freeze(copied(task), { groupId, rootId, groupIndex })];
  });
