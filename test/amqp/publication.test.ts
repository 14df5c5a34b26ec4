import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { publication } from '../../src/amqp/publication.js';
import { message } from './fakes.js';

const of = (...given: Parameters<typeof message>) => {
  const found = publication(message(...given));
  if (E.isLeft(found)) throw found.left;
  return found.right;
};

const refusedAt = (...given: Parameters<typeof message>): string | undefined =>
  E.match(
    (error: { readonly path: string }) => error.path,
    () => undefined,
  )(publication(message(...given)));

describe('what is published of a message', () => {
  it('is its body as it is, and the properties that AMQP has', () => {
    const properties = {
      ...{ correlation_id: 'id', reply_to: 'me', priority: 4, expiration: '60000' },
      ...{ message_id: 'm', timestamp: 12, odd: 'left out' },
    };
    expect(of({ task: 't' }, properties)).toEqual({
      exchange: '',
      routingKey: 'celery',
      body: Buffer.from('[]'),
      options: {
        ...{ mandatory: true, contentType: 'application/json', contentEncoding: 'utf-8' },
        ...{ headers: { task: 't' }, deliveryMode: 2, priority: 4, correlationId: 'id' },
        ...{ replyTo: 'me', expiration: '60000', messageId: 'm', timestamp: 12 },
      },
    });
    expect(of({}, { delivery_mode: 1 }).options.deliveryMode).toBe(1);
  });

  it('leaves the end of one that lasts longer than RabbitMQ counts to the worker', () => {
    expect(of({}, { expiration: '4294967295' }).options.expiration).toBe('4294967295');
    expect(of({}, { expiration: '4294967296' }).options).not.toHaveProperty('expiration');
  });

  it('is to be in a queue, unless it is a broadcast', () => {
    const to = (exchange: string) => ({ delivery_info: { exchange, routing_key: '' } });
    expect(of({}, to('celery.pidbox')).options.mandatory).toBe(false);
    expect(of({}, to('orders')).options.mandatory).toBe(true);
  });

  it.each([
    [9, 9],
    ['6', 6],
    [-1, 0],
    [1000, 255],
    [2.7, 2],
    [null, 0],
    ['high', 0],
  ])('has a priority that AMQP has: %s is %d', (priority, expected) => {
    expect(of({}, { priority }).options.priority).toBe(expected);
  });

  it('is refused where AMQP has no room for it', () => {
    const long = 'x'.repeat(256);
    const to = (routing_key: string) => ({ delivery_info: { exchange: '', routing_key } });
    expect(refusedAt({}, to(long))).toBe('$.properties.delivery_info.routing_key');
    expect(refusedAt({}, { correlation_id: long })).toBe('$.properties.correlation_id');
    expect(refusedAt({ f: () => 1 })).toBe('$.headers.f');
    expect(
      refusedAt({
        get f() {
          throw new Error('no');
        },
      }),
    ).toBe('$');
  });
});
