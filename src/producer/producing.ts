/**
 * What a producer stands on: the rooms of its backend.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';
import type { PlanContext } from '../canvas/plan.js';
import type { Room } from '../chord/room.js';
import type { SendCall } from '../chord/sender.js';
import type { Run } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { Commands } from '../port/commands.js';
import type { ResultBackend } from '../result/resultBackend.js';
import type { Execution } from '../store/execution.js';
import type { KombuOptions } from '../wire/kombuLayout.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Producing {
  readonly execution: Execution;
  readonly context: PlanContext;
  /** Where chord sizes and saved groups are written. */
  readonly room: Room;
  readonly once: Commands['once'];
  readonly results: ResultBackend;
  /** Subscribes again after a lost connection, under the retry policy. */
  readonly retrying: <A>(source: Observable<A>) => Observable<A>;
  /** Subscribed to the result of a task, until it is there or what this gives is called. */
  readonly follow: (taskId: string) => Run<() => void>;
  /** The backend's own; null where it was given none. */
  readonly broker: Broker | SendCall | null;
  readonly brokerAt: (url: string, options?: KombuOptions) => Broker;
}
