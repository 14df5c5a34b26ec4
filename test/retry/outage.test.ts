import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  CommandTimeout,
  ConnectionError,
  Unavailable,
  UnexpectedError,
} from '../../src/errors/errors.js';
import { outageMessage } from '../../src/retry/outage.js';

const AT = 'localhost:6379';

describe('outageMessage', () => {
  it('tells which server, and why', () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:6379');
    expect(outageMessage(new ConnectionError(AT, false, refused))).toBe(
      'Could not connect: Redis at localhost:6379: connect ECONNREFUSED 127.0.0.1:6379',
    );
    expect(outageMessage(new ConnectionError(AT, true, new Error('read ECONNRESET')))).toBe(
      'Lost the connection: Redis at localhost:6379: read ECONNRESET',
    );
    expect(outageMessage(new Unavailable('LOADING', AT, new Error('LOADING the dataset')))).toBe(
      'Redis at localhost:6379: LOADING the dataset',
    );
    expect(outageMessage(new AuthenticationError(AT, new Error('WRONGPASS'), true))).toBe(
      'Redis at localhost:6379 refused the credentials: WRONGPASS',
    );
  });

  it('is the same for all commands that wait for one server', () => {
    const messages = ['a', 'b'].map((key) => outageMessage(new CommandTimeout('GET', key, 5)));
    expect(messages).toEqual(Array(2).fill('No reply from Redis within 5 s'));
  });

  it('is nothing for what is not of a link', () => {
    expect(outageMessage(new UnexpectedError('a secret of the caller'))).toBeUndefined();
  });
});
