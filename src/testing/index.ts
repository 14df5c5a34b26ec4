// The backend
export {
  type TestBackend,
  type TestBackendOptions,
  testBackend,
} from './testBackend.js';
export type { SubscriptionLogs } from './channelLog.js';
// What workers store
export { failure, meta, progress, retry, revoked, started, success } from './metas.js';
// Groups
export {
  type Drawn,
  type DrawnMetas,
  drawGroup,
  expectWatched,
} from './drawGroup.js';
