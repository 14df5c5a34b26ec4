/**
 * What a backend is made of, over whatever it is connected to.
 *
 * @since 0.1.0
 */
import { identity } from 'fp-ts/lib/function.js';
import { type Chords, chords } from '../chord/chords.js';
import { ResultConsumer } from '../consumer/resultConsumer.js';
import { Deadlines } from '../operation/deadlines.js';
import type { Producing } from '../producer/producing.js';
import type { ResultBackend } from '../result/resultBackend.js';
import { Execution, type Judgement } from '../store/execution.js';
import { type Groups, groups } from '../store/groups.js';
import { type KeyValues, keyValues } from '../store/keyValues.js';
import { type Marks, marks } from '../store/marks.js';
import { type Tasks, tasks } from '../store/tasks.js';
import { keys } from '../wire/keys.js';
import { chordRoom } from './chording.js';
import type { Connected } from './connect.js';
import { producing } from './producing.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Rooms {
  readonly execution: Execution;
  readonly keyValues: KeyValues;
  readonly tasks: Tasks;
  readonly marks: Marks;
  readonly groups: Groups;
  readonly chords: Chords;
  readonly resultConsumer: ResultConsumer;
  /** What an `AsyncResult` is read from. */
  readonly results: ResultBackend;
  readonly producing: Producing;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** `judgement` is asked by all retries. */
export const rooms = (connected: Connected, judgement: Judgement): Rooms => {
  const { config, connection, serializer } = connected;
  const { retryPolicy, resultTimeout, scheduler, healthCheckInterval, backstopInterval } = config;
  const { commands, taken } = connection;
  const execution = new Execution(connection, config, judgement);
  const foundation = {
    options: config,
    commands,
    execution,
    serializer,
    keys: keys(config.globalKeyprefix),
  };
  const ofTasks = tasks(foundation);
  const ofGroups = groups(foundation);
  const resultConsumer = new ResultConsumer({
    connection,
    keys: foundation.keys,
    decode: ofTasks.decode,
    read: (key) => execution.retried(commands.get(key)),
    retryPolicy,
    retry: {
      when: (error) => judgement.exceptionSafeToRetry(error),
      nextWait: (error, retries, waits) =>
        judgement.onConnectionError(retryPolicy.maxRetries, error, waits, retries),
      scheduler,
    },
    healthCheckInterval,
    backstopInterval,
  });
  const chordsRoom = chordRoom(connected, execution, ofTasks, resultConsumer);
  const ofChords = chords(chordsRoom);
  const results: ResultBackend = {
    resultConsumer,
    taken,
    resultTimeout,
    scheduler,
    deadlines: new Deadlines(scheduler),
    getTaskMeta: (taskId) => ofTasks.pick(taskId, identity),
    taskResultExists: ofTasks.exists,
    forget: (taskId) => ofTasks.forget(taskId, () => resultConsumer.cancelFor(taskId)),
    groups: ofGroups,
  };
  return {
    execution,
    keyValues: keyValues(foundation),
    tasks: ofTasks,
    marks: marks(execution, ofTasks.storing, ofChords.following),
    chords: ofChords,
    groups: ofGroups,
    resultConsumer,
    results,
    producing: producing(connected, chordsRoom, resultConsumer, results, judgement),
  };
};
