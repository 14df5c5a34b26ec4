// Backends
export { connectionPool } from './backend/connect.js';
export type { Effect } from './backend/ensure.js';
export { RedisBackend } from './backend/redisBackend.js';
export type { Stored } from './backend/storeGuarded.js';
export type { MarkOptions, StoreOptions } from './backend/taskStore.js';
// Connections
export type { Credentials, CredentialsProvider } from './connection/credentials.js';
export { ConnectionPool } from './connection/pool.js';
export type { SslParameters } from './connection/tls.js';
// Results
export { type ConnectionState, ResultConsumer } from './consumer/resultConsumer.js';
export type { TaskResults } from './consumer/taskResults.js';
export type { ResultStoreError } from './errors.js';
// Operations and errors
export * as errors from './errors.js';
export type { Operation } from './operation.js';
export * as operation from './operation.js';
export type { Logger, RedisBackendOptions } from './options.js';
export { AsyncResult, type GetOptions } from './result/asyncResult.js';
// Retry
export {
  type BackoffOptions,
  type BackoffPolicy,
  backoffBound,
  backoffInterval,
  defaultBackoffPolicy,
  exponentialBackoff,
} from './retry/exponentialBackoff.js';
export { connectionLostMessage, humanizeSeconds } from './retry/humanizeSeconds.js';
export {
  defaultRetryPolicy,
  intervals,
  mergeRetryPolicy,
  type RetryPolicy,
} from './retry/policy.js';
export type { RetryOptions } from './retry/retryAfter.js';
export { retryOverTime } from './retry/retryOverTime.js';
// Serialization
export { DateTime } from './serialization/dateTime.js';
export { json, jsonWith } from './serialization/json.js';
export { defaultMarkers, type Marker, marker } from './serialization/markers.js';
export { msgpack } from './serialization/msgpack.js';
export { type Registry, registry } from './serialization/registry.js';
export type { Serializer } from './serialization/serializer.js';
export { Decimal, Float, PlainDate, PlainTime, Uuid } from './serialization/values.js';
export { yaml } from './serialization/yaml.js';
export type { State } from './states.js';
// States
export * as states from './states.js';
// The wire
export {
  fromThrown,
  isTaskException,
  pythonException,
  TaskException,
  type WireException,
} from './wire/exception.js';
export { type Keys, keys } from './wire/keys.js';
export type { TaskRequest } from './wire/request.js';
export {
  type AsyncResultTuple,
  asyncResultTuple,
  type GroupResultTuple,
  groupResultTuple,
  ResultTuple,
  type WireTuple,
} from './wire/resultTuple.js';
export { pendingMeta, TaskMeta, type WireMeta } from './wire/taskMeta.js';
