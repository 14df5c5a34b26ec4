/**
 * `TaskRequest`: what a worker knows about the task it runs, as far as the backend reads
 * it. Source: `Context` in `celery/app/task.py`.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';
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
  readonly id: string;
  /** The task's registered name. */
  readonly task?: string | null;
  readonly args?: ReadonlyArray<unknown> | null;
  readonly kwargs?: Readonly<Record<string, unknown>> | null;
  /** The worker's name. */
  readonly hostname?: string | null;
  readonly retries?: number;
  readonly deliveryInfo?: { readonly routingKey?: string | null } | null;
  readonly parentId?: string | null;
  readonly rootId?: string | null;
  /** The results of the tasks that this one has started. */
  readonly children?: ReadonlyArray<ResultTuple>;
  /** The id of the group it is a member of, and its place there. */
  readonly group?: string | null;
  readonly groupIndex?: number | null;
  /** The signature of the chord's body, for a member of a chord's header. */
  readonly chord?: unknown;
  /** The signatures that follow in a chain, the next one last. */
  readonly chain?: ReadonlyArray<unknown> | null;
  /** The signatures to call when it fails. */
  readonly errbacks?: ReadonlyArray<unknown> | null;
  readonly ignoreResult?: boolean;
  readonly stampedHeaders?: ReadonlyArray<string> | null;
  readonly stamps?: Readonly<Record<string, unknown>> | null;
}

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * The tasks that would have followed in the chain, as far as storing their failure needs them.
 *
 * @internal
 */
export const chainedRequests = (request: TaskRequest | undefined): ReadonlyArray<TaskRequest> =>
  (request?.chain ?? []).filter(Chained.is).map(({ task, args, kwargs, options }) => ({
    id: options.task_id,
    group: options.group_id ?? null,
    parentId: options.parent_id ?? null,
    ...(task !== undefined && { task }),
    ...(args !== undefined && { args }),
    ...(kwargs !== undefined && { kwargs }),
  }));

const Chained = t.intersection([
  t.type({
    options: t.intersection([
      t.type({ task_id: t.string }),
      t.partial({
        group_id: t.union([t.string, t.null]),
        parent_id: t.union([t.string, t.null]),
      }),
    ]),
  }),
  t.partial({ task: t.string, args: t.readonlyArray(t.unknown), kwargs: t.UnknownRecord }),
]);
