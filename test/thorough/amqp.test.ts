/**
 * The broker port over AMQP, on a real RabbitMQ.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type AmqpOptions, amqpBroker, type Broker } from '../../src/amqp/index.js';
import {
  AuthenticationError,
  Closed,
  CommandTimeout,
  ConnectionError,
  EncodeError,
  InvalidArgument,
  ResponseError,
  Unavailable,
} from '../../src/errors/errors.js';
import { done, message, publish, refused } from './amqpMessages.js';
import { describeRabbit, type RabbitServer, startRabbit, USER, VHOST } from './rabbitServer.js';

const MAX_SIZE = 20_000_000;

describeRabbit('a broker over AMQP', () => {
  let server: RabbitServer;
  let opened: Array<Broker> = [];
  beforeAll(async () => {
    server = await startRabbit({ tls: true, config: [`max_message_size = ${MAX_SIZE}`] });
  });
  afterEach(async () => {
    await Promise.all(opened.map(({ close }) => done(close)));
    opened = [];
  });
  afterAll(() => server?.stop());

  const broker = (options: AmqpOptions = {}, url = server.url): Broker => {
    const made = amqpBroker(url, options);
    opened.push(made);
    return made;
  };

  const idsIn = async (queue: string): Promise<ReadonlyArray<unknown>> =>
    (await server.taken(queue)).map(({ properties }) => properties.correlationId);

  it('declares a queue as Celery does, and puts messages there in order', async () => {
    const all = Array.from({ length: 200 }, (_, i) => `m${i}`);
    const one = broker();
    await publish(one, ...all.map((id) => message(id, { queue: 'plain' })));
    await publish(one, message('last', { queue: 'plain' }));
    expect(await idsIn('plain')).toEqual([...all, 'last']);
    await server.admin(async (channel) => {
      await channel.assertExchange('plain', 'direct', { durable: true });
      await channel.assertQueue('plain', { durable: true });
    });
  });

  it('takes priorities into account, up to that of the queue', async () => {
    const one = broker({ taskQueueMaxPriority: 10 });
    for (const priority of [1, 9, 5]) {
      await publish(one, message(`p${priority}`, { queue: 'ranked', priority }));
    }
    expect(await idsIn('ranked')).toEqual(['p9', 'p5', 'p1']);
  });

  it('declares quorum queues, and exchanges of any type', async () => {
    const one = broker({
      taskQueues: {
        video: {
          ...{ exchange: 'media', exchangeType: 'topic', routingKey: 'video.#' },
          queueArguments: { 'x-queue-type': 'quorum' },
        },
        all: { exchange: 'media', exchangeType: 'topic', routingKey: '#' },
      },
    });
    await publish(one, message('a', { exchange: 'media', queue: 'video.new' }));
    await publish(one, message('b', { exchange: 'media', queue: 'audio' }));
    await publish(one, message('c', { queue: 'video' }));
    expect(await idsIn('video')).toEqual(['a', 'c']);
    expect(await idsIn('all')).toEqual(['a', 'b']);
  });

  it('says of a queue that is there otherwise which it is, and why', async () => {
    await publish(broker(), message('a', { queue: 'declared' }));
    const other = broker({ taskQueueMaxPriority: 3 });
    const error = await refused(other.publish([message('b', { queue: 'declared' })]));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ code: 'PRECONDITION_FAILED', key: 'declared' });
    expect(error.message).toMatch(/^queue\.declare declared: PRECONDITION_FAILED.*x-max-priority/);
    // and goes on
    await publish(other, message('c', { queue: 'another' }));
  });

  it('refuses what no queue takes, in the words of other brokers', async () => {
    const one = broker({ taskQueues: { q: { exchange: 'keyed', routingKey: 'known' } } });
    for (const exchange of ['nowhere', 'keyed', 'amq.topic']) {
      const error = await refused(one.publish([message('a', { exchange, queue: 'odd' })]));
      expect(error).toBeInstanceOf(InvalidArgument);
      expect(error.message).toBe(`exchange '${exchange}' has no queue for the routing key 'odd'.`);
    }
    await publish(one, message('b', { exchange: 'keyed', queue: 'known' }));
    expect(await idsIn('q')).toEqual(['b']);
  });

  it('declares nothing where it is told so', async () => {
    const one = broker({ declare: false });
    const error = await refused(one.publish([message('a', { queue: 'undeclared' })]));
    expect(error).toBeInstanceOf(InvalidArgument);
    await publish(broker(), message('b', { queue: 'undeclared' }));
    await publish(one, message('c', { queue: 'undeclared' }));
    expect(await idsIn('undeclared')).toEqual(['b', 'c']);
  });

  it('declares a queue again that somebody has deleted', async () => {
    const one = broker();
    await publish(one, message('a', { queue: 'fleeting' }));
    await server.admin((channel) => channel.deleteQueue('fleeting'));
    const ids = Array.from({ length: 50 }, (_, i) => `b${i}`);
    await Promise.all(ids.map((id) => publish(one, message(id, { queue: 'fleeting' }))));
    expect([...(await idsIn('fleeting'))].sort()).toEqual([...ids].sort());
  });

  it('declares an exchange again that somebody has deleted', async () => {
    const taskQueues = { routed: { exchange: 'routes', routingKey: 'key' } };
    const one = broker({ taskQueues });
    const to = { exchange: 'routes', queue: 'key' };
    await publish(one, message('a', to));
    await server.admin((channel) => channel.deleteExchange('routes'));
    const ids = Array.from({ length: 20 }, (_, i) => `b${i}`);
    await Promise.all(ids.map((id) => publish(one, message(id, to))));
    expect(new Set(await idsIn('routed'))).toEqual(new Set(['a', ...ids]));
  });

  it('tells of a queue that takes no more', async () => {
    const queueArguments = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    const one = broker({ taskQueues: { full: { queueArguments } } });
    await publish(one, message('a', { queue: 'full' }));
    const error = await refused(one.publish([message('b', { queue: 'full' })]));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ code: 'NACK', sent: false });
  });

  it('lets one that the broker does not like take no other with it', async () => {
    const one = broker();
    const ids = Array.from({ length: 40 }, (_, i) => `m${i}`);
    const large = message('large', { queue: 'many' }, Buffer.alloc(MAX_SIZE + 1));
    const [error] = await Promise.all([
      refused(one.publish([large])),
      ...ids.map((id) => publish(one, message(id, { queue: 'many' }))),
    ]);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ code: 'PRECONDITION_FAILED', command: 'basic.publish' });
    expect(new Set(await idsIn('many'))).toEqual(new Set(ids));
  });

  it('refuses what has no form, and keeps its channel', async () => {
    const one = broker();
    const odd = { ...message('odd'), headers: { f: () => 1 } };
    const long = message('long', { queue: 'q'.repeat(256) });
    const heavy = { ...message('heavy'), headers: { text: 'x'.repeat(70_000) } };
    for (const each of [odd, long, heavy]) {
      expect(await refused(one.publish([each]))).toBeInstanceOf(EncodeError);
    }
    await publish(one, message('a', { queue: 'formed' }));
    expect(await idsIn('formed')).toEqual(['a']);
  });

  it('sends large messages', async () => {
    const body = Buffer.alloc(MAX_SIZE - 1, 'x');
    await publish(broker(), message('large', { queue: 'large' }, body));
    const [found] = await server.taken('large');
    expect(found?.content.equals(body)).toBe(true);
  });

  // -------------------------------------------------------------------------------------
  // getting in
  // -------------------------------------------------------------------------------------

  it('decodes user, password and virtual host of its URL', async () => {
    const credentials = [USER.name, USER.password].map(encodeURIComponent).join(':');
    const url = `amqp://${credentials}@127.0.0.1:${server.port}/${encodeURIComponent(VHOST)}`;
    await publish(broker({}, url), message('a'));
  });

  it('tells of wrong credentials, and never shows a password', async () => {
    const one = broker({}, `amqp://guest:se%2Fcret@127.0.0.1:${server.port}//`);
    const error = await refused(one.publish([message('a')]));
    expect(error).toBeInstanceOf(AuthenticationError);
    for (const text of [inspect(error, { depth: 9 }), JSON.stringify(error), inspect(one)]) {
      expect(text).not.toMatch(/se(%2F|\/)cret/);
    }
  });

  it('tells of a virtual host that is not there', async () => {
    const one = broker({}, `amqp://127.0.0.1:${server.port}/none`);
    const error = await refused(one.publish([message('a')]));
    expect(error).toMatchObject({ _tag: 'ResponseError', code: 'NOT_ALLOWED', key: 'none' });
  });

  it('speaks TLS, and trusts whom it is told to', async () => {
    const url = `amqps://localhost:${server.tlsPort}`;
    const { ca: sslCaCerts = '' } = server.certificates ?? {};
    await publish(broker({ ssl: { sslCaCerts } }, url), message('a', { queue: 'safe' }));
    await publish(
      broker({}, `${url}?ssl_ca_certs=${encodeURIComponent(sslCaCerts)}`),
      message('b', { queue: 'safe' }),
    );
    expect(await idsIn('safe')).toEqual(['a', 'b']);
    const error = await refused(broker({}, url).publish([message('c')]));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/certificate/);
  });

  it('tries the next of several addresses where one can’t be reached', async () => {
    const one = broker({}, `amqp://127.0.0.1:1;${server.url}`);
    await publish(one, message('a', { queue: 'second' }));
    expect(await idsIn('second')).toEqual(['a']);
    const error = await refused(broker({}, 'amqp://127.0.0.1:1').publish([message('a')]));
    expect(error).toMatchObject({ _tag: 'ConnectionError', sent: false });
    expect(error.message).toMatch(/^RabbitMQ at 127\.0\.0\.1:1: /);
  });

  // -------------------------------------------------------------------------------------
  // losing it
  // -------------------------------------------------------------------------------------

  it('gives up a broker that is silent, and comes back', async () => {
    const one = broker({ socketTimeout: 1, connectionTimeout: 1 });
    await publish(one, message('a', { queue: 'silent' }));
    server.pause();
    try {
      const begun = performance.now();
      const error = await refused(one.publish([message('b', { queue: 'silent' })]));
      expect(error).toBeInstanceOf(CommandTimeout);
      expect(error).toMatchObject({ command: 'basic.publish', key: 'silent', sent: true });
      expect(await refused(one.publish([message('c', { queue: 'silent' })]))).toBeInstanceOf(
        ConnectionError,
      );
      expect(performance.now() - begun).toBeLessThan(10_000);
    } finally {
      server.resume();
    }
    await publish(one, message('d', { queue: 'silent' }));
    expect(await idsIn('silent')).toContain('d');
  });

  it('gives up a broker that is short of memory, and comes back', async () => {
    const one = broker({ socketTimeout: 1 });
    await publish(one, message('a', { queue: 'short' }));
    await server.ctl('set_vm_memory_high_watermark', '0.000001');
    try {
      const error = await refused(one.publish([message('b', { queue: 'short' })]));
      expect(error).toMatchObject({ _tag: 'ConnectionError', sent: true });
      expect(error.message).toMatch(/blocked/);
    } finally {
      await server.ctl('set_vm_memory_high_watermark', '0.4');
    }
    await publish(one, message('c', { queue: 'short' }));
    expect(await idsIn('short')).toContain('c');
  });

  it('opens a new connection where the broker has closed one', async () => {
    const one = broker();
    await publish(one, message('a', { queue: 'anew' }));
    await server.ctl('close_all_connections', 'by a test');
    await delay(200);
    await publish(one, message('b', { queue: 'anew' }));
    expect(await idsIn('anew')).toEqual(['a', 'b']);
  });

  it('fails who listens when the link is lost', async () => {
    const one = broker();
    const heard = one.hearing?.broadcasts('celeryev') ?? Rx.EMPTY;
    const failed = Rx.lastValueFrom(heard.pipe(Rx.mergeAll())).catch((error) => error);
    await expect
      .poll(() => server.ctl('list_queues', 'name'), { timeout: 20_000 })
      .toMatch(/celeryev\./);
    await server.ctl('close_all_connections', 'by a test');
    expect(await failed).toBeInstanceOf(ConnectionError);
  });

  it('tells who listens that it was closed, and was not lost', async () => {
    const one = broker();
    const heard = one.hearing?.broadcasts('celeryev') ?? Rx.EMPTY;
    const listening = new Rx.Subject<void>();
    const failed = Rx.lastValueFrom(heard.pipe(Rx.tap(() => listening.next()))).catch(
      (error) => error,
    );
    await Rx.firstValueFrom(listening);
    await done(one.close);
    expect(await failed).toBeInstanceOf(Closed);
  });

  it('leaves no queue behind where nobody listens any more', async () => {
    const one = broker();
    const listening = one.hearing?.replies('reply.celery.pidbox', 'key') ?? Rx.EMPTY;
    const subscription = listening.pipe(Rx.mergeAll()).subscribe();
    const names = (): Promise<string> => server.ctl('list_queues', 'name');
    await expect.poll(names, { timeout: 20_000 }).toMatch(/pidbox/);
    subscription.unsubscribe();
    expect(await names()).not.toMatch(/pidbox/);
  });

  it('publishes what is under way before it closes, and nothing after', async () => {
    const one = amqpBroker(server.url);
    const ids = Array.from({ length: 500 }, (_, i) => `m${i}`);
    const sent = ids.map((id) => publish(one, message(id, { queue: 'closing' })));
    await done(one.close);
    await Promise.all(sent);
    expect(await idsIn('closing')).toHaveLength(500);
    expect(await refused(one.publish([message('late')]))).toBeInstanceOf(Closed);
  });

  it('publishes once more only what is not known to be out', async () => {
    const one = broker();
    await publish(one, message('first', { queue: 'again' }));
    const messages = Array.from({ length: 2_000 }, (_, i) => message(`m${i}`, { queue: 'again' }));
    const run = one.publish(messages);
    let result: E.Either<unknown, void> = E.right(undefined);
    const tried = new Promise<void>((resolve) => {
      run((outcome) => {
        result = outcome;
        resolve();
      });
    });
    await delay(150);
    await server.kill9();
    await tried;
    await server.start();
    if (E.isLeft(result)) {
      expect(result.left).toMatchObject({ sent: true });
      await done(one.publish(messages));
    }
    const ids = await idsIn('again');
    expect(new Set(ids).size).toBe(2_001);
  });
});
