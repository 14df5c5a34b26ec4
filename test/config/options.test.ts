import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { asyncScheduler, queueScheduler } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Config, decodeConfig } from '../../src/config/config.js';
import type { RedisBackendOptions } from '../../src/config/options.js';
import { Closed } from '../../src/errors/errors.js';
import type { RetryPolicy } from '../../src/retry/policy.js';

const decoded = (options: unknown): Config =>
  pipe(
    decodeConfig(options),
    E.getOrElseW((error) => {
      throw error;
    }),
  );

const failure = (options: unknown): string =>
  pipe(
    decodeConfig(options),
    E.match(
      (error) => error.message,
      () => 'no error',
    ),
  );

describe('decodeConfig', () => {
  const DEFAULTS: ReadonlyArray<[keyof Config, unknown]> = [
    ['address', { _tag: 'Tcp', host: 'localhost', port: 6379, tls: null }],
    ['uri', { shown: 'redis://localhost:6379/0', full: 'redis://localhost:6379/0' }],
    ['protocol', 3],
    ['decodeResponses', false],
    ['db', 0],
    ['username', null],
    ['password', null],
    ['credentials', null],
    ['maxConnections', 1],
    ['connectionPool', null],
    ['expires', 86400],
    ['failureExpires', null],
    ['chordExpires', null],
    ['chordOrdered', true],
    ['chordJoinTimeout', 3],
    ['broker', null],
    ['errbacks', {}],
    ['compression', null],
    ['compressions', []],
    ['maxDecompressedBytes', 536870912],
    ['backstopInterval', 60],
    ['globalKeyprefix', ''],
    ['serializer', 'json'],
    ['resultExtended', false],
    ['accept', ['json']],
    ['serializers', []],
    ['retryPolicy', { maxRetries: 20, intervalStart: 0, intervalStep: 1, intervalMax: 1 }],
    ['alwaysRetry', false],
    ['maxRetries', Number.POSITIVE_INFINITY],
    ['baseSleepBetweenRetriesMs', 10],
    ['maxSleepBetweenRetriesMs', 10000],
    ['socketTimeout', 10],
    ['socketConnectTimeout', 5],
    ['socketKeepalive', true],
    ['healthCheckInterval', 10],
    ['clientName', 'chordis'],
    ['maxOfflineQueue', 100000],
    ['resultTimeout', 300],
    ['logger', console],
    ['scheduler', asyncScheduler],
    ['random', Math.random],
  ];

  /** Those that are no options, but follow from some. */
  const FOUND = new Set<keyof Config>(['address', 'uri', 'protocol', 'decodeResponses']);

  it.each(DEFAULTS)('gives %s its default', (option, value) => {
    expect(decoded({})[option]).toEqual(value);
    expect(decoded(undefined)[option]).toEqual(value);
  });

  it.each([...DEFAULTS.map(([option]) => option).filter((option) => !FOUND.has(option)), 'url'])(
    'takes %s for left out where it is undefined',
    (option) => {
      expect(decoded({ [option]: undefined })).toEqual(decoded({}));
    },
  );

  it('gives every option a default', () => {
    const { taskJoinWillBlock, additionalConnectionErrors, ...rest } = decoded({});
    expect(taskJoinWillBlock()).toBe(false);
    expect(additionalConnectionErrors(new Closed('backend'))).toBe(false);
    expect(Object.keys(rest).sort()).toEqual(DEFAULTS.map(([option]) => option).sort());
  });

  it('keeps what is given', () => {
    const given = {
      db: 3,
      username: 'u',
      password: 'p',
      credentials: async () => ({ password: 'p', validFor: 60 }),
      maxConnections: 4,
      connectionPool: null,
      globalKeyprefix: 'app',
      accept: ['json', 'yaml'],
      maxRetries: 3,
      resultTimeout: null,
      logger: { warn: () => undefined, error: () => undefined },
      scheduler: queueScheduler,
      random: () => 0,
      taskJoinWillBlock: () => true,
    } satisfies RedisBackendOptions;
    expect(decoded(given)).toMatchObject(given);
  });

  it('tells what may be written from what is read', () => {
    expectTypeOf<RedisBackendOptions['expires']>().toEqualTypeOf<
      number | string | null | undefined
    >();
    expectTypeOf<Config['expires']>().toEqualTypeOf<number>();
    expectTypeOf<Config['retryPolicy']>().toExtend<RetryPolicy>();
    expectTypeOf<Record<never, never>>().toExtend<RedisBackendOptions>();
  });

  it('takes null for what has nothing to say, as the constructor of Celery does', () => {
    const none = { url: null, host: null, port: null, db: null, password: null, ssl: null };
    expect(decoded({ ...none, maxConnections: null, connectionPool: null })).toMatchObject({
      uri: { full: 'redis://localhost:6379/0' },
      address: { host: 'localhost', port: 6379, tls: null },
      maxConnections: 1,
    });
  });

  it('takes a host that is a URL for the URL', () => {
    expect(decoded({ host: 'redis://h/1', url: 'redis://other/2' })).toMatchObject({
      uri: { full: 'redis://h/1' },
      address: { host: 'h', port: 6379 },
      db: 1,
    });
  });

  it.each(['[::1]', 'h/2', 'user:987654@h', 'h?x', 'h#x'])(
    'refuses the host %s, which is none, without showing it',
    (host) => {
      expect(failure({ host })).toBe('host: is neither a host nor a URL');
    },
  );

  it('puts the options together to a URL where there is none', () => {
    expect(decoded({ host: '::1', port: '7000', db: '3', password: 'a/b' }).uri.full).toBe(
      'redis://:a%2Fb@[::1]:7000/3',
    );
    expect(decoded({ host: 'h', ssl: true }).uri.full).toBe('rediss://h:6379/0');
  });

  it.each([
    [0, 0],
    [null, 0],
    [0.5, 0],
    [-0.5, 0],
    [5400.9, 5400],
    ['120', 120],
    [' 90 ', 90],
  ])("reads expires %j as Python's int() does: %i", (expires, seconds) => {
    expect(decoded({ expires }).expires).toBe(seconds);
  });

  it('merges a partial retry policy over the defaults', () => {
    expect(decoded({ retryPolicy: { maxRetries: null, intervalMax: 5 } }).retryPolicy).toEqual({
      ...{ maxRetries: null, intervalStart: 0, intervalStep: 1, intervalMax: 5 },
    });
  });

  it('takes a timeout of the retry policy, and has no word of one else', () => {
    expect(decoded({ retryPolicy: { timeout: '2.5' } }).retryPolicy.timeout).toBe(2.5);
    expect(decoded({ retryPolicy: { timeout: null } }).retryPolicy.timeout).toBeNull();
    expect(decoded({ retryPolicy: { maxRetries: 1 } }).retryPolicy).not.toHaveProperty('timeout');
    expect(decoded({}).retryPolicy).not.toHaveProperty('timeout');
  });

  it.each(['failureExpires', 'chordExpires'] as const)(
    'reads %s as expires, but null as that there is none of its own',
    (option) => {
      expect(decoded({ [option]: 5400.9 })[option]).toBe(5400);
      expect(decoded({ [option]: 0 })[option]).toBe(0);
      expect(decoded({ [option]: '120' })[option]).toBe(120);
      expect(decoded({ [option]: null })[option]).toBeNull();
    },
  );

  it('switches off what null or false switches off', () => {
    expect(decoded({ backstopInterval: null }).backstopInterval).toBe(0);
    expect(decoded({ compression: '' }).compression).toBeNull();
    expect(decoded({ compression: null }).compression).toBeNull();
    expect(decoded({ healthCheckInterval: null }).healthCheckInterval).toBe(0);
    expect(decoded({ maxRetries: null }).maxRetries).toBe(Number.POSITIVE_INFINITY);
    expect(decoded({ ssl: false }).address).toMatchObject({ tls: null });
    expect(decoded({ ssl: true }).address).toMatchObject({ tls: { certReqs: 'required' } });
  });

  it.each([
    [{ url: 1 }, 'url: expected a string, got a number'],
    [{ host: {} }, 'host: expected a string, got an object'],
    [{ port: 70000 }, 'port: expected an integer from 0 to 65535, or null, got 70000'],
    [{ db: 'x' }, 'db: expected an integer of at least 0, or null, got "x"'],
    [{ db: -1 }, 'db: expected an integer of at least 0, or null, got -1'],
    [{ username: [] }, 'username: expected a string, or null, got an array'],
    [{ password: 1234 }, 'password: expected a string, got a number'],
    [{ ssl: { sslCertReqs: 'maybe' } }, 'ssl.sslCertReqs: expected one of CERT_REQUIRED, '],
    [{ ssl: 'yes' }, 'ssl: expected an object, or true, or false, or null, got "yes"'],
    [{ ssl: { sslPassword: 1234 } }, 'ssl.sslPassword: expected a string, got a number'],
    [{ credentials: 'x' }, 'credentials: expected a function, got "x"'],
    [{ maxConnections: 0 }, 'maxConnections: expected an integer of at least 1, or null, got 0'],
    [
      { maxConnections: 1.5 },
      'maxConnections: expected an integer of at least 1, or null, got 1.5',
    ],
    [{ connectionPool: 1 }, 'connectionPool: expected an object, or null, got 1'],
    [{ expires: -1 }, 'expires: expected a time to live of at least 0 seconds, or null, got -1'],
    [
      { expires: '5400.9' },
      'expires: expected a time to live of at least 0 seconds, or null, got ',
    ],
    [
      { expires: Number.NaN },
      'expires: expected a time to live of at least 0 seconds, or null, got NaN',
    ],
    [{ globalKeyprefix: 1 }, 'globalKeyprefix: expected a string, or null, got 1'],
    [{ serializer: null }, 'serializer: expected a string, got null'],
    [{ resultExtended: 'no' }, 'resultExtended: expected true or false, got "no"'],
    [{ accept: 'json' }, 'accept: expected an array of strings, got "json"'],
    [{ retryPolicy: 3 }, 'retryPolicy: expected an object, got 3'],
    [
      { retryPolicy: { intervalStep: -1 } },
      'retryPolicy.intervalStep: expected a number from 0 to ',
    ],
    [{ retryPolicy: { maxRetry: 1 } }, 'retryPolicy.maxRetry: is not an option; expected one of '],
    [{ retryPolicy: { timeout: -1 } }, 'retryPolicy.timeout: expected a number from 0 to '],
    [{ retryPolicy: { timeout: Number.NaN } }, 'retryPolicy.timeout: expected a number from 0 to '],
    [
      { retryPolicy: { intervalMax: Number.NaN } },
      'retryPolicy.intervalMax: expected a number from 0 to ',
    ],
    [{ failureExpires: -1 }, 'failureExpires: expected a time to live of at least 0 seconds, or '],
    [{ chordExpires: -1 }, 'chordExpires: expected a time to live of at least 0 seconds, or null'],
    [{ backstopInterval: -1 }, 'backstopInterval: expected a number from 0 to 2147483, or null'],
    [{ additionalConnectionErrors: [] }, 'additionalConnectionErrors: expected a function, got '],
    [{ compression: 1 }, 'compression: expected a string, or null, got 1'],
    [
      { compressions: [{}] },
      'compressions.0: expected an object with the methods compress and decompress, got an object',
    ],
    [{ compressions: {} }, 'compressions: expected an array of compressions, got an object'],
    [
      { serializers: [{ encode: () => 0, decode: () => 0 }] },
      'serializers.0: expected an object with the methods encode and decode and the texts name, ',
    ],
    [{ host: '' }, 'host: is empty: leave it out for localhost'],
    [{ host: ' ' }, 'host: is neither a host nor a URL'],
    [{ maxDecompressedBytes: 0 }, 'maxDecompressedBytes: expected an integer from 1 to '],
    [{ clientName: 'orders service' }, 'clientName: expected a name of printable ASCII '],
    [{ clientName: 'bestellübersicht' }, 'clientName: expected a name of printable ASCII '],
    [{ clientName: 'a\nb' }, 'clientName: expected a name of printable ASCII without spaces'],
    [{ alwaysRetry: 1 }, 'alwaysRetry: expected true or false, got 1'],
    [{ maxRetries: -1 }, 'maxRetries: expected a number of at least 0, or null, got -1'],
    [{ baseSleepBetweenRetriesMs: -1 }, 'baseSleepBetweenRetriesMs: expected a number from 0 to '],
    [{ maxSleepBetweenRetriesMs: '' }, 'maxSleepBetweenRetriesMs: expected a number from 0 to '],
    [
      { socketTimeout: 0 },
      'socketTimeout: expected a number of seconds over 0, up to 2147483, got 0',
    ],
    [{ socketTimeout: Infinity }, 'socketTimeout: expected a number of seconds over 0, up to '],
    [{ socketConnectTimeout: null }, 'socketConnectTimeout: expected a number of seconds over 0'],
    [{ socketKeepalive: 'x' }, 'socketKeepalive: expected true or false, got "x"'],
    [
      { healthCheckInterval: -1 },
      'healthCheckInterval: expected a number from 0 to 2147483, or null',
    ],
    [{ clientName: 1 }, 'clientName: expected a name of printable ASCII without spaces, or null'],
    [{ maxOfflineQueue: 0 }, 'maxOfflineQueue: expected an integer of at least 1, got 0'],
    [{ resultTimeout: -1 }, 'resultTimeout: expected a number from 0 to 2147483, or null, got -1'],
    [{ logger: {} }, 'logger: expected an object with the methods warn and error, got an object'],
    [{ scheduler: {} }, 'scheduler: expected an object with the methods now and schedule'],
    [{ random: 4 }, 'random: expected a function, got 4'],
    [{ taskJoinWillBlock: true }, 'taskJoinWillBlock: expected a function, got true'],
    [{ max_connections: 4 }, 'max_connections: is not an option; did you mean maxConnections?'],
    [{ colour: 'red' }, 'colour: is not an option; expected one of url, host, port, '],
    ['redis://:secret@h/0', 'options: expected an object, got a URL'],
    [null, 'options: expected an object, got null'],
  ])('refuses %o, naming the option', (options, problem) => {
    expect(failure(options)).toContain(problem);
  });

  it('never shows what was given for a secret, nor a URL given in a wrong place', () => {
    const secrets = ['url', 'host', 'password', 'passwd'];
    const wrong = [987654, [987654], { 987654: 987654 }, 987654n, Symbol('987654')];
    for (const option of secrets) {
      for (const value of wrong) expect(failure({ [option]: value })).not.toContain('987654');
    }
    expect(failure({ port: 'redis://:987654@h/0' })).not.toContain('987654');
  });

  it('never throws, and fails only with ImproperlyConfigured', () => {
    const option = fc.constantFrom(...Object.keys(decoded({})));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(option, fc.anything())), (given) => {
        pipe(
          decodeConfig(given),
          E.mapLeft((error) => expect(error._tag).toBe('ImproperlyConfigured')),
        );
      }),
    );
  });
});
