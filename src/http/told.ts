/**
 * A state as it is told: its JSON, made once however many readers there are.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { EncodeError } from '../errors/errors.js';
import { reasonOf } from '../serialization/reason.js';
import { type Json, toJson } from '../serialization/toJson.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { tagOf } from './cursor.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What is told of a state: its task's id and status, and what is chosen of the rest.
 *
 * @category model
 * @since 0.1.0
 */
export type Selected = Pick<TaskMeta, 'taskId' | 'status'>;

export interface ToldState {
  readonly json: string;
  /** Of a state that is not ready; nothing is compared with a ready one. */
  readonly tag: string;
}

export type Tell = (meta: TaskMeta) => E.Either<EncodeError, ToldState>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * What `select` throws, what it gives that is no state of the task, and what is too long for a text, is a `Left`. All of a meta has a JSON
 * of its own; a copy of it has not, where it holds what JSON has not.
 */
export const teller = (select?: (meta: TaskMeta) => Selected): Tell => {
  const known = new WeakMap<TaskMeta, ReturnType<Tell>>();
  return (meta) => {
    const before = known.get(meta);
    if (before !== undefined) return before;
    const told = E.tryCatch(
      () => toldOf(meta, JSON.stringify(select === undefined ? meta : selected(meta, select))),
      (thrown) => new EncodeError('$', reasonOf(thrown)),
    );
    known.set(meta, told);
    return told;
  };
};

/** Without its id and its status a state would go to nobody, and count as told. */
const selected = (meta: TaskMeta, select: (meta: TaskMeta) => Selected): Json => {
  const own: Partial<Selected> | null = select(meta);
  if (own?.taskId !== meta.taskId || own?.status !== meta.status) {
    throw new TypeError('select is to give an object with the taskId and the status of the state');
  }
  return toJson(own);
};

const toldOf = ({ status }: TaskMeta, json: string): ToldState => ({
  json,
  tag: isReady(status) ? '' : tagOf(json),
});
