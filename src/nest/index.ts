export {
  ChordisModule,
  type ChordisModuleAsyncOptions,
  type ChordisModuleOptions,
} from './chordisModule.js';
export { type AskedStream, type TaskMessage, TaskStreams } from './taskStreams.js';
