import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { addresses, placeText } from '../../src/amqp/addresses.js';

const read = (url: string, ssl: Parameters<typeof addresses>[1] = null) => {
  const found = addresses(url, ssl);
  if (E.isLeft(found)) throw found.left;
  return found.right;
};

const problem = (url: string): string =>
  E.match(
    (error: Error) => error.message,
    () => 'none',
  )(addresses(url, null));

describe('an address of a broker', () => {
  it('has Celery’s defaults', () => {
    const guest = { username: 'guest', password: 'guest', vhost: '/', tls: null };
    expect(read('amqp://')).toEqual([{ host: 'localhost', port: 5672, ...guest }]);
    expect(read('pyamqp://h')).toEqual([{ host: 'h', port: 5672, ...guest }]);
    expect(read('amqps://h')[0]).toMatchObject({ port: 5671 });
  });

  it('is percent-decoded, each part by itself', () => {
    expect(read('amqp://us%3Aer:p%40ss%2F%3B@h:1/shop%2Feu')).toEqual([
      { host: 'h', port: 1, username: 'us:er', password: 'p@ss/;', vhost: 'shop/eu', tls: null },
    ]);
    expect(read('amqp://u@h//')[0]).toMatchObject({ username: 'u', password: '', vhost: '/' });
  });

  it('is one of several, between semicolons', () => {
    expect(read('amqp://a:1;amqps://b;amqp://[::1]').map(placeText)).toEqual([
      'a:1',
      'b:5671',
      '[::1]:5672',
    ]);
  });

  it('is verified with TLS, unless it is told otherwise', () => {
    expect(read('amqps://h')[0]?.tls).toMatchObject({ certReqs: 'required', checkHostname: true });
    expect(read('amqps://h?ssl_cert_reqs=CERT_NONE')[0]?.tls).toMatchObject({ certReqs: 'none' });
    expect(read('amqps://h', { sslCaCerts: '/ca' })[0]?.tls).toMatchObject({
      ...{ certReqs: 'required', caCerts: '/ca' },
    });
    expect(read('amqp://h', { sslCertReqs: 'none' })[0]?.tls).toMatchObject({ certReqs: 'none' });
  });

  it('is refused where it can’t be one, without a word of the password', () => {
    expect(problem('redis://h')).toMatch(/expected amqp:\/\/ or amqps:\/\//);
    expect(problem('amqp://a;')).toMatch(/expected amqp:\/\//);
    expect(problem('amqp://h?ssl_ca_certs=/ca')).toMatch(/amqps:\/\//);
    expect(problem('amqp://h?heartbeat=3')).toMatch(/heartbeat/);
    expect(problem('amqp://u:secret@h:port')).not.toMatch(/secret/);
  });
});
