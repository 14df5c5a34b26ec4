// Backends
export { connectionPool } from './backend/connect.js';
export type { Effect } from './store/ensure.js';
export { RedisBackend } from './backend/redisBackend.js';
export type { Stored } from './store/storeGuarded.js';
export type { MarkOptions } from './store/marks.js';
export type { StoreOptions } from './store/storing.js';
export type { Logger, RedisBackendOptions } from './config/options.js';

// Results
export { ResultConsumer } from './consumer/resultConsumer.js';
export type { ConnectionState } from './consumer/sessions.js';
export type { TaskResults } from './consumer/taskResults.js';
export { AsyncResult, type GetOptions } from './result/asyncResult.js';
export type { Codec, Codecs, StandardSchema, Validated } from './result/codec.js';
export type { MetaIn, OwnState, ReadyMeta, TypedMeta } from './result/typedMeta.js';
export { chord } from './result/chord.js';
export { GroupResult, type GroupSource } from './result/groupResult.js';
export { type JoinOptions, join } from './result/join.js';
export { joinSettled } from './result/joinSettled.js';
export type {
  Joinable,
  Joined,
  OutcomeOf,
  ResultGroup,
  Settled,
  ValueOf,
} from './result/members.js';
export type { GroupProgress } from './result/progress.js';
export type { ResultBase } from './result/resultBase.js';
export type { GroupWaitOptions } from './result/waiting.js';

// Chords
export type { ChordState, ChordStatus } from './chord/chordState.js';
export type { ChordOutcome } from './chord/outcome.js';
export type { Errback } from './chord/room.js';
export type { Call, SendCall } from './chord/sender.js';
export { type FailurePolicy, onFailure } from './chord/body.js';
export type { Broker, OnRedis } from './port/broker.js';
export type { Delivery } from './wire/kombuDeliveries.js';

// Operations
export type { Operation } from './operation/operation.js';
export * as operation from './operation/operation.js';

// Errors
export {
  Aborted,
  AclError,
  AuthenticationError,
  ChordError,
  Closed,
  CommandTimeout,
  ConnectionError,
  ContentDisallowed,
  DecodeError,
  EncodeError,
  type ErrorJson,
  fold as foldError,
  foldOr as foldErrorOr,
  foldW as foldErrorW,
  ImproperlyConfigured,
  InvalidArgument,
  InvalidResult,
  isResultStoreError,
  OfflineQueueFull,
  ResponseError,
  ResultCancelled,
  type ResultStoreError,
  ResultTimeout,
  RetryLimitExceeded,
  type SchemaIssue,
  TaskFailed,
  Unavailable,
  UnexpectedError,
  ValueTooLarge,
} from './errors/errors.js';

// States
export {
  FAILURE,
  IGNORED,
  isReady,
  type KnownState,
  PENDING,
  READY_STATES,
  type ReadyState,
  RECEIVED,
  REJECTED,
  RETRY,
  REVOKED,
  STARTED,
  type State,
  SUCCESS,
} from './states.js';
export * as states from './states.js';

// Retry
export { exponentialBackoff } from './retry/exponentialBackoff.js';
export { retryOverTime } from './retry/retryOverTime.js';
export type { RetryPolicy } from './retry/policy.js';
export * as retry from './retry/index.js';

// Connections
export type { Credentials, CredentialsProvider } from './config/credentials.js';
export { ConnectionPool } from './redis/pool.js';
export type { SslParameters } from './config/tls.js';

// Exceptions, and references to results
export { isTaskException, pythonException } from './wire/exception.js';
export type { TaskException } from './errors/taskException.js';
export type { TaskRequest } from './wire/request.js';
export type { GroupResultTuple, ResultTuple } from './wire/resultTuple.js';
export type { TaskMeta } from './wire/meta.js';
export { fromThrown } from './wire/thrown.js';

// Serialization
export type { Compression } from './serialization/compression.js';
export { DateTime } from './serialization/dateTime.js';
export { json, jsonWith } from './serialization/json.js';
export { defaultMarkers, type Marker, marker } from './serialization/markers.js';
export * as python from './serialization/python.js';
export { type Registry, registry } from './serialization/registry.js';
export type { Serializer } from './serialization/serializer.js';
export { type Json, toJson } from './serialization/toJson.js';
export { Decimal, Float, PlainDate, PlainTime, Uuid } from './serialization/values.js';
