import { describe, expect, it } from 'vitest';
import { codeOf, openingFailure, refusal } from '../../src/amqp/failure.js';
import { Closed } from '../../src/errors/errors.js';
import { closing } from './fakes.js';

const told = (reason: unknown) => openingFailure(reason, 'there:5672', 'shop');

describe('what a broker refuses', () => {
  it('is told by its own word and text', () => {
    const error = refusal(closing(406, 'PRECONDITION_FAILED - inequivalent arg'), {
      command: 'queue.declare',
      key: 'q',
    });
    expect(error).toMatchObject({
      code: 'PRECONDITION_FAILED',
      command: 'queue.declare',
      key: 'q',
    });
    expect(error.message).toBe('queue.declare q: PRECONDITION_FAILED - inequivalent arg');
  });

  it('is told from what broke on the way', () => {
    expect(codeOf(closing(404, 'NOT_FOUND'))).toBe(404);
    expect(codeOf(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBeUndefined();
  });

  it('may be the credentials, or the virtual host', () => {
    const refused = 'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "no"';
    expect(told(new Error(refused))).toMatchObject({
      _tag: 'AuthenticationError',
      message: 'RabbitMQ at there:5672 refused the credentials: no',
      server: 'RabbitMQ',
    });
    expect(told(new Error('Expected X; got <ConnectionClose channel:0>'))).toMatchObject({
      ...{ _tag: 'ResponseError', code: 'NOT_ALLOWED', key: 'shop' },
    });
    expect(told(new Error('connect ECONNREFUSED'))).toMatchObject({
      ...{ _tag: 'ConnectionError', sent: false, server: 'RabbitMQ' },
    });
    const closed = new Closed('broker');
    expect(told(closed)).toBe(closed);
  });
});
