import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Link } from '../../src/amqp/link.js';
import { CommandTimeout, ConnectionError } from '../../src/errors/errors.js';

/** A connection of the client library, over a socket that is none. */
class Model extends EventEmitter {
  readonly stream = {
    bytesRead: 0,
    destroy: (reason?: Error): void => {
      if (reason === undefined) return;
      this.emit('error', reason);
      this.emit('close', reason);
    },
  };
  readonly connection = { stream: this.stream };
  createChannel = (): Promise<unknown> => Promise.resolve(new EventEmitter());
  close = (): Promise<void> => {
    this.emit('close');
    return Promise.resolve();
  };
}

const world = () => {
  const model = new Model();
  const link = new Link(model as unknown as ChannelModel, 'there:5672', { socketTimeout: 4 });
  const lost = new Promise((resolve) => link.lost$.subscribe({ error: resolve }));
  return { model, link, lost };
};

const asked = { command: 'basic.publish', key: 'q' };

describe('a link', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('that is lost says why, and whether anything may have run', async () => {
    const { model, link, lost } = world();
    expect(link.isLost).toBe(false);
    model.emit('error', new Error('reset'));
    model.emit('close', new Error('later'));
    expect(link.isLost).toBe(true);
    expect(await lost).toMatchObject({
      ...{ _tag: 'ConnectionError', sent: true, message: 'RabbitMQ at there:5672: reset' },
    });
    expect(link.lost(asked, false)).toMatchObject({ sent: false });
  });

  it('that lives and gives no channel says why', async () => {
    const { model, link } = world();
    model.createChannel = () => Promise.reject(new Error('No channels left to allocate'));
    await expect(link.channel()).rejects.toMatchObject({
      ...{ _tag: 'ConnectionError', sent: false },
      message: 'RabbitMQ at there:5672: No channels left to allocate',
    });
    expect(link.isLost).toBe(false);
  });

  it('that is silent while a reply is owed is lost, and the reply overdue', async () => {
    const { link, lost } = world();
    link.owed(new Promise(() => {}));
    for (let i = 0; i < 12 && !link.isLost; i++) {
      vi.advanceTimersByTime(500);
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await lost;
    expect(link.lost(asked)).toEqual(new CommandTimeout('basic.publish', 'q', 4, 'RabbitMQ'));
    expect(link.lost()).toBeInstanceOf(ConnectionError);
  });

  it('that is blocked for as long is lost, and one that is not any more lives on', async () => {
    const { model, link, lost } = world();
    model.emit('blocked', 'low on memory');
    vi.advanceTimersByTime(3_999);
    model.emit('unblocked');
    vi.advanceTimersByTime(10_000);
    expect(link.isLost).toBe(false);
    model.emit('blocked', 'low on memory');
    vi.advanceTimersByTime(4_000);
    expect(await lost).toMatchObject({
      message: expect.stringContaining('blocked: low on memory'),
    });
  });

  it('gives no channel once it is lost: nothing was sent', async () => {
    const { model, link } = world();
    await link.channel();
    model.createChannel = () => Promise.reject(new Error('Connection closed'));
    model.emit('close', new Error('gone'));
    await expect(link.channel()).rejects.toMatchObject({ _tag: 'ConnectionError', sent: false });
  });

  it('says goodbye, and does not wait for ever for the answer', async () => {
    const { link, lost } = world();
    await link.close();
    expect(link.isLost).toBe(true);
    expect(await lost).toMatchObject({ _tag: 'Closed', message: 'The broker is closed' });
    await link.close();
    const silent = world();
    silent.model.close = () =>
      new Promise((resolve) => silent.model.once('close', () => resolve()));
    const closing = silent.link.close();
    vi.advanceTimersByTime(4_000);
    await closing;
    expect(silent.link.isLost).toBe(true);
  });
});
