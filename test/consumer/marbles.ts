import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import { type ConsumerOptions, ResultConsumer } from '../../src/consumer/resultConsumer.js';
import type { ConnectionState } from '../../src/consumer/sessions.js';
import { ConnectionError } from '../../src/errors/errors.js';
import { isConnectionError } from '../../src/errors/retryable.js';
import { fromSource, settled } from '../../src/operation/run.js';
import type { Connection, Found, Message, Subscriber } from '../../src/port/commands.js';
import { defaultRetryPolicy } from '../../src/retry/policy.js';
import { json } from '../../src/serialization/json.js';
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

/** A state of the link in brief: `Resyncing 1` after one attempt in vain. */
export const brief = (state: ConnectionState): string =>
  state._tag === 'Resyncing' ? `Resyncing ${state.attempts}` : state._tag;

/** The marbles of `brief`. */
export const states = {
  c: 'Connected',
  l: 'Lost',
  r: 'Resyncing 0',
  1: 'Resyncing 1',
  2: 'Resyncing 2',
  3: 'Resyncing 3',
};

export const bytesOf = (meta: TaskMeta): Buffer => {
  const bytes = encodeTaskMeta(json)(meta);
  return Buffer.from(E.isRight(bytes) ? bytes.right : bytes.left.message);
};

export const channelOf = (taskId: string): string => `celery-task-meta-${taskId}`;

/** The message that a task's meta is published as. */
export const heard = (meta: TaskMeta): Message => message(meta.taskId, bytesOf(meta));

/** Anything, on the channel of a task. */
export const message = (taskId: string, payload: Buffer): Message => ({
  channel: Buffer.from(channelOf(taskId)),
  payload,
});

/** What is found at the first key that is asked for, at the next one, and so on. */
export const foundAt = (
  ...values: ReadonlyArray<TaskMeta | Found['value']>
): ReadonlyArray<Found> =>
  values.map((value, at) => ({
    at,
    value:
      typeof value === 'object' && 'taskId' in value && 'status' in value ? bytesOf(value) : value,
  }));

/** One call of the port: what was asked, and of how many channels. */
export type Call = readonly [
  name: 'follow' | 'read' | 'leave' | 'ping',
  ...channels: ReadonlyArray<string>,
];

type Reading = (channels: ReadonlyArray<string>) => Rx.Observable<ReadonlyArray<Found>>;

/** A link that notes what it is asked and finds nothing stored; `parts` replace its replies. */
export const fakeSubscriber = (
  calls: Array<Call>,
  parts: {
    readonly messages$?: Subscriber['messages$'];
    readonly follow?: Reading;
    readonly read?: Reading;
    readonly leave?: () => Rx.Observable<void>;
    readonly ping?: Rx.Observable<void>;
    readonly arrived?: Subscriber['arrived'];
  } = {},
): Subscriber => {
  const nothing = (): Rx.Observable<ReadonlyArray<Found>> => Rx.of([]);
  return {
    messages$: parts.messages$ ?? Rx.NEVER,
    follow: (channels) =>
      Rx.defer(() => {
        calls.push(['follow', ...channels]);
        return (parts.follow ?? nothing)(channels);
      }),
    read: (channels) =>
      Rx.defer(() => {
        calls.push(['read', ...channels]);
        return (parts.read ?? nothing)(channels);
      }),
    leave: (channels) =>
      fromSource(
        Rx.defer(() => {
          calls.push(['leave', ...channels]);
          return (parts.leave ?? (() => Rx.of(undefined)))();
        }),
      ),
    ping: fromSource(
      Rx.defer(() => {
        calls.push(['ping']);
        return parts.ping ?? Rx.of(undefined);
      }),
    ),
    arrived: parts.arrived ?? (() => 0),
  };
};

/** A consumer over links of the test's own; nothing is sent of itself, unless told. */
export const consumerOver = (
  subscriber$: Rx.Observable<Subscriber>,
  scheduler: TestScheduler,
  {
    connection = {},
    retry = {},
    ...options
  }: Partial<Omit<ConsumerOptions, 'connection' | 'retry'>> & {
    readonly connection?: Partial<Connection>;
    readonly retry?: Partial<ConsumerOptions['retry']>;
  } = {},
): ResultConsumer =>
  new ResultConsumer({
    connection: {
      subscriber$,
      leaveAfter: 0,
      taken: settled(E.right(undefined)),
      ...connection,
    },
    keys: keys(),
    decode: decodeTaskMeta(json),
    read: () => settled(E.right(O.none)),
    retryPolicy: defaultRetryPolicy,
    retry: {
      when: isConnectionError,
      nextWait: (_error, _retries, waits) => Number(waits.next().value),
      scheduler,
      ...retry,
    },
    healthCheckInterval: 0,
    backstopInterval: 0,
    ...options,
  });
