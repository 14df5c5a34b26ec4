/**
 * What workers tell of themselves. Source: `Inspect` in `celery/app/control.py`.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';
import type { ControlOptions, Tell, WorkerReply } from './control.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

type Dict = Readonly<Record<string, unknown>>;

/**
 * A task as a worker tells of it, by Celery's names: `id`, `name`, `args`, `hostname`, …
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskInfo extends Dict {
  readonly id: string;
  readonly name: string;
}

/**
 * Each asks the workers when it is subscribed to, and emits a reply for each of them.
 *
 * @category model
 * @since 0.1.0
 */
export interface Inspector {
  /** The tasks that run now. */
  readonly active: (options?: ControlOptions) => Observable<WorkerReply<ReadonlyArray<TaskInfo>>>;
  /** Those that a worker has and will run next. */
  readonly reserved: (options?: ControlOptions) => Observable<WorkerReply<ReadonlyArray<TaskInfo>>>;
  /** Those that wait for their `eta`, each as `request` of an entry. */
  readonly scheduled: (options?: ControlOptions) => Observable<WorkerReply<ReadonlyArray<Dict>>>;
  /** The names of the tasks that it knows. */
  readonly registered: (options?: ControlOptions) => Observable<WorkerReply<ReadonlyArray<string>>>;
  /** Its process, pool, and what it has done. */
  readonly stats: (options?: ControlOptions) => Observable<WorkerReply<Dict>>;
  /** Its settings, without secrets. */
  readonly conf: (options?: ControlOptions) => Observable<WorkerReply<Dict>>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const inspector = (tell: Tell): Inspector => {
  // what a reply holds is as Celery has it
  const asking =
    <A>(method: string, args: Dict = {}) =>
    (options?: ControlOptions): Observable<WorkerReply<A>> =>
      tell(method, args, options) as Observable<WorkerReply<A>>;
  return {
    active: asking('active', { safe: false }),
    reserved: asking('reserved'),
    scheduled: asking('scheduled'),
    registered: asking('registered', { taskinfoitems: [] }),
    stats: asking('stats'),
    conf: asking('conf', { with_defaults: false }),
  };
};
