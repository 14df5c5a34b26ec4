/**
 * How the options of a call go over those of a signature.
 * Source: `Signature._merge` and `group._freeze_gid` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { Uuid } from '../serialization/values.js';
import type { Options } from './canvas.js';
import { listOf } from './links.js';

/** Over a task's own, but for its group and its stamps, which it keeps. */
export const merged = (own: Options, others: Options): Options =>
  over(own, others, ['group_id', 'stamped_headers', ...listOf(own.stamped_headers)]);

/** Over a group's own. */
export const mergedOfGroup = (own: Options, others: Options): Options =>
  over(own, others, ['group_id', 'stamped_headers']);

const over = (own: Options, others: Options, kept: ReadonlyArray<unknown>): Options => ({
  ...own,
  ...chosen(others, (name) => !(kept.includes(name) && name in own)),
});

export const without = (options: Options, names: ReadonlyArray<string>): Options =>
  chosen(options, (name) => !names.includes(name));

/** To a task, none is as good as null. */
export const withoutNulls = (options: Options): Options =>
  chosen(options, (_, value) => value !== null && value !== undefined);

/** An id, of Python's class for them too; null where there is none. */
export const idOf = (u: unknown): string | null => {
  const text = u instanceof Uuid ? u.text : u;
  return typeof text === 'string' && text !== '' ? text : null;
};

const chosen = (options: Options, choose: (name: string, value: unknown) => boolean): Options => {
  const isChosen = (name: string): boolean => choose(name, options[name]);
  const names = Object.keys(options);
  return names.every(isChosen)
    ? options
    : Object.fromEntries(names.filter(isChosen).map((name) => [name, options[name]]));
};
