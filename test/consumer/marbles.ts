import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import { type ConsumerOptions, ResultConsumer } from '../../src/consumer/resultConsumer.js';
import { ConnectionError } from '../../src/errors/errors.js';
import { fromObservable, of } from '../../src/operation/operation.js';
import type { Subscriber, Value } from '../../src/port/commands.js';
import { defaultRetryPolicy } from '../../src/retry/policy.js';
import { json } from '../../src/serialization/json.js';
import { isConnectionError } from '../../src/store/ensure.js';
import { keys } from '../../src/wire/keys.js';
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../../src/wire/taskMeta.js';

export const marbles = (body: (helpers: RunHelpers, scheduler: TestScheduler) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => body(helpers, scheduler));
};

/** Fails with the name and text of the error, which is all that a marble shows of it. */
export const told = <T>(source: Rx.Observable<T>): Rx.Observable<T> =>
  source.pipe(Rx.catchError((error: Error) => Rx.throwError(() => String(error))));

export const lost = new ConnectionError('localhost:6379', false, new Error('ECONNRESET'));

export const bytesOf = (meta: TaskMeta): Buffer => {
  const bytes = encodeTaskMeta(json)(meta);
  return Buffer.from(E.isRight(bytes) ? bytes.right : bytes.left.message);
};

export const channelOf = (taskId: string): string => `celery-task-meta-${taskId}`;

/** One call of the port: what was asked, and of how many channels. */
export type Call = readonly [name: 'follow' | 'leave' | 'ping', ...channels: ReadonlyArray<string>];

/** A link that notes what it is asked and finds nothing stored; `parts` replace its replies. */
export const fakeSubscriber = (
  calls: Array<Call>,
  parts: {
    readonly messages$?: Subscriber['messages$'];
    readonly follow?: (channels: ReadonlyArray<string>) => Rx.Observable<ReadonlyArray<Value>>;
    readonly leave?: () => Rx.Observable<void>;
    readonly ping?: Rx.Observable<void>;
  } = {},
): Subscriber => ({
  messages$: parts.messages$ ?? Rx.NEVER,
  follow: (channels) => {
    calls.push(['follow', ...channels]);
    return parts.follow === undefined
      ? of(channels.map(() => O.none))
      : fromObservable(parts.follow(channels));
  },
  leave: (channels) => {
    calls.push(['leave', ...channels]);
    return fromObservable((parts.leave ?? (() => Rx.of(undefined)))());
  },
  ping: fromObservable(
    Rx.defer(() => {
      calls.push(['ping']);
      return parts.ping ?? Rx.of(undefined);
    }),
  ),
});

export const consumerOver = (
  subscriber$: Rx.Observable<Subscriber>,
  scheduler: TestScheduler,
  options: Partial<ConsumerOptions> = {},
): ResultConsumer =>
  new ResultConsumer({
    subscriber$,
    leaveAfter: 0,
    keys: keys(),
    decode: decodeTaskMeta(json),
    retryPolicy: defaultRetryPolicy,
    retry: { when: isConnectionError, onRetry: () => undefined, scheduler },
    healthCheckInterval: 0,
    ...options,
  });
