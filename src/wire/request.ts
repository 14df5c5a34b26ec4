/**
 * `TaskRequest`: what a worker knows about the task it runs, as far as the backend reads
 * it. Source: `Context` in `celery/app/task.py`.
 *
 * @since 0.1.0
 */
import { Uuid } from '../serialization/values.js';
import { isDict } from './dict.js';
import type { ResultTuple } from './resultTuple.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * All but the `id` may be left out, and is then not stored.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskRequest {
  /** The id of the call. */
  readonly id: string;
  /** The task's registered name. */
  readonly task?: string | null;
  /** Its arguments. */
  readonly args?: ReadonlyArray<unknown> | null;
  /** Its keyword arguments. */
  readonly kwargs?: Readonly<Record<string, unknown>> | null;
  /** The worker's name. */
  readonly hostname?: string | null;
  /** How many times it was tried before. */
  readonly retries?: number;
  /** How it came: the routing key is its queue, usually. */
  readonly deliveryInfo?: { readonly routingKey?: string | null } | null;
  /** The task that called it. */
  readonly parentId?: string | null;
  /** The first task of the canvas that it is part of. */
  readonly rootId?: string | null;
  /** The results of the tasks that this one has started. */
  readonly children?: ReadonlyArray<ResultTuple>;
  /** The id of the group it is a member of, and its place there. */
  readonly group?: string | null;
  /** Its place in that group, from 0. */
  readonly groupIndex?: number | null;
  /** The signature of the chord's body, for a member of a chord's header. */
  readonly chord?: unknown;
  /** The signatures that follow in a chain, the next one last. */
  readonly chain?: ReadonlyArray<unknown> | null;
  /** The signatures to call with its result. */
  readonly callbacks?: ReadonlyArray<unknown> | null;
  /** The signatures to call when it fails. */
  readonly errbacks?: ReadonlyArray<unknown> | null;
  /** Whether nothing is to be stored of its result; null, where the worker decides. */
  readonly ignoreResult?: boolean | null;
  /** The names of the stamps; a stamp that is not among them is not stored. */
  readonly stampedHeaders?: ReadonlyArray<string> | null;
  /** The stamps, by their names. */
  readonly stamps?: Readonly<Record<string, unknown>> | null;
}

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** A task that fails with the one before it in a chain. */
export interface ChainedTask {
  /** As far as storing its failure needs it; null where it has no id, and nothing is stored. */
  readonly request: TaskRequest | null;
  /** Whether it is a member of a chord's header, and so returns a part of it. */
  readonly inChord: boolean;
}

/**
 * The tasks that would have followed in the chain. A step that is a chord is over when its
 * body is, so the body is among them, after all the others.
 * Celery: `Backend._fail_chain`.
 *
 * @internal
 */
export const chainedTasks = (
  request: TaskRequest | null | undefined,
): ReadonlyArray<ChainedTask> => {
  const chained: Array<ChainedTask> = [];
  const { chain } = request ?? {};
  const signatures: Array<unknown> = Array.isArray(chain) ? [...chain] : [];
  // A body may be a part of itself.
  const seen = new Set<unknown>();
  // It grows meanwhile.
  for (const signature of signatures) {
    if (!isDict(signature) || seen.has(signature)) continue;
    seen.add(signature);
    const options = isDict(signature.options) ? signature.options : {};
    chained.push({ request: requestOf(signature, options), inChord: 'chord' in options });
    if (signature.subtask_type !== 'chord' || !isDict(signature.kwargs)) continue;
    const { body } = signature.kwargs;
    if (body !== null && body !== undefined) signatures.push(body);
  }
  return chained;
};

type Dict = Readonly<Record<string, unknown>>;

const requestOf = (signature: Dict, options: Dict): TaskRequest | null => {
  const id = idOf(options.task_id);
  if (id === null) return null;
  const { task, args, kwargs } = signature;
  const { retries } = options;
  return {
    id,
    group: idOf(options.group_id),
    parentId: idOf(options.parent_id),
    ...(typeof options.group_index === 'number' && { groupIndex: options.group_index }),
    ...(isDict(options.chord) && { chord: options.chord }),
    ...(typeof task === 'string' && { task }),
    ...(Array.isArray(args) && { args }),
    ...(isDict(kwargs) && { kwargs }),
    ...(typeof retries === 'number' && { retries }),
  };
};

/** Python has ids of its class UUID, too. */
const idOf = (u: unknown): string | null => {
  if (u instanceof Uuid) return u.text;
  return typeof u === 'string' && u !== '' ? u : null;
};
