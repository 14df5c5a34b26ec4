// Sending
export { Producer } from './producer.js';
export type { OnceOptions } from './once.js';
export type { ApplyOptions, ProducerBackend, ProducerOptions, SendOptions } from './options.js';
export type {
  RoutingOptions,
  TaskQueue,
  TaskRoute,
  TaskRouteMap,
  TaskRouter,
} from './routes.js';
export type { KombuOptions } from '../wire/kombuLayout.js';
export type { Broker } from '../port/broker.js';

// Canvas
export { chain, chord, group, immutable, signature } from '../canvas/signatures.js';
export type { TaskOptions } from '../canvas/taskOptions.js';
export type { Signature } from '../wire/signature.js';
export type { Step } from '../canvas/step.js';
export type { HandleOf } from './handles.js';

// Typed tasks
export { task, type TypedTask } from './task.js';
export type { TaskCodecs } from './codecs.js';

// Workers
export type { ControlOptions, WorkerReply } from './control.js';
export type { Revocation, RevokeOptions } from './revoke.js';
export type { Inspector, TaskInfo } from './inspect.js';
export type { CeleryEvent } from '../wire/celeryEvent.js';
