import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { type Config, decodeConfig } from '../../src/config/config.js';
import { uriOf } from '../../src/config/uri.js';
import { splitUrl } from '../../src/config/urlParts.js';
import { type Case, vectors } from '../vectors.js';

/** What a configuration says of where the store is. */
const located = (config: Config) => {
  const { address, db, username, password, protocol } = config;
  if (address._tag === 'Memory') return { ...address, db };
  const { maxConnections, socketTimeout, socketConnectTimeout, socketKeepalive } = config;
  const { healthCheckInterval, clientName } = config;
  return {
    ...address,
    db,
    username,
    password,
    protocol,
    settings: {
      maxConnections,
      socketTimeout,
      socketConnectTimeout,
      socketKeepalive,
      healthCheckInterval,
      clientName,
    },
  };
};

const read = (options: unknown) => pipe(decodeConfig(options), E.map(located));

/** Of any URL, also of one that leads nowhere. */
const asUri = (url: string, includePassword = false): string =>
  pipe(
    decodeConfig({ url }),
    E.map(({ uri }) => uri),
    E.alt(() =>
      pipe(
        splitUrl(url),
        E.map((parts) => uriOf(url, parts)),
      ),
    ),
    E.match(
      () => '',
      ({ full, shown }) => (includePassword ? full : shown),
    ),
  );

const recorded = vectors('urls').filter(
  ({ url, backend }) => backend !== 'SentinelBackend' && !url.startsWith('sentinel:'),
);

/** Settings of Celery, as the options that stand for them. */
const optionsOf = ({ url, config }: Case) => ({
  url,
  ...renamed(
    {
      redis_host: 'host',
      redis_port: 'port',
      redis_db: 'db',
      redis_username: 'username',
      redis_password: 'password',
      redis_max_connections: 'maxConnections',
      redis_socket_timeout: 'socketTimeout',
      redis_socket_connect_timeout: 'socketConnectTimeout',
      redis_socket_keepalive: 'socketKeepalive',
      redis_backend_health_check_interval: 'healthCheckInterval',
    },
    config,
  ),
  ssl:
    config.redis_backend_use_ssl &&
    renamed(
      { ssl_cert_reqs: 'sslCertReqs', ssl_ca_certs: 'sslCaCerts' },
      config.redis_backend_use_ssl,
    ),
});

const renamed = (names: Record<string, string>, given: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const option = names[name];
      return option === undefined ? [] : [[option, value]];
    }),
  );

/** The recorded parameters that chordis has too, under its names; what Celery leaves out is our default. */
const parametersOf = ({ connparams }: Case) => {
  const settings = {
    maxConnections: connparams.max_connections ?? 1,
    socketTimeout: asSet(connparams.socket_timeout, '120.0') ?? 10,
    socketConnectTimeout: asSet(connparams.socket_connect_timeout) ?? 5,
    socketKeepalive: connparams.socket_keepalive ?? true,
    healthCheckInterval: connparams.health_check_interval ?? 10,
    clientName: connparams.client_name ?? 'chordis',
  };
  const identity = {
    db: connparams.db,
    username: connparams.username ?? null,
    password: connparams.password,
    protocol: Number(connparams.protocol ?? 3),
  };
  return connparams.path === undefined
    ? {
        _tag: 'Tcp',
        host: connparams.host,
        port: connparams.port,
        ...identity,
        settings,
        tls: connparams.ssl_cert_reqs
          ? {
              certReqs: connparams.ssl_cert_reqs.ssl.replace('CERT_', '').toLowerCase(),
              caCerts: connparams.ssl_ca_certs ?? null,
              certfile: connparams.ssl_certfile ?? null,
              keyfile: connparams.ssl_keyfile ?? null,
              password: null,
              checkHostname:
                connparams.ssl_cert_reqs.ssl !== 'CERT_NONE' &&
                (connparams.ssl_check_hostname ?? true),
              caData: null,
              caPath: null,
              minVersion: null,
              ciphers: null,
              partialChain: false,
            }
          : null,
      }
    : { _tag: 'Socket', path: connparams.path, ...identity, settings };
};

