'use client';
// Where tasks are watched
export { ChordisProvider, type ChordisProviderProps } from './provider.js';
// Hooks
export { useTask } from './useTask.js';
export { useGroup } from './useGroup.js';
export { NotSent, type Send, type TaskRun, useTaskRun } from './useTaskRun.js';
// What they show
export type { GroupView, ReadyTaskState, TaskView } from './views.js';
export type {
  Codec,
  Codecs,
  GroupProgress,
  TaskState,
  WatchError,
  WatchOptions,
} from '../browser/index.js';
