/** A channel and a link that answer as they are told, without a broker. */
import { EventEmitter } from 'node:events';
import type { Options } from 'amqplib';
import type { Link } from '../../src/amqp/link.js';
import { ConnectionError } from '../../src/errors/errors.js';
import type { Message } from '../../src/wire/message.js';

type Confirm = (error: Error | null) => void;

interface Published {
  readonly exchange: string;
  readonly routingKey: string;
  readonly options: Options.Publish;
  readonly confirm: Confirm;
}

/** As a broker closes a channel. */
export const closing = (code: number, text: string): Error =>
  Object.assign(new Error(`Channel closed by server: ${code} (X) with message "${text}"`), {
    code,
  });

export class FakeChannel extends EventEmitter {
  readonly published: Array<Published> = [];
  readonly asked: Array<string> = [];
  /** What each request but `publish` is answered with. */
  answer: (what: string) => Promise<unknown> = () => Promise.resolve({});

  constructor() {
    super();
    this.on('error', () => {});
  }

  publish(
    exchange: string,
    routingKey: string,
    _body: Buffer,
    options: Options.Publish,
    confirm: Confirm,
  ): void {
    this.published.push({ exchange, routingKey, options, confirm });
  }

  assertExchange = (name: string, type: string) => this.ask(`exchange ${name} ${type}`);
  checkExchange = (name: string) => this.ask(`check ${name}`);
  assertQueue = (name: string) => this.ask(`queue ${name}`);
  bindQueue = (queue: string, source: string, key: string) =>
    this.ask(`bind ${queue} to ${source} by ${key}`);
  bindExchange = (to: string, source: string, key: string) =>
    this.ask(`bind ${to} to ${source} by ${key}`);
  close = () => Promise.resolve();

  /** All that are not confirmed are told so. */
  end(error?: Error): void {
    if (error !== undefined) this.emit('error', error);
    for (const { confirm } of this.published.splice(0)) confirm(new Error('channel closed'));
    this.emit('close');
  }

  private ask(what: string): Promise<unknown> {
    this.asked.push(what);
    return this.answer(what);
  }
}

export interface FakeLink {
  readonly link: Link;
  /** Those for declarations, and those for messages, as they were opened. */
  readonly channels: Array<FakeChannel>;
  readonly confirming: Array<FakeChannel>;
}

export const fakeLink = (): FakeLink => {
  const channels: Array<FakeChannel> = [];
  const confirming: Array<FakeChannel> = [];
  const opened = (all: Array<FakeChannel>) => async () => {
    const channel = new FakeChannel();
    all.push(channel);
    return channel;
  };
  const link = {
    ...{ address: 'there:5672', isLost: false },
    channel: opened(channels),
    confirmChannel: opened(confirming),
    owed: <A>(reply: Promise<A>) => reply,
    lost: (_asked: unknown, sent = true) =>
      new ConnectionError('there:5672', sent, new Error('gone'), 'RabbitMQ'),
    close: () => Promise.resolve(),
  };
  return { link: link as unknown as Link, channels, confirming };
};

export const message = (
  headers: Message['headers'] = {},
  properties: Partial<Message['properties']> = {},
): Message => ({
  body: Buffer.from('[]'),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers,
  properties: {
    delivery_info: { exchange: '', routing_key: 'celery' },
    delivery_tag: 'tag',
    body_encoding: 'base64',
    ...properties,
  },
});

/** What has been begun goes on as far as it can. */
export const settledDown = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
