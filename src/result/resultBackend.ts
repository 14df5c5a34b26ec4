/**
 * What a result needs of the backend it is read from.
 *
 * @since 0.1.0
 */
import type { Option } from 'fp-ts/lib/Option.js';
import type { SchedulerLike } from 'rxjs';
import type { TaskResults } from '../consumer/taskResults.js';
import type { Deadlines } from '../operation/deadlines.js';
import type { Operation } from '../operation/operation.js';
import type { Run } from '../operation/run.js';
import type { GroupResultTuple, ResultTuple } from '../wire/resultTuple.js';
import type { TaskMeta } from '../wire/taskMeta.js';

export interface ResultBackend {
  readonly resultConsumer: {
    readonly consumeFrom: (taskId: string) => TaskResults;
    readonly isFollowing: (taskId: string) => boolean;
    readonly isStopped: boolean;
  };
  /** Done once what has arrived has been taken. */
  readonly taken: Run<void>;
  /** Seconds that `get` waits unless told otherwise; `null` is for ever. */
  readonly resultTimeout: number | null;
  /** Where that time is told. */
  readonly scheduler: SchedulerLike;
  readonly deadlines: Deadlines;
  readonly getTaskMeta: (taskId: string) => Operation<TaskMeta>;
  readonly taskResultExists: (taskId: string) => Operation<boolean>;
  readonly forget: (taskId: string) => Operation<void>;
  readonly groups: {
    readonly save: (groupId: string, group: GroupResultTuple) => Operation<void>;
    readonly restore: (groupId: string) => Operation<Option<ResultTuple>>;
    readonly delete: (groupId: string) => Operation<void>;
  };
}
