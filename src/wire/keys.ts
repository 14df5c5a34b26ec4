/**
 * The names of the keys, which are the names of the channels too.
 * Source: `get_key_for_task` and its kin in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { InvalidArgument } from '../errors/errors.js';
import { isA } from '../serialization/reason.js';
import { Uuid } from '../serialization/values.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The key names of one backend. Each is a `Left` for an empty id, and for one that is no
 * text. A `Uuid` stands for its text, as in Celery since 5.7.
 *
 * @category model
 * @since 0.1.0
 */
export interface Keys {
  /** What the key of each task starts with, before its id. */
  readonly taskPrefix: string;
  /** Where a task's meta is. */
  readonly task: (id: string | Uuid) => E.Either<InvalidArgument, string>;
  /** Where a group is saved; with `.j`, `.t` or `.s`, a chord's parts, surplus and size. */
  readonly group: (id: string | Uuid, suffix?: string) => E.Either<InvalidArgument, string>;
  /** Where Celery locks a chord whose store has no join of its own. */
  readonly chord: (id: string | Uuid, suffix?: string) => E.Either<InvalidArgument, string>;
  /** Where the id of what was sent under a name is. Celery has no such key. */
  readonly sent: (name: string) => E.Either<InvalidArgument, string>;
  /** The id in a task's or group's key; any other key as it is. */
  readonly idOf: (key: string) => string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The names of the keys behind a prefix, Celery's `global_keyprefix`.
 *
 * @example
 * import { keys } from 'chordis/wire'
 *
 * keys('acme').task('42') // right('acme_celery-task-meta-42')
 *
 * @category constructors
 * @since 0.1.0
 */
export const keys = (globalKeyprefix?: string | null): Keys => {
  const prefix = normalizeKeyprefix(globalKeyprefix);
  const task = `${prefix}celery-task-meta-`;
  const group = `${prefix}celery-taskset-meta-`;
  const chord = `${prefix}chord-unlock-`;
  return {
    taskPrefix: task,
    task: (id) => taskKey(task, id),
    group: (id, suffix = '') => groupKey(group, id, suffix),
    chord: (id, suffix = '') => groupKey(chord, id, suffix),
    sent: (name) => nameKey(`${prefix}chordis-sent-`, name),
    idOf: stripPrefix([task, group]),
  };
};

/** An underscore follows, unless it ends in a separator; as in Celery. */
const normalizeKeyprefix = (globalKeyprefix?: string | null): string =>
  !globalKeyprefix || /[:_.-]$/.test(globalKeyprefix)
    ? (globalKeyprefix ?? '')
    : `${globalKeyprefix}_`;

const isUuid = isA(Uuid);

const key =
  (argument: string) =>
  (prefix: string, id: string | Uuid, suffix = ''): E.Either<InvalidArgument, string> => {
    const text: unknown = isUuid(id) ? id.text : id;
    if (typeof text !== 'string') {
      const given = text === null || text === undefined ? 'nothing' : `a ${typeof text}`;
      return E.left(new InvalidArgument(argument, `must be a string, not ${given}`));
    }
    if (text === '') {
      return E.left(new InvalidArgument(argument, 'must not be empty'));
    }
    // Its bytes would be those of another id.
    return /\p{Surrogate}/u.test(text)
      ? E.left(new InvalidArgument(argument, 'must not hold half a surrogate pair'))
      : E.right(prefix + text + suffix);
  };

const taskKey = key('task_id');
const groupKey = key('group_id');
const nameKey = key('idempotencyKey');

/** A key without the first of the prefixes that it has. */
const stripPrefix =
  (prefixes: ReadonlyArray<string>) =>
  (name: string): string =>
    name.slice(prefixes.find((prefix) => name.startsWith(prefix))?.length ?? 0);
