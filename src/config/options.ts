/**
 * What a user may configure: one table of io-ts types with Celery's defaults, from which
 * both the type a user writes and the type the code reads are derived.
 *
 * Source: `celery/app/defaults.py` and `celery/backends/redis.py`, in camelCase.
 *
 * @since 0.1.0
 */
import { constFalse } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import type { Operation } from '../operation/operation.js';
import { defaultRetryPolicy } from '../retry/policy.js';
import type { Compression } from '../serialization/compression.js';
import type { Serializer } from '../serialization/serializer.js';
import type { CredentialsProvider } from './credentials.js';
import {
  exactly,
  nullable,
  optional,
  or,
  type Read,
  type Written,
  withDefault,
} from './optionTable.js';
import {
  between,
  clientName,
  deadline,
  flag,
  func,
  having,
  integer,
  list,
  named,
  seconds,
  secret,
  text,
  timeToLive,
} from './optionTypes.js';
import { ssl } from './sslOption.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Where warnings and lost connections are reported; `console` is one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Logger {
  /** Told what works, but should not stay so. */
  readonly warn: (message: string) => void;
  /** Told of each lost connection. */
  readonly error: (message: string) => void;
}

/**
 * A `ConnectionPool`, which several backends may share.
 *
 * @category model
 * @since 0.1.0
 */
export interface SharedPool {
  readonly maxConnections: number;
  readonly close: Operation<void>;
}

/**
 * A broker, or a function in place of one.
 *
 * @category model
 * @since 0.1.0
 */
export type BrokerOption =
  | string
  | { readonly publish: (messages: never) => unknown }
  | ((call: never) => unknown);

const brokerOption: t.Type<BrokerOption> = t.union(
  [secret, func<(call: never) => unknown>(), having('publish')],
  'a URL, a Broker or a function',
);

const errbackFunctions = t.readonly(
  t.record(t.string, func<(...args: never) => unknown>()),
  'an object of functions',
);

/** What a Redis string can hold, in bytes. */
export const MAX_VALUE_SIZE = 536_870_912;

const milliseconds = between(0, MAX_SECONDS * 1000);

const retryPolicy = exactly({
  /** `null`: for ever. */
  maxRetries: withDefault(nullable(integer(0)), defaultRetryPolicy.maxRetries),
  /** Seconds before the first retry. */
  intervalStart: withDefault(seconds, defaultRetryPolicy.intervalStart),
  /** Seconds by which each further wait is longer. */
  intervalStep: withDefault(seconds, defaultRetryPolicy.intervalStep),
  /** Seconds of the longest wait. */
  intervalMax: withDefault(seconds, defaultRetryPolicy.intervalMax),
  /** Seconds for all tries together, looked at before each wait; 0 or `null`: no such end. */
  timeout: optional(nullable(seconds)),
});

const serializerOption = named(
  having<Serializer>('encode', 'decode'),
  ...(['name', 'contentType', 'contentEncoding'] as const),
);

