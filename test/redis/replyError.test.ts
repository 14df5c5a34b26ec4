import { describe, expect, it } from 'vitest';
import { fromReplyError } from '../../src/redis/replyError.js';
import { isConnectionError } from '../../src/store/ensure.js';

const read = (message: string, key = 'acme_celery-task-meta-42') =>
  fromReplyError(new Error(message), 'localhost:6379', 'SET', key);

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

  it('knows refused credentials, by whichever command they came', () => {
    for (const message of [
      'WRONGPASS invalid username-password pair or user is disabled.',
      'NOAUTH Authentication required.',
      'ERR invalid password',
      'ERR Client sent AUTH, but no password is set',
    ]) {
      expect(read(message)).toMatchObject({
        _tag: 'AuthenticationError',
        address: 'localhost:6379',
      });
    }
  });

  it('a server that is not there yet may be asked again', () => {
    for (const message of [
      'LOADING Redis is loading the dataset in memory',
      'ERR max number of clients reached',
    ]) {
      expect(read(message)).toMatchObject({ _tag: 'ConnectionError', sent: false });
      expect(isConnectionError(read(message))).toBe(true);
    }
  });

  it('any other is told by its code, its command and its key', () => {
    expect(read('WRONGTYPE Operation against a key', 'k')).toMatchObject({
      _tag: 'ResponseError',
      code: 'WRONGTYPE',
      command: 'SET',
      key: 'k',
      message: 'SET k: WRONGTYPE Operation against a key',
    });
    expect(isConnectionError(read('READONLY You can not write'))).toBe(false);
  });
});
