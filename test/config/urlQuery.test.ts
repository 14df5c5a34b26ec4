import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { overrideSettings, parseInteger, parseNumber } from '../../src/config/urlQuery.js';

const settings = {
  maxConnections: 1,
  socketTimeout: 10,
  socketConnectTimeout: 5,
  socketKeepalive: true,
  healthCheckInterval: 10,
  clientName: 'chordis',
};

describe('overrideSettings', () => {
  it('leaves alone what the query does not name', () => {
    expect(overrideSettings({ path: '3' }, settings)).toEqual(E.right(settings));
  });

  it('takes every setting that the query names', () => {
    const query = {
      max_connections: '7',
      socket_timeout: '2.5',
      socket_connect_timeout: '3',
      socket_keepalive: 'No',
      health_check_interval: '0',
      client_name: 'worker',
    };
    expect(overrideSettings(query, settings)).toEqual(
      E.right({
        maxConnections: 7,
        socketTimeout: 2.5,
        socketConnectTimeout: 3,
        socketKeepalive: false,
        healthCheckInterval: 0,
        clientName: 'worker',
      }),
    );
  });

  it.each(['0', 'f', 'F', 'false', 'NO', 'n'])('reads %s as false', (socket_keepalive) => {
    expect(overrideSettings({ socket_keepalive }, settings)).toMatchObject(
      E.right({ socketKeepalive: false }),
    );
  });
});

describe('parseInteger and parseNumber', () => {
  it("read what Python's int() and float() read", () => {
    expect([' 12 ', '+1_000', '-3'].map(parseInteger)).toEqual([12, 1000, -3].map(O.some));
    expect(['1.5', '', '1__0', '0x10', 'abc'].map(parseInteger)).toEqual(Array(5).fill(O.none));
    expect(['2.5', '.5', '3.', '1e3'].map(parseNumber)).toEqual([2.5, 0.5, 3, 1000].map(O.some));
    expect(['', 'abc', '0x10', '.'].map(parseNumber)).toEqual(Array(4).fill(O.none));
  });
});
