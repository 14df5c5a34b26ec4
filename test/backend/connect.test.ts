import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { connect, connectionPool } from '../../src/backend/connect.js';
import type { RedisBackendOptions } from '../../src/config/options.js';
import { ImproperlyConfigured } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import { ConnectionPool } from '../../src/redis/pool.js';

describe('connect', () => {
  it('gives memory:// a store of its own, without a pool', () => {
    const [one, other] = [connect({ url: 'memory://' }), connect({ url: 'memory://' })];
    expect(one.pool).toBeNull();
    expect(one.connection).not.toBe(other.connection);
  });

  it('opens no socket for a Redis that is not there', () => {
    const { pool } = connect({ url: 'redis://localhost:1/2', maxConnections: 3 });
    expect(pool).toBeInstanceOf(ConnectionPool);
    expect(pool?.maxConnections).toBe(3);
  });

  it('lets the query of a URL override the options', () => {
    const { config } = connect({ url: 'redis://h/0?socket_timeout=7', socketTimeout: 1 });
    expect(config.socketTimeout).toBe(7);
  });

  it('leaves a pool that is shared open when the backend is closed', async () => {
    const pool = connectionPool({ url: 'redis://localhost:1' });
    const { connection, pool: used } = connect({
      url: 'redis://localhost:1',
      connectionPool: pool,
    });
    expect(used).toBe(pool);
    await fromRun(connection.close)();
    expect(() => pool.client).not.toThrow();
    pool.client.disconnect();
    await pool.close();
  });

  it.each<[string, RedisBackendOptions]>([
    ['another host', { url: 'redis://other:1/2' }],
    ['another port', { port: 2 }],
    ['another database', { url: 'redis://bob:s3cret@h:1/3' }],
    ['another user', { url: 'redis://eve:s3cret@h:1/2' }],
    ['TLS', { url: 'rediss://bob:s3cret@h:1/2' }],
  ])('refuses %s beside a pool that is shared, without telling a password', (_, options) => {
    const shared = { connectionPool: connectionPool({ url: 'redis://bob:s3cret@h:1/2' }) };
    expect(() => connect({ ...options, ...shared })).toThrow(ImproperlyConfigured);
    expect(() => connect({ ...options, ...shared })).not.toThrow('s3cret');
  });

  it('takes the place of a pool that is shared for its own, and the same place written twice', () => {
    const shared = { connectionPool: connectionPool({ url: 'redis://bob:s3cret@h:1/2' }) };
    for (const options of [{}, { url: 'redis://bob:s3cret@h:1/2' }]) {
      expect(connect({ ...options, ...shared }).config.uri.full).toBe('redis://bob:s3cret@h:1/2');
    }
  });

  it('throws ImproperlyConfigured for what cannot work', () => {
    expect(() => connect({ url: 'http://localhost' })).toThrow(ImproperlyConfigured);
    expect(() => connect({ url: 'memory://', expires: -1 })).toThrow(ImproperlyConfigured);
    expect(() => connectionPool({ url: 'memory://' })).toThrow('no connections to pool');
  });

  it('says where a serializer is to be had that was not given', () => {
    expect(() => connect({ url: 'memory://', serializer: 'yaml', accept: ['yaml'] })).toThrow(
      "import { yaml } from 'chordis/yaml' and give it in serializers",
    );
  });

  it('takes what a serializer of the user throws for a refusal', () => {
    const fail = (): never => {
      throw new Error('of no use');
    };
    const own = { name: 'own', contentType: 'x/own', contentEncoding: 'binary' };
    const { serializer } = connect({
      url: 'memory://',
      serializer: 'own',
      accept: ['own'],
      serializers: [{ ...own, encode: fail, decode: fail }],
    });
    expect(serializer).toMatchObject(own);
    expect(serializer.encode(1)).toMatchObject({
      left: { _tag: 'EncodeError', problem: 'of no use' },
    });
    expect(serializer.decode(Buffer.alloc(0))).toEqual(E.left('of no use'));
  });

  it('warns of a TLS link that verifies nobody', () => {
    const warnings: Array<string> = [];
    const logger = { warn: (line: string) => warnings.push(line), error: () => undefined };
    connect({ url: 'rediss://h/0?ssl_cert_reqs=none', logger });
    connect({ url: 'rediss://h/0?ssl_cert_reqs=required', logger });
    expect(warnings).toHaveLength(1);
  });
});
