import { describe, expect, it } from 'vitest';
import { table } from '../../src/amqp/table.js';
import { EncodeError } from '../../src/errors/errors.js';
import { Decimal, Float, Uuid } from '../../src/serialization/values.js';

describe('a table of headers', () => {
  it('holds what Celery has in headers', () => {
    const headers = {
      ...{ task: 'tasks.add', retries: 0, eta: null, ignore_result: false },
      ...{ timelimit: [null, 1.5], stamps: { a: ['b', { c: 1 }] } },
    };
    expect(table({ ...headers, left: undefined }, '$')).toEqual(headers);
  });

  it('keeps the types that AMQP has and JavaScript has not', () => {
    const found = table({ f: new Float(2), n: 2n ** 62n, id: new Uuid('x') }, '$');
    expect(found).toEqual({
      f: { '!': 'double', value: 2 },
      n: { '!': 'int64', value: 2n ** 62n },
      id: 'x',
    });
  });

  it('refuses what has no form, and says where it is', () => {
    const refused = (value: unknown): unknown => {
      try {
        return table({ a: { b: [0, value] } }, '$.headers');
      } catch (error) {
        return error;
      }
    };
    const odd = [
      ...[() => 1, Symbol('x'), 2n ** 64n, new Decimal('1.5'), new Map(), new Date()],
      // RabbitMQ would close the connection, and everybody's messages with it
      ...[Number.NaN, 1 / 0, new Float(-1 / 0)],
    ];
    for (const value of odd) {
      expect(refused(value)).toBeInstanceOf(EncodeError);
      expect(refused(value)).toMatchObject({ path: '$.headers.a.b[1]' });
    }
    expect(refused({ '!': 'int8', value: 1 })).toBeInstanceOf(EncodeError);
    expect(refused({ ['x'.repeat(256)]: 1 })).toBeInstanceOf(EncodeError);
  });

  it('refuses what is nested too deep, or in itself', () => {
    const own: Record<string, unknown> = {};
    own.a = [own];
    expect(() => table(own, '$')).toThrow('nested more than 100 deep');
  });

  it('takes __proto__ for data', () => {
    const found = table(JSON.parse('{"__proto__": {"polluted": 1}}'), '$');
    expect(Object.keys(found)).toEqual(['__proto__']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
