import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  CommandTimeout,
  ConnectionError,
  OfflineQueueFull,
  ResponseError,
  type ResultStoreError,
  UnexpectedError,
} from '../../src/errors/errors.js';
import { of } from '../../src/operation/operation.js';
import {
  type Effect,
  fromEffect,
  isConnectionError,
  wasNeverSent,
} from '../../src/store/ensure.js';
import { type Case, picked, vectors } from '../vectors.js';

const refused = new ConnectionError('localhost:6379', false, new Error('ECONNREFUSED'));
const reset = new ConnectionError('localhost:6379', true, new Error('ECONNRESET'));
const overdue = new CommandTimeout('GET', 'k', 10);

describe('fromEffect', () => {
  const effects: ReadonlyArray<readonly [string, () => Effect<unknown>]> = [
    ['a value', () => 5],
    ['a promise', () => Promise.resolve(5)],
    ['an Observable', () => Rx.of(5)],
    ['the first of several values', () => Rx.of(5, 6)],
    ['an Operation', () => of(5)],
    ['a TaskEither', () => TE.right(5)],
  ];

  it.each(effects)('gives what the function returned: %s', async (_, fun) => {
    expect(await fromEffect(fun)()).toEqual(E.right(5));
    expect(await Rx.firstValueFrom(Rx.from(fromEffect(fun)))).toBe(5);
  });

  const failures: ReadonlyArray<readonly [string, () => Effect<unknown>]> = [
    ['a rejected promise', () => Promise.reject(refused)],
    ['an Observable', () => Rx.throwError(() => refused)],
    ['a TaskEither', () => TE.left(refused)],
    [
      'the function itself',
      () => {
        throw refused;
      },
    ],
  ];

  it.each(failures)('fails with what the function failed with: %s', async (_, fun) => {
    expect(await fromEffect(fun)()).toEqual(E.left(refused));
  });

  it('takes a null for a value, and an error of no store for an UnexpectedError', async () => {
    expect(await fromEffect(() => null)()).toEqual(E.right(null));
    expect(
      await fromEffect(() => {
        throw new TypeError('a bug');
      })(),
    ).toEqual(E.left(new UnexpectedError(new TypeError('a bug'))));
  });

  it('calls the function anew each time, and not before', async () => {
    let calls = 0;
    const effect = fromEffect(() => {
      calls += 1;
      return calls;
    });
    expect(calls).toBe(0);
    expect([await effect(), await effect()]).toEqual([E.right(1), E.right(2)]);
  });
});

describe('isConnectionError', () => {
  /**
   * What an error of redis-py's is here. A KeyError, which kombu 5.7 takes for a lost
   * connection since redis-py may raise one there, has no counterpart.
   */
  const counterparts: Readonly<Record<string, ResultStoreError>> = {
    'redis.exceptions.ConnectionError': reset,
    'redis.exceptions.TimeoutError': overdue,
    'redis.exceptions.ResponseError': new ResponseError('ERR', 'GET', 'k', new Error('ERR')),
    'redis.exceptions.ReadOnlyError': new ResponseError('READONLY', 'SET', 'k', new Error('no')),
    'builtins.OSError': refused,
    'builtins.ConnectionResetError': reset,
    'builtins.TimeoutError': overdue,
    'builtins.ValueError': new UnexpectedError(new RangeError('x')),
  };
  const recorded = picked(
    vectors('retry'),
    (c: Case) => c.op === 'connection_error' && c.error in counterparts,
  );

  it.each(recorded)('retries what Celery retries: $name', (c) => {
    expect(isConnectionError(counterparts[c.error])).toBe(c.retried);
  });

  it('does not retry wrong credentials, which Celery does, nor a queue that is full', () => {
    expect(isConnectionError(new AuthenticationError('h:1', new Error('WRONGPASS')))).toBe(false);
    expect(isConnectionError(new OfflineQueueFull(1))).toBe(false);
    expect(isConnectionError('ECONNRESET')).toBe(false);
  });
});

describe('wasNeverSent', () => {
  it('holds only for a command that surely did not run', () => {
    expect([refused, reset, overdue].map(wasNeverSent)).toEqual([true, false, false]);
    expect(wasNeverSent(new OfflineQueueFull(1))).toBe(false);
  });
});
