import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  CommandTimeout,
  ConnectionError,
  OfflineQueueFull,
  ResponseError,
  type ResultStoreError,
  RetryLimitExceeded,
  Unavailable,
  UnexpectedError,
} from '../../src/errors/errors.js';
import { isConnectionError, wasNeverSent } from '../../src/errors/retryable.js';
import { type Case, vectors } from '../vectors.js';

const refused = new ConnectionError('localhost:6379', false, new Error('ECONNREFUSED'));
const reset = new ConnectionError('localhost:6379', true, new Error('ECONNRESET'));
const overdue = new CommandTimeout('GET', 'k', 10);
const busy = new Unavailable('BUSY', 'localhost:6379', new Error('BUSY'));
const denied = new AuthenticationError('localhost:6379', new Error('WRONGPASS'));
const lagging = new AuthenticationError('localhost:6379', new Error('WRONGPASS'), true);

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
  const recorded = vectors('retry').filter(
    (c: Case) => c.op === 'connection_error' && c.error in counterparts,
  );

  it.each(recorded)('retries what Celery retries: $name', (c) => {
    expect(isConnectionError(counterparts[c.error])).toBe(c.retried);
  });

  it('retries what the server can not answer yet', () => {
    expect(isConnectionError(busy)).toBe(true);
  });

  it('retries refused credentials only where a provider may know better ones by then', () => {
    expect(isConnectionError(lagging)).toBe(true);
    expect(isConnectionError(denied)).toBe(false);
  });

  it('retries nothing else: neither a queue that is full, nor what was retried in vain', () => {
    expect(isConnectionError(new OfflineQueueFull(1))).toBe(false);
    expect(isConnectionError(new RetryLimitExceeded(20, reset))).toBe(false);
    for (const other of ['ECONNRESET', new Error('ECONNRESET'), null, undefined]) {
      expect(isConnectionError(other)).toBe(false);
    }
  });
});

describe('wasNeverSent', () => {
  it('holds only for a command that surely did not run', () => {
    expect([refused, busy, lagging].map(wasNeverSent)).toEqual([true, true, true]);
    const mayHaveRun = [reset, overdue, denied, new OfflineQueueFull(1)];
    expect(mayHaveRun.map(wasNeverSent)).toEqual([false, false, false, false]);
  });
});
