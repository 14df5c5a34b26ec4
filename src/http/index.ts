// The handler
export {
  type EventsBackend,
  type Handler,
  type TaskEventsOptions,
  taskEvents,
} from './taskEvents.js';
export type { AskedIds } from './asked.js';
export type { Authorize, Permission } from './authorization.js';
export type { StreamLimit } from './streamLimit.js';
export type { Selected } from './told.js';
// Node's http
export { nodeListener, remoteAddress } from './nodeListener.js';
