/**
 * What the chords of a backend stand on, from its options and its other rooms.
 *
 * @since 0.1.0
 */
import { randomUUID } from 'node:crypto';
import { type Errback, type Room, retriedCommands } from '../chord/room.js';
import { addressText } from '../config/address.js';
import type { ResultConsumer } from '../consumer/resultConsumer.js';
import { wasNeverSent } from '../errors/retryable.js';
import { toRun } from '../operation/operation.js';
import { readyMetas } from '../result/readyMetas.js';
import type { Execution } from '../store/execution.js';
import type { Tasks } from '../store/tasks.js';
import { keys } from '../wire/keys.js';
import type { Connected } from './connect.js';
import { senderOf } from './senderOf.js';

export const chordRoom = (
  { config, connection, serializer, broker }: Connected,
  execution: Execution,
  tasks: Tasks,
  consumer: ResultConsumer,
): Room => {
  const { commands } = connection;
  return {
    options: config,
    logger: config.logger,
    execution,
    commands: retriedCommands(execution, connection.chords),
    serializer,
    keys: keys(config.globalKeyprefix),
    metas: {
      read: (taskId) => tasks.pick(taskId, (meta) => meta),
      ready: (taskIds) => readyMetas(consumer, taskIds),
      scheduler: config.scheduler,
    },
    remove: (key) => execution.retried(commands.delete(key)),
    increment: (key) => execution.retried(commands.incr(key), { when: wasNeverSent }),
    store: (taskId, { exception, state, traceback, request, children }) =>
      tasks.storing(taskId, exception, state, {
        traceback,
        ...(request && { request }),
        ...(children && { children }),
      }),
    stateOf: (taskId) => toRun(tasks.pick(taskId, ({ status }) => status)),
    sender: senderOf(config, broker),
    errbacks: config.errbacks as Readonly<Record<string, Errback>>,
    address: addressText(config.address),
    newId: randomUUID,
  };
};
