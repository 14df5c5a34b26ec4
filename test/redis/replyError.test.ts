import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isConnectionError } from '../../src/errors/retryable.js';
import { type Asked, fromReplyError } from '../../src/redis/replyError.js';

const asked: Asked = {
  address: 'localhost:6379',
  command: 'SET',
  key: 'acme_celery-task-meta-42',
  rule: '+get +set +setex +publish',
};

const read = (message: string, changed: Partial<Asked> = {}) =>
  fromReplyError(new Error(message), { ...asked, ...changed });

describe('fromReplyError', () => {
  it.each([
    ["NOPERM this user has no permissions to run the 'get' command or its subcommand", '+get'],
    ["NOPERM this user has no permissions to run the 'client|setname' command", '+client|setname'],
    ["NOPERM User bob has no permissions to run the 'get' command", '+get'],
    [
      'NOPERM this user has no permissions to access one of the keys used as arguments',
      '~acme_celery-task-meta-*',
    ],
    ['NOPERM No permissions to access a key', '~acme_celery-task-meta-*'],
    [
      'NOPERM this user has no permissions to access one of the channels used as arguments',
      '&acme_celery-task-meta-*',
    ],
    [
      "ERR The user executing the script can't run this command or subcommand script: c7d0f",
      '+get +set +setex +publish',
    ],
    [
      "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments script: c7d0f",
      '~acme_celery-task-meta-*',
    ],
    [
      "ERR The user executing the script can't publish to the channel mentioned in the command script: c7d0f",
      '&acme_celery-task-meta-*',
    ],
    [
      "ERR ACL failure in script: User bob has no permissions to run the 'publish' command script: c7d0f",
      '+publish',
    ],
    [
      'ERR ACL failure in script: No permissions to access a channel script: c7d0f',
      '&acme_celery-task-meta-*',
    ],
  ])('names the rule that is missing: %s', (message, rule) => {
    expect(read(message)).toMatchObject({ _tag: 'AclError', rule, command: 'SET' });
  });

  it('names the rule for scripts where neither the server nor the command tells it', () => {
    const { rule: _, ...unknown } = asked;
    const reply = new Error("ERR The user executing the script can't run this command");
    expect(fromReplyError(reply, unknown)).toMatchObject({ rule: '+@scripting' });
  });

  it.each([
    'WRONGPASS invalid username-password pair or user is disabled.',
    'NOAUTH Authentication required.',
    'ERR invalid password',
    'ERR Client sent AUTH, but no password is set',
  ])('knows refused credentials, by whichever command they came: %s', (message) => {
    for (const provided of [true, false]) {
      const error = read(message, { provided });
      expect(error).toMatchObject({
        _tag: 'AuthenticationError',
        address: 'localhost:6379',
        provided,
      });
      expect(isConnectionError(error)).toBe(provided);
    }
  });

  it.each([
    ['LOADING Redis is loading the dataset in memory', 'LOADING'],
    ['BUSY Redis is busy running a script.', 'BUSY'],
    ['ERR max number of clients reached', 'ERR'],
  ])('a server that can not serve yet may be asked again: %s', (message, code) => {
    const error = read(message);
    expect(error).toMatchObject({ _tag: 'Unavailable', code, sent: false });
    expect(error.message).toBe(`Redis at localhost:6379: ${message}`);
  });

  it('a replica may not be asked again, but another link', () => {
    expect(read("READONLY You can't write against a read only replica.")).toMatchObject({
      _tag: 'ConnectionError',
      sent: false,
    });
  });

  it('any other is told by its code, its command and its key', () => {
    const error = read('WRONGTYPE Operation against a key', { key: 'k' });
    expect(error).toMatchObject({
      _tag: 'ResponseError',
      code: 'WRONGTYPE',
      command: 'SET',
      key: 'k',
      message: 'SET k: WRONGTYPE Operation against a key',
    });
    expect(isConnectionError(error)).toBe(false);
  });

  it('holds nothing of what the command carried, at any depth', () => {
    const reply = Object.assign(
      new Error('ERR unknown command, with args beginning with: s3cret'),
      {
        command: { name: 'set', args: ['k', 's3cret'] },
      },
    );
    const error = fromReplyError(reply, asked);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('s3cret');
    expect(error.cause).not.toBe(reply);
  });
});