const asSet = (value: { repr: string } | null | undefined, unset?: string) =>
  value == null || value.repr === unset ? undefined : Number(value.repr);

/** Cases left out, and why. */
const DIFFERENT: ReadonlyMap<string, string> = new Map([
  ['5.7.0/url/56', 'socket:// is what asUri shows of redis+socket://, so it is read back'],
  ['5.7.0/url/57', 'ours says which schemes are known; Celery looks for a Python module'],
  ['5.7.0/url/66', 'ours says which schemes are known; Celery looks for a Python module'],
  ['5.7.0/url/67', 'ours says which schemes are known; Celery looks for a Python module'],
  ['5.7.0/url/68', 'ours says which schemes are known; Celery tells of a Python module'],
  ['5.7.0/conf/16', 'no matter of the URL: connect refuses a compression that is unknown'],
  ['5.2.6/url/56', 'as in 5.7.0'],
  ['5.2.6/url/57', 'as in 5.7.0'],
  ['5.2.6/url/66', 'as in 5.7.0'],
  ['5.2.6/url/67', 'as in 5.7.0'],
  ['5.2.6/url/68', 'as in 5.7.0'],
  ['5.2.6/conf/07', 'redis:// beside redis_backend_use_ssl is an error there, and TLS in 5.7.0'],
  ['5.2.6/conf/08', 'the error is about the scheme there, and about ssl_cert_reqs in 5.7.0'],
]);

const cases = recorded.filter(({ name }) => !DIFFERENT.has(name.split(' ')[0] ?? ''));

describe('location, recorded', () => {
  it.each(cases.filter(({ error }) => error === undefined))('reads $name as Celery does', (c) => {
    const expected = parametersOf(c);
    expect(read(optionsOf(c))).toEqual(E.right(expected));
  });

  it.each(cases.filter(({ error }) => error !== undefined))('refuses $name as Celery does', (c) => {
    expect(read(optionsOf(c))).toMatchObject(
      E.left({
        _tag: 'ImproperlyConfigured',
        message: expect.stringContaining(c.error.message.trim().replaceAll('\n', ' ')),
      }),
    );
  });

  it.each(recorded.filter(({ as_uri }) => as_uri !== undefined))(
    'shows $name as Celery does',
    (c) => {
      expect(asUri(c.url)).toBe(c.as_uri.ok);
      expect(asUri(c.url, true)).toBe(c.as_uri_include_password.ok ?? '');
      expect(asUri(c.url, true)).toBe(c.url_kept ?? '');
    },
  );

  it('covers every recorded case but those of Sentinel', () => {
    expect(cases.length + DIFFERENT.size).toBe(recorded.length);
    expect(recorded.length).toBeGreaterThan(140);
  });
});

