/**
 * What a producer may be told.
 *
 * @since 0.1.0
 */
import type { TaskOptions } from '../canvas/taskOptions.js';
import type { WaitOptions } from '../operation/abort.js';
import type { Operation } from '../operation/operation.js';
import type { Broker } from '../port/broker.js';
import type { KombuOptions } from '../wire/kombuLayout.js';
import type { OnceOptions } from './once.js';
import type { Producing } from './producing.js';
import type { RoutingOptions } from './routes.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The backend that results come by: a `RedisBackend`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProducerBackend {
  /** As of a backend: done once the task is followed. */
  readonly onTaskCall: (producer: unknown, taskId: string) => Operation<void>;
  /** @internal */
  readonly producing: Producing;
}

/**
 * Where messages go, where their results come from, and how messages are made.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProducerOptions extends RoutingOptions {
  /** Where results are read from, and chord sizes are written. It stays its owner's to close. */
  readonly backend: ProducerBackend;
  /** A URL, or a `Broker`, which stays its owner's to close. Default: the backend's own. Celery: `broker_url`. */
  readonly broker?: string | Broker;
  /** Of a broker by URL; as they are at the workers. Celery: `broker_transport_options`. */
  readonly brokerTransportOptions?: KombuOptions;
  /** Default `json`; any of the backend's `serializers`. Celery: `task_serializer`. */
  readonly taskSerializer?: string;
  /** How many levels of arguments monitors show, 0 for all. Default 3. Celery: `task_repr_maxlevels`. */
  readonly taskReprMaxlevels?: number;
}

/**
 * How a canvas is to be run.
 *
 * @category model
 * @since 0.1.0
 */
export interface ApplyOptions extends TaskOptions, WaitOptions {}

/**
 * How a task is to be sent, and whether once under a name.
 *
 * @category model
 * @since 0.1.0
 */
export interface SendOptions extends ApplyOptions, OnceOptions {}
