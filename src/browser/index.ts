// Streams
export { type Watched, watchGroup, watchTask, watchTasks } from './watching.js';
export type { GroupProgress, StateIn, TaskState } from './taskState.js';
export type { WatchOptions } from './transport.js';
// Errors
export {
  Aborted,
  BadAddress,
  InvalidState,
  Refused,
  TaskLost,
  type WatchError,
} from './watchError.js';
// Codecs
export type { Codec, Codecs, StandardSchema, Validated } from '../result/codec.js';
