// Results
export { type Keys, keys } from './keys.js';
export { pendingMeta } from './meta.js';
export { TaskMeta } from './taskMeta.js';
export type { WireMeta } from './wireMeta.js';
export { TaskException, type WireException } from './wireException.js';
export {
  type AsyncResultTuple,
  asyncResultTuple,
  type GroupResultTuple,
  groupResultTuple,
  ResultTuple,
  type WireTuple,
} from './resultTuple.js';

export { type ChordPart, decodeChordPart, encodeChordPart } from './chordPart.js';

// Task messages
export { decodeMessage, encodeMessage, Message, type WireMessage } from './message.js';
export type { MessageHeaders } from './messageHeaders.js';
export type { MessageProperties } from './messageProperties.js';
export { requestOf } from './requestOf.js';
export { TaskBody, type WireTaskBody } from './taskBody.js';
export { Signature, signature, type WireSignature } from './signature.js';

// Python's notation
export { repr } from './repr.js';
