import { describe, expect, it } from 'vitest';
import { type Meaning, refusal } from '../../src/redis/replies.js';

/** What servers and proxies say, by what it means. */
const rows: ReadonlyArray<readonly [Meaning, code: string, said: string]> = [
  // the server can't serve yet
  [
    'NotYet',
    'BUSY',
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  ],
  [
    'NotYet',
    'BUSY',
    'BUSY Valkey is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.',
  ],
  ['NotYet', 'LOADING', 'LOADING Redis is loading the dataset in memory'],
  ['NotYet', 'LOADING', 'LOADING Dragonfly is loading the dataset in memory'],
  [
    'NotYet',
    'MASTERDOWN',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  ],
  ['NotYet', 'CLUSTERDOWN', 'CLUSTERDOWN The cluster is down'],
  ['NotYet', 'CLUSTERDOWN', 'CLUSTERDOWN Hash slot not served'],
  ['NotYet', 'TRYAGAIN', 'TRYAGAIN Multiple keys request during rehashing of slot'],
  ['NotYet', 'NOREPLICAS', 'NOREPLICAS Not enough good replicas to write.'],
  ['NotYet', 'ERR', 'ERR max number of clients reached'],
  ['NotYet', 'ERR', 'ERR max number of clients + cluster connections reached'],
  ['NotYet', 'ERR', 'ERR max concurrent connections exceeded'],
  ['NotYet', 'ERR', 'ERR maximum number of connections exceeded'],
  // what is behind the link can't serve
  ['OtherLink', 'READONLY', "READONLY You can't write against a read only replica."],
  ['OtherLink', 'READONLY', "READONLY You can't write against a read only slave."],
  // who we are
  ['Credentials', 'WRONGPASS', 'WRONGPASS invalid username-password pair or user is disabled.'],
  ['Credentials', 'NOAUTH', 'NOAUTH Authentication required.'],
  [
    'Credentials',
    'NOAUTH',
    'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
  ],
  ['Credentials', 'ERR', 'ERR invalid password'],
  ['Credentials', 'ERR', 'ERR Client sent AUTH, but no password is set'],
  [
    'Credentials',
    'ERR',
    'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
  ],
  // what we may
  [
    'Permission',
    'NOPERM',
    "NOPERM this user has no permissions to run the 'get' command or its subcommand",
  ],
  ['Permission', 'NOPERM', "NOPERM User bob has no permissions to run the 'get' command"],
  ['Permission', 'NOPERM', 'NOPERM No permissions to access a key'],
  [
    'Permission',
    'NOPERM',
    'NOPERM this user has no permissions to access one of the channels used as arguments',
  ],
  ['Permission', 'ERR', "ERR The user executing the script can't run this command or subcommand"],
  [
    'Permission',
    'ERR',
    "ERR ACL failure in script: User bob has no permissions to run the 'publish' command",
  ],
  // what was asked
  ['Refused', 'OOM', "OOM command not allowed when used memory > 'maxmemory'."],
  [
    'Refused',
    'MISCONF',
    'MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.',
  ],
  ['Refused', 'WRONGTYPE', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
  ['Refused', 'CROSSSLOT', "CROSSSLOT Keys in request don't hash to the same slot"],
  ['Refused', 'NOSCRIPT', 'NOSCRIPT No matching script. Please use EVAL.'],
  ['Refused', 'NOPROTO', 'NOPROTO unsupported protocol version'],
  ['Refused', 'ERR', "ERR unknown command 'HELLO'"],
  ['Refused', 'ERR', 'ERR DB index is out of range'],
  ['Refused', 'ERR', 'ERR value is not an integer or out of range'],
  ['Refused', 'ERR', 'ERR Protocol error: unauthenticated bulk length'],
];

/** Proxies have no code, and run no scripts. */
const uncoded = ["unknown command 'HELLO'", 'unsupported command', 'upstream failure', ''];

const SHA = 'f_6b1bf486c81ceb7edf3c093f4c48582e38c0e791';
const sha = SHA.slice(2);

/** The same reply, as it comes from within a script. */
const wrappers: ReadonlyArray<readonly [string, (said: string) => string]> = [
  ['plain', (said) => said],
  [
    'a script of Redis 6.2',
    (said) => `ERR Error running script (call to ${SHA}): @user_script:3: ${said}`,
  ],
  [
    'a script of Redis 6.2, where memory is short',
    (said) =>
      `ERR Error running script (call to ${SHA}): @user_script:1: @user_script: 1: -${said}`,
  ],
  ['a script of Redis 6.2, told by pcall', (said) => `@user_script: 12: ${said}`],
  ['a script of Redis 7.0', (said) => `${said} script: ${sha}, on @user_script:3.`],
  ['a script of Redis 7.0 that did not begin', (said) => `${said} script: ${sha}`],
  ['a script of Redis 8', (said) => `${said} script: ${sha}, on @user_script:23.`],
  [
    'a script that calls another',
    (said) => `ERR user_script:1: ${said} script: ${sha}, on @user_script:1.`,
  ],
];

describe.each(rows)('a reply that means %s: %s', (meaning, code, said) => {
  it.each(wrappers)('is known, and told in one form: %s', (_, wrapped) => {
    const read = refusal(wrapped(said));
    expect([read.meaning, read.code]).toEqual([meaning, code]);
    expect(read.message).toBe(said);
  });
});

describe('a refusal', () => {
  it.each(uncoded)('without a code is of what was asked: %j', (said) => {
    expect(refusal(said)).toEqual({ meaning: 'Refused', code: 'ERR', message: said });
  });

  it('is not of the link, or of the credentials, for words within it', () => {
    for (const said of [
      "ERR unknown command 'READONLY'",
      'WRONGTYPE of BUSY, LOADING and NOAUTH',
      'ERR the client is not allowed to LOADING',
    ]) {
      expect(refusal(said).meaning).toBe('Refused');
    }
  });

  it('is read in the time of its length', () => {
    const long = `ERR ${'@user_script: 1: '.repeat(2000)}${'script: '.repeat(2000)}`;
    const began = performance.now();
    refusal(long);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