describe('location', () => {
  const failure = (options: unknown): string =>
    pipe(
      read(options),
      E.match(
        (error) => error.message,
        () => 'no error',
      ),
    );

  it('connects to localhost where nothing is said', () => {
    expect(read({})).toMatchObject(
      E.right({ _tag: 'Tcp', host: 'localhost', port: 6379, db: 0, tls: null }),
    );
  });

  it('lets the URL win over the options beside it, and takes from them what it leaves out', () => {
    const options = { host: 'beside', port: 7000, username: 'u', password: 'p', maxConnections: 3 };
    expect(read({ ...options, url: 'redis://:q@url/2' })).toMatchObject(
      E.right({ host: 'url', port: 7000, db: 2, username: 'u', password: 'q' }),
    );
    expect(read({ ...options, url: 'redis://' })).toMatchObject(
      E.right({ host: 'beside', port: 7000, settings: { maxConnections: 3 } }),
    );
  });

  it('lets the query win over the rest of the URL', () => {
    expect(
      read({ url: 'redis://u:p@h:1/2?host=q&port=3&db=4&username=v&password=w&protocol=2' }),
    ).toMatchObject(
      E.right({
        ...{ host: 'q', port: 3, db: 4, username: 'v', password: 'w' },
        protocol: 2,
      }),
    );
  });

  it.each(['1', '4', 'three'])('refuses a protocol that Redis does not have: %s', (protocol) => {
    expect(read({ url: `redis://h/0?protocol=${protocol}` })).toMatchObject(
      E.left({
        _tag: 'ImproperlyConfigured',
        option: 'url',
        problem: expect.stringMatching(/^protocol: /),
      }),
    );
  });

  it('reads the options without a URL', () => {
    const options = { host: '::1', port: 7000, db: 3, username: 'ü', password: 'a/b@c:d%' };
    expect(read(options)).toMatchObject(E.right({ _tag: 'Tcp', ...options, tls: null }));
    expect(read({ host: 'h', ssl: true })).toMatchObject(
      E.right({ host: 'h', tls: { certReqs: 'required', checkHostname: true } }),
    );
  });

  it.each(['\n', '\r\n', '\t', '\n\n'])(
    'passes over %j at the end and within, as Python does: a URL may come from a file',
    (end) => {
      const h = { host: 'h', port: 7, db: 0, password: null };
      expect(read({ url: `redis://h:7/3${end}` })).toMatchObject(E.right({ ...h, db: 3 }));
      expect(read({ url: `redis://h:7${end}` })).toMatchObject(E.right(h));
      expect(read({ url: `redis://h${end}:7/0${end}` })).toMatchObject(E.right(h));
      expect(read({ url: `redis://:p${end}w@h:7` })).toMatchObject(
        E.right({ ...h, password: 'pw' }),
      );
      expect(read({ url: `redis://h:7/?socket_timeout=2${end}5` })).toMatchObject(
        E.right({ settings: { socketTimeout: 25 } }),
      );
      expect(read({ url: `redis+socket:///run/redis.sock${end}` })).toMatchObject(
        E.right({ path: '/run/redis.sock' }),
      );
      expect(asUri(`redis://:p@h/3${end}`)).toBe('redis://:**@h/3');
    },
  );

  it('keeps an end of a line that is percent-encoded, and refuses one in the scheme', () => {
    expect(read({ url: 'redis://:a%0Ab@h' })).toMatchObject(E.right({ password: 'a\nb' }));
    expect(failure({ url: 're\ndis://h/0' })).toContain('Unknown result backend');
  });

  it.each([
    ['redis://h/3;params', 3],
    ['redis://h/3;a=b;c?socket_timeout=1', 3],
    ['redis://h/;x', 0],
    ['redis://h/3;', 3],
  ])("passes over the parameters of %s, as Python's urlparse does", (url, db) => {
    expect(read({ url })).toMatchObject(E.right({ host: 'h', db }));
  });

  it('takes a semicolon for parameters in the last part of a path only', () => {
    expect(read({ url: 'redis+socket:///run/a;b/redis.sock;c' })).toMatchObject(
      E.right({ path: '/run/a;b/redis.sock' }),
    );
    expect(read({ url: 'redis+socket:///run/a%3Bb' })).toMatchObject(E.right({ path: '/run/a;b' }));
    expect(read({ url: 'redis://:a;b@h/0?client_name=a;b' })).toMatchObject(
      E.right({ password: 'a;b', settings: { clientName: 'a;b' } }),
    );
  });

  it('reads rediss+socket:// as redis+socket://, a socket without TLS, as Celery does', () => {
    const url = 'rediss+socket:///run/redis.sock?virtual_host=3';
    expect(read({ url })).toEqual(read({ url: 'redis+socket:///run/redis.sock?virtual_host=3' }));
    expect(asUri(url)).toBe('socket:///run/redis.sock');
    expect(asUri(url, true)).toBe('socket:///run/redis.sock?virtual_host=3');
    expect(failure({ url, ssl: true })).toContain('has no TLS; ssl has no meaning there');
  });

  it('connects a redis:// URL by TLS where an option says so', () => {
    const ssl = { sslCertReqs: 'required', sslCaCerts: '/ca.pem' } as const;
    const tls = { certReqs: 'required', caCerts: '/ca.pem' };
    expect(read({ url: 'redis://h/1', ssl })).toMatchObject(E.right({ host: 'h', db: 1, tls }));
    expect(read({ url: 'redis://h/1?ssl_check_hostname=no', ssl })).toMatchObject(
      E.right({ tls: { ...tls, checkHostname: false } }),
    );
    expect(failure({ url: 'redis://h/1?ssl_cert_reqs=none', ssl })).toContain('use the scheme red');
  });

  it('reads every ssl_ parameter of redis-py that Node has a counterpart of', () => {
    const query = [
      'ssl_cert_reqs=required',
      'ssl_min_version=772',
      'ssl_ciphers=ECDHE-RSA-AES256-GCM-SHA384',
      'ssl_ca_path=%2Fetc%2Fssl%2Fcerts',
      'ssl_ca_data=PEM',
      'ssl_password=p',
      'ssl_include_verify_flags=[VERIFY_DEFAULT,%20VERIFY_X509_PARTIAL_CHAIN]',
      'ssl_exclude_verify_flags=VERIFY_X509_STRICT',
      'ssl_validate_ocsp=no',
    ];
    expect(read({ url: `rediss://h/0?${query.join('&')}` })).toMatchObject(
      E.right({
        tls: {
          minVersion: 'TLSv1.3',
          ciphers: expect.stringMatching(/^TLS_.*:ECDHE-RSA-AES256-GCM-SHA384$/),
          caPath: '/etc/ssl/certs',
          caData: 'PEM',
          password: 'p',
          partialChain: true,
        },
      }),
    );
    const ssl = {
      sslCertReqs: 'required',
      sslMinVersion: 'TLSv1.3',
      sslCiphers: 'ECDHE-RSA-AES256-GCM-SHA384',
      sslCaPath: '/etc/ssl/certs',
      sslCaData: 'PEM',
      sslPassword: 'p',
      sslIncludeVerifyFlags: ['VERIFY_DEFAULT', 'VERIFY_X509_PARTIAL_CHAIN'],
      sslExcludeVerifyFlags: ['VERIFY_X509_STRICT'],
      sslValidateOcsp: false,
    };
    const tlsOf = (options: unknown) =>
      pipe(
        read(options),
        E.map((found) => found._tag === 'Tcp' && found.tls),
      );
    expect(tlsOf({ host: 'h', ssl })).toEqual(tlsOf({ url: `rediss://h/0?${query.join('&')}` }));
    expect(tlsOf({ host: 'h', ssl: { ...ssl, sslValidateOcsp: true } })).toMatchObject(
      E.left({ _tag: 'ImproperlyConfigured', option: 'ssl_validate_ocsp' }),
    );
  });

  it('reads memory://', () => {
    expect(read({ url: 'memory://' })).toEqual(E.right({ _tag: 'Memory', db: 0 }));
    expect(read({ url: 'memory://localhost/3' })).toEqual(E.right({ _tag: 'Memory', db: 3 }));
    expect(asUri('memory://')).toBe('memory://');
  });

  it('reads back a socket as asUri shows it', () => {
    const url = 'redis+socket:///run/redis.sock?virtual_host=3';
    expect(read({ url: asUri(url, true) })).toEqual(read({ url }));
    expect(failure({ url: 'redis+socket://' })).toContain('a socket has a path');
  });

  it.each(['unix:///run/redis.sock', 'REDIS://host/0', 'valkey://host/0', 'http://host/0'])(
    'refuses %s by its scheme',
    (url) => {
      const scheme = url.split(':')[0];
      expect(failure({ url })).toContain(`Unknown result backend: '${scheme}'.`);
    },
  );

  it.each([
    'sentinel://h1:26379/0',
    'sentinel://h1:26379/0;sentinel://h2:26379/0',
    'sentinel://a:26379;sentinel://b:26379;sentinel://c:26379/0',
    'sentinel://:p@a:26379;b:26379;c',
    'redis+sentinel://[::1;[::2',
  ])('tells a Sentinel URL for what it is, and not for a port: %s', (url) => {
    expect(failure({ url })).toBe('url: is a Sentinel URL; Sentinel is not supported yet');
    expect(failure({ host: url })).toBe('url: is a Sentinel URL; Sentinel is not supported yet');
  });

  it('tells what is no URL at all', () => {
    expect(failure({ url: 'localhost:6379' })).toContain('expected a URL');
  });

  it.each([
    ['redis://h/-1', 'db: must be from 0 to '],
    ['redis://h/0?max_connections=0', 'max_connections: must be from 1 to '],
    ['redis://h/0?socket_timeout=0', 'socket_timeout: must be over 0, up to 2147483, got 0'],
    ['redis://h/0?socket_timeout=1e9', 'socket_timeout: must be over 0, up to 2147483'],
    ['redis://h/0?port=70000', 'port: must be from 0 to 65535, got 70000'],
    ['foo+redis://h/0', "Unknown result backend: 'foo+redis'"],
    ['redis://[::1/0', 'Invalid IPv6 URL'],
    ['redis://h/0?ssl_check_hostname=no', 'should use the scheme rediss://'],
    [
      'rediss://h/0?ssl_cert_reqs=none&ssl_min_version=1',
      'ssl_min_version: expected TLSv1.2 (771)',
    ],
    ['rediss://h/0?ssl_cert_reqs=none&ssl_min_version=768', 'ssl_min_version: expected TLSv1.2'],
    ['rediss://h/0?ssl_cert_reqs=none&ssl_ciphers=NONE', 'ssl_ciphers: OpenSSL refuses them'],
    ['rediss://h/0?ssl_cert_reqs=none&ssl_validate_ocsp=true', 'ssl_validate_ocsp: Node cannot'],
    [
      'rediss://h/0?ssl_cert_reqs=none&ssl_validate_ocsp_stapled=1',
      'ssl_validate_ocsp_stapled: Node cannot validate certificates by OCSP',
    ],
    ['rediss://h/0?ssl_cert_reqs=none&ssl_ocsp_expected_cert=x', 'ssl_ocsp_expected_cert: Node'],
    [
      'rediss://h/0?ssl_cert_reqs=none&ssl_ocsp_context=x',
      'ssl_ocsp_context: Node cannot validate',
    ],
    [
      'rediss://h/0?ssl_cert_reqs=none&ssl_include_verify_flags=VERIFY_X509_STRICT',
      'ssl_include_verify_flags: Node cannot set VERIFY_X509_STRICT',
    ],
    [
      'rediss://h/0?ssl_cert_reqs=none&ssl_exclude_verify_flags=VERIFY_NOTHING',
      'ssl_exclude_verify_flags: Invalid ssl verify flag: VERIFY_NOTHING',
    ],
    ['rediss://h/0?ssl_cert_reqs=none&ssl_colour=red', 'ssl_colour: is not supported'],
    ['redis+socket:///run/redis.sock?ssl_cert_reqs=none', 'which has no TLS; ssl_cert_reqs has no'],
    ['redis://h/0?client_name=orders+service', 'client_name: must be printable ASCII without'],
    ['redis://h/0?client_name=%C3%BCbersicht', 'client_name: must be printable ASCII without'],
    ['redis://h/0?client_name=a%0Ab', 'client_name: must be printable ASCII without spaces'],
  ])('refuses %s', (url, problem) => {
    expect(failure({ url })).toContain(problem);
  });

  it.each(['redis://:hunter2/x@h/0', 'redis://:12/hunter2@h/0', 'redis://:hunter2?x@h/0'])(
    'does not quote the password of %s, where a separator is left bare',
    (url) => {
      expect(failure({ url })).toContain('must be percent-encoded');
      expect(failure({ url })).not.toContain('hunter');
    },
  );
});