const props = {
  /** Default: what `host` and the others say, so `redis://localhost:6379/0`. Celery: `result_backend`. */
  url: withDefault(nullable(secret), null),
  /** A host, or a URL, which then stands for `url`. Default `localhost`. Celery: `redis_host`. */
  host: withDefault(or(null, 'localhost', secret), 'localhost'),
  /** Default 6379. Celery: `redis_port`. */
  port: withDefault(or(null, 6379, integer(0, 65535)), 6379),
  /** Default 0. A `redis://` URL without a path means database 0, whatever this says. Celery: `redis_db`. */
  db: withDefault(or(null, 0, integer(0)), 0),
  /** Celery: `redis_username`. */
  username: withDefault(nullable(text), null),
  /** Celery: `redis_password`. */
  password: withDefault(nullable(secret), null),
  /** `true` verifies the server against the authorities that Node trusts. Celery: `redis_backend_use_ssl`. */
  ssl: withDefault(nullable(or(false, null, or(true, { sslCertReqs: 'required' }, ssl))), null),
  /** Asked for a user name and password at each connect, and again before `validFor` seconds are over. */
  credentials: or(undefined, null, func<CredentialsProvider>(), 'a function'),
  /** Default 1: any number of callers share a connection. Celery: `redis_max_connections`. */
  maxConnections: withDefault(or(null, 1, integer(1)), 1),
  /** A pool to share; whoever made it closes it. */
  connectionPool: withDefault(nullable(having<SharedPool>()), null),
  /** Seconds until a result expires; 0 or `null`: never. Default 86400, a day. Celery: `result_expires`. */
  expires: withDefault(timeToLive, 86_400),
  /** Seconds until a FAILURE expires, and no other state; 0: never. Default, and `null`: as `expires` says. Celery: `result_failure_expires`. */
  failureExpires: withDefault(or(null, null, timeToLive, timeToLive.name), null),
  /** Seconds until what belongs to a chord expires; 0: never. Default, and `null`: as `expires` says. Celery: `result_chord_expires`. */
  chordExpires: withDefault(or(null, null, timeToLive, timeToLive.name), null),
  /** Whether the parts of a chord are kept in header order, or as they come; the same for all workers. Default `true`. Celery: `result_chord_ordered` of `result_backend_transport_options`. */
  chordOrdered: withDefault(flag, true),
  /** Seconds that the results within a nested header are waited for; a claim lives for twice as long. `null`: for ever. Default 3. Celery: `result_chord_join_timeout`. */
  chordJoinTimeout: withDefault(nullable(seconds), 3),
  /** What sends the body of a chord, and errbacks: a URL, a `Broker`, or a `SendCall`, a function of one's own. Default: nothing does, and what needs it is refused. Celery: `broker_url`. */
  broker: withDefault(nullable(brokerOption), null),
  /** Functions to call where a task or a chord fails, by the names of the errbacks' tasks; all others are sent. Each is an `Errback`. Default: none. */
  errbacks: withDefault(errbackFunctions, {}),
  /** In front of each key and channel. Celery: `global_keyprefix`. */
  globalKeyprefix: withDefault(or(null, '', text), ''),
  /** Default `json`; one of those in `accept`. Celery: `result_serializer`. */
  serializer: withDefault(text, 'json'),
  /** Besides `json`, and before it: `yaml` of `chordis/yaml`, or one's own. Kombu: `register`. */
  serializers: withDefault(list('serializers', serializerOption), []),
  /** The codec by which what is stored of tasks and groups is compressed, such as `gzip`; what is read may be compressed or not, whatever this says. Default, `null` and `''`: none. Workers up to Celery 5.6 can't read what is compressed. Celery: `result_compression`. */
  compression: withDefault(or(null, null, or('', null, text, text.name)), null),
  /** Compressions of one's own, before those of Node: `gzip`, `brotli`, and `zstd` from Node 22.15 on. Kombu: `register`. */
  compressions: withDefault(
    list('compressions', having<Compression>('compress', 'decompress')),
    [],
  ),
  /** The most bytes that a compressed value may have once decompressed; what has more is a `DecodeError`. Default, and the most, 512 MB, as of a Redis string. */
  maxDecompressedBytes: withDefault(integer(1, MAX_VALUE_SIZE), MAX_VALUE_SIZE),
  /** Whether to store the task's name, arguments, worker, retries and queue too. Default `false`. Celery: `result_extended`. */
  resultExtended: withDefault(flag, false),
  /** The serializers that may be read. Default `json` alone. Celery: `result_accept_content`. */
  accept: withDefault(list('strings', text), ['json']),
  /** How a lost connection is tried again. Celery: `retry_policy` of `result_backend_transport_options`. */
  retryPolicy: withDefault(retryPolicy, { ...defaultRetryPolicy, timeout: undefined }),
  /** Whether an error that the table of errors does not know, or calls lasting, is a lost connection to you, and worth a retry. Default: none is. Celery: `additional_connection_errors` of `result_backend_transport_options`. */
  additionalConnectionErrors: withDefault(func<(error: ResultStoreError) => boolean>(), constFalse),
  /** Whether storing, reading and forgetting a result, and saving, restoring and deleting a group, are tried again beyond `retryPolicy`. Default `false`. Celery: `result_backend_always_retry`. */
  alwaysRetry: withDefault(flag, false),
  /** How often then; default, and `null`: for ever. Celery: `result_backend_max_retries`. */
  maxRetries: withDefault(
    or(null, Number.POSITIVE_INFINITY, between(0, Number.POSITIVE_INFINITY)),
    Number.POSITIVE_INFINITY,
  ),
  /** Default 10. Celery: `result_backend_base_sleep_between_retries_ms`. */
  baseSleepBetweenRetriesMs: withDefault(milliseconds, 10),
  /** Default 10000. Celery: `result_backend_max_sleep_between_retries_ms`. */
  maxSleepBetweenRetriesMs: withDefault(milliseconds, 10_000),
  /** Seconds of silence until a reply is overdue. Default 10, where Celery's `redis_socket_timeout` is 120: retries follow. */
  socketTimeout: withDefault(deadline, 10),
  /** Seconds until a connection is given up. Default 5. Celery: `redis_socket_connect_timeout`. */
  socketConnectTimeout: withDefault(deadline, 5),
  /** Default `true`. Celery: `redis_socket_keepalive`. */
  socketKeepalive: withDefault(flag, true),
  /** Seconds between two PINGs on a link that listens; 0 or `null`: none. Default 10. Celery: `redis_backend_health_check_interval`. */
  healthCheckInterval: withDefault(or(null, 0, seconds), 10),
  /** Seconds in which all that is watched and not ready is read once more, in bounded pieces: a key can become ready without a message. 0 or `null`: never. Default 60. */
  backstopInterval: withDefault(or(null, 0, seconds), 60),
  /** Default `chordis`. Printable ASCII without spaces, as Redis takes it. redis-py: `client_name`. */
  clientName: withDefault(or(null, 'chordis', clientName), 'chordis'),
  /** How many operations may wait for a connection. Default 100000. */
  maxOfflineQueue: withDefault(integer(1), 100_000),
  /** Seconds that `get` waits for a result unless told otherwise; `null`: for ever. Default 300. */
  resultTimeout: withDefault(nullable(seconds), 300),
  /** Default `console`. */
  logger: withDefault(having<Logger>('warn', 'error'), console),
  /** Default `asyncScheduler`. */
  scheduler: withDefault(having<SchedulerLike>('now', 'schedule'), asyncScheduler),
  /** Numbers from 0 up to 1, for the jitter of retries. Default `Math.random`. */
  random: withDefault(func<() => number>(), Math.random),
  /** Whether waiting for a result now would block a task. Default: never. Celery: `task_join_will_block`. */
  taskJoinWillBlock: withDefault(func<() => boolean>(), () => false),
};

/**
 * What a user may write; all of it is optional.
 *
 * @example
 * import type { RedisBackendOptions } from 'chordis'
 *
 * const options: RedisBackendOptions = {
 *   url: 'redis://localhost:6379/1',
 *   expires: 3600,
 *   retryPolicy: { maxRetries: 5 },
 * }
 *
 * @category model
 * @since 0.1.0
 */
export interface RedisBackendOptions extends Written<typeof props> {}

/**
 * The same with every default filled in.
 *
 * @category model
 * @since 0.1.0
 */
export interface Options extends Read<typeof props> {}

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

/**
 * Of what a user wrote, each option by itself.
 *
 * @category codecs
 * @since 0.1.0
 */
export const options: t.Type<Options, RedisBackendOptions> = exactly(props);
