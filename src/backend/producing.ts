/**
 * What a backend lends to the producers that send over it.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import type { Room } from '../chord/room.js';
import type { ResultConsumer } from '../consumer/resultConsumer.js';
import { settled } from '../operation/run.js';
import type { Producing } from '../producer/producing.js';
import type { ResultBackend } from '../result/resultBackend.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import type { Judgement } from '../store/execution.js';
import type { Connected } from './connect.js';
import { planContext } from './senderOf.js';

export const producing = (
  { config, connection, broker, brokerAt }: Connected,
  room: Room,
  consumer: ResultConsumer,
  results: ResultBackend,
  judgement: Judgement,
): Producing => ({
  execution: room.execution,
  context: planContext(config),
  room,
  once: connection.commands.once,
  results,
  retrying: (source) =>
    source.pipe(
      retryOverTime(config.retryPolicy, {
        when: (error) => judgement.exceptionSafeToRetry(error),
        nextWait: (error, retries, waits) =>
          judgement.onConnectionError(config.retryPolicy.maxRetries, error, waits, retries),
        scheduler: config.scheduler,
        resetOnSuccess: true,
      }),
    ),
  follow: (taskId) =>
    config.taskJoinWillBlock()
      ? settled(E.right(constVoid))
      : consumer.follow(taskId, config.expires),
  broker,
  brokerAt,
});
