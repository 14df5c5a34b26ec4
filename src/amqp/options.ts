/**
 * What may be said of a broker over AMQP, beside its URL: by Celery's settings, in camelCase.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { improperlyConfigured } from '../config/optionErrors.js';
import {
  exactly,
  nullable,
  optional,
  or,
  type Read,
  type Written,
  withDefault,
} from '../config/optionTable.js';
import {
  clientName,
  deadline,
  flag,
  integer,
  oneOf,
  seconds,
  text,
} from '../config/optionTypes.js';
import { ssl } from '../config/sslOption.js';
import type { ImproperlyConfigured } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const queueType = oneOf<'classic' | 'quorum'>(['classic', 'quorum']);

type ExchangeType = 'direct' | 'topic' | 'fanout';

const exchangeType = oneOf<ExchangeType>(['direct', 'topic', 'fanout']);

const anyExchangeType = oneOf<ExchangeType | 'headers'>(['direct', 'topic', 'fanout', 'headers']);

const queueProps = {
  /** Where it is bound. Default: an exchange of its own name. */
  exchange: optional(text),
  /** Default `direct`. */
  exchangeType: withDefault(anyExchangeType, 'direct'),
  /** By which it is bound. Default: its own name. */
  routingKey: optional(text),
  /** Such as `{ 'x-queue-type': 'quorum' }` or `{ 'x-max-priority': 10 }`; all as at the workers. */
  queueArguments: withDefault(t.UnknownRecord, {}),
  /** Arguments of its binding, such as those of an exchange of the type `headers`. */
  bindingArguments: withDefault(t.UnknownRecord, {}),
  /** Whether queue and exchange outlive the broker’s end. Default `true`. */
  durable: withDefault(flag, true),
  /** Whether it goes with the last worker that listens. Default `false`. */
  autoDelete: withDefault(flag, false),
};

const queue: t.Type<Queue, AmqpQueue> = exactly(queueProps);

const props = {
  /** Queues by their names, as the workers have them; others are durable, direct and of their own name. Celery: `task_queues`. */
  taskQueues: withDefault(t.readonly(t.record(t.string, queue), 'an object of queues'), {}),
  /** `x-max-priority` of queues that say no other. Celery: `task_queue_max_priority`. */
  taskQueueMaxPriority: withDefault(nullable(integer(0, 255)), null),
  /** Of queues that are not in `taskQueues`. Default `classic`. Celery: `task_create_missing_queue_type`, and `task_default_queue_type` of the default queue. */
  taskCreateMissingQueueType: withDefault(queueType, 'classic'),
  /** Of the exchanges of such queues. Default `direct`. Celery: `task_create_missing_queue_exchange_type`, and `task_default_exchange_type` of the default queue. */
  taskCreateMissingQueueExchangeType: withDefault(exchangeType, 'direct'),
  /** Of the queues in which messages for quorum queues wait. Default `quorum`. Celery: `broker_native_delayed_delivery_queue_type`. */
  nativeDelayedDeliveryQueueType: withDefault(queueType, 'quorum'),
  /** Whether queues and exchanges are declared before the first message to each; else they have to be there. Default `true`. */
  declare: withDefault(flag, true),
  /** How an `amqps://` broker is verified. Default: by the authorities that Node trusts. Celery: `broker_use_ssl`. */
  ssl: withDefault(nullable(or(false, null, or(true, { sslCertReqs: 'required' }, ssl))), null),
  /** Seconds between signs of life; twice as long without any is a lost connection. 0: none. Default 10. Celery: `broker_heartbeat`. */
  heartbeat: withDefault(or(null, 0, integer(0, 65_535)), 10),
  /** Seconds until a connection is given up. Default 4. Celery: `broker_connection_timeout`. */
  connectionTimeout: withDefault(deadline, 4),
  /** Seconds of silence until what the broker owes is overdue; as long may it be short of memory or disk. Default 10. */
  socketTimeout: withDefault(deadline, 10),
  /** As RabbitMQ lists the connections. Default `chordis`. */
  clientName: withDefault(or(null, 'chordis', clientName), 'chordis'),
  /** Seconds for which `close` waits for what is under way. Default 10. */
  closeTimeout: withDefault(seconds, 10),
};

const codec: t.Type<AmqpConfig, AmqpOptions> = exactly(props);

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A queue as it is declared; `taskQueues` of a `Producer` takes the same.
 *
 * @category model
 * @since 0.1.0
 */
export interface AmqpQueue extends Written<typeof queueProps> {}

/**
 * Options of a broker over AMQP.
 *
 * @example
 * import type { AmqpOptions } from 'chordis/amqp'
 *
 * const options: AmqpOptions = {
 *   taskQueues: { orders: { queueArguments: { 'x-queue-type': 'quorum' } } },
 *   ssl: { sslCaCerts: '/etc/ssl/rabbitmq.pem' },
 * }
 *
 * @category model
 * @since 0.1.0
 */
export interface AmqpOptions extends Written<typeof props> {}

/** With every default filled in. */
export interface AmqpConfig extends Read<typeof props> {}

/** A queue with every default filled in. */
export interface Queue extends Read<typeof queueProps> {}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

export const amqpConfig = (options: AmqpOptions): E.Either<ImproperlyConfigured, AmqpConfig> =>
  pipe(codec.decode(options), E.mapLeft(improperlyConfigured));
