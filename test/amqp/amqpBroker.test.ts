import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { amqpBroker } from '../../src/amqp/index.js';
import { ConnectionError, EncodeError, ImproperlyConfigured } from '../../src/errors/errors.js';
import { RedisBackend } from '../../src/index.js';
import { fromRun } from '../../src/operation/operation.js';
import { Producer } from '../../src/producer/index.js';
import { message } from './fakes.js';

const NOWHERE = 'amqp://u:secret@127.0.0.1:1';

describe('a broker over AMQP', () => {
  it('is refused where it can’t work', () => {
    expect(() => amqpBroker('redis://')).toThrow(ImproperlyConfigured);
    expect(() => amqpBroker(NOWHERE, { heartbeat: -1 })).toThrow(/heartbeat/);
  });

  it('shows where it leads to, and no password', () => {
    expect(inspect(amqpBroker(`${NOWHERE};amqps://b`))).toBe('amqpBroker(127.0.0.1:1;b:5671)');
  });

  it('refuses what has no form before it connects', async () => {
    const broker = amqpBroker(NOWHERE);
    const outcome = await fromRun(broker.publish([message({ f: () => 1 })]))();
    expect(outcome).toMatchObject({ left: expect.any(EncodeError) });
  });

  it('tells that nobody is there, and that nothing was sent', async () => {
    const outcome = await fromRun(amqpBroker(NOWHERE).publish([message()]))();
    expect(outcome).toMatchObject({ left: expect.any(ConnectionError) });
    expect(outcome).toMatchObject({ left: { sent: false } });
  });

  it('does nothing for no message, and is closed without having been opened', async () => {
    const broker = amqpBroker(NOWHERE);
    expect(await fromRun(broker.publish([]))()).toMatchObject({ right: undefined });
    expect(await fromRun(broker.close)()).toMatchObject({ right: undefined });
  });

  it('is tried again under the policy of the backend, which tells what was lost', async () => {
    const log: Array<string> = [];
    const tell = (text: string) => log.push(text);
    const backend = new RedisBackend({
      url: 'memory://',
      broker: amqpBroker(NOWHERE),
      retryPolicy: { maxRetries: 1, intervalMax: 0 },
      logger: { warn: tell, error: tell },
    });
    const outcome = await new Producer({ backend }).sendTask('tasks.add')();
    expect(outcome).toMatchObject({
      left: { _tag: 'RetryLimitExceeded', cause: expect.any(ConnectionError) },
    });
    expect(log).toContain('Connection to RabbitMQ lost: Retry (0/1) now.');
    await backend.close()();
  });

  it('is not led to by a URL alone', async () => {
    const backend = new RedisBackend({ url: 'memory://' });
    expect(() => new Producer({ backend, broker: NOWHERE })).toThrow(
      /chordis\/amqp: give amqpBroker/,
    );
    await backend.close()();
  });
});
