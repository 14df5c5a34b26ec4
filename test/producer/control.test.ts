/** What workers say, by a broker of the test's own and in virtual time. */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { ConnectionError, ImproperlyConfigured, InvalidArgument } from '../../src/index.js';
import type { Broker } from '../../src/port/broker.js';
import { type ControlOptions, Producer } from '../../src/producer/index.js';
import { testBackend } from '../../src/testing/index.js';
import type { Message } from '../../src/wire/message.js';
import { bodyOf, world } from './world.js';

const message = (body: unknown, headers = {}): Message => ({
  body: Buffer.from(JSON.stringify(body)),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers,
  properties: { delivery_info: { exchange: '', routing_key: '' }, delivery_tag: 'tag' },
});

const pong = (worker: string) => message({ [worker]: { ok: 'pong' } });

const said = (worker: string) => ({ worker, reply: { ok: 'pong' } });

/** Its workers say what `heard` says; what they are told is kept. */
const spoken = (heard: Rx.Observable<Message>, more: Partial<Broker> = {}) => {
  const told: Array<Message> = [];
  const listening = () => Rx.of(heard);
  const broker: Broker = {
    publish: (messages) => (settle) => {
      told.push(...messages);
      settle(E.right(undefined));
      return undefined;
    },
    hearing: { replies: listening, broadcasts: listening },
    close: () => undefined,
    ...more,
  };
  return { told, broker };
};

const inVirtualTime = (
  body: (kit: {
    readonly helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0];
    readonly producer: (broker: Broker) => Producer;
  }) => void,
): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  const backend = testBackend(scheduler);
  scheduler.run((helpers) =>
    body({ helpers, producer: (broker) => new Producer({ backend, broker }) }),
  );
};

const messages = {
  a: pong('a@x'),
  b: pong('b@x'),
  n: message('odd'),
  l: message([1]),
  o: pong('late'),
};
const replies = { a: said('a@x'), b: said('b@x') };

describe('what workers reply', () => {
  const follow = (options: ControlOptions | undefined, heard: string, ...ends: [string, string]) =>
    inVirtualTime(({ helpers: { hot, expectObservable, expectSubscriptions }, producer }) => {
      const source = hot(heard, messages);
      const { broker } = spoken(source);
      expectObservable(producer(broker).ping(options)).toBe(ends[0], replies);
      expectSubscriptions(source.subscriptions).toBe(ends[1]);
    });

  it('is heard until the timeout', () => {
    follow({ timeout: 0.01 }, '--a-b-------o', '--a-b-----|', '^---------!');
  });

  it('is heard for a second, unless told', () => {
    follow(undefined, '--a-b', '--a-b 995ms |', '^ 999ms !');
  });

  it('is over once as many have replied as are expected', () => {
    follow({ workers: 2, timeout: 9 }, '--a-b--o', '--a-(b|)', '^---!');
  });

  it('is over once those have replied that were asked', () => {
    follow({ destination: ['a@x'], timeout: 9 }, '--a-b', '--(a|)', '^-!');
  });

  it('is no reply where it is something else', () => {
    follow({ timeout: 0.005 }, '-nla', '---a-|', '^----!');
  });

  it('fails with what listening fails with', () => {
    const cut = new ConnectionError('here', true, new Error('cut'));
    inVirtualTime(({ helpers: { hot, expectObservable }, producer }) => {
      const { broker } = spoken(hot('-a-#', messages, cut));
      expectObservable(producer(broker).ping()).toBe('-a-#', replies, cut);
    });
  });

  it('is of the ticket that was asked with', () => {
    inVirtualTime(({ helpers: { hot, expectObservable }, producer }) => {
      const { broker } = spoken(hot('-a', { a: message({ w: 1 }, { ticket: 'another' }) }));
      expectObservable(producer(broker).ping({ timeout: 0.003 })).toBe('---|');
    });
  });
});

describe('what workers are told', () => {
  it('is sent when it is subscribed to, each time', async () => {
    const { told, broker } = spoken(Rx.timer(1).pipe(Rx.map(() => messages.a)));
    const { backend } = world();
    const producer = new Producer({ backend, broker });
    const revoked = producer.revoke('id', { terminate: true, signal: 'SIGKILL', workers: 1 });
    expect(told).toEqual([]);
    await Rx.lastValueFrom(revoked);
    await Rx.lastValueFrom(revoked);
    expect(told.map((each) => bodyOf(each))).toMatchObject([
      { method: 'revoke', arguments: { task_id: ['id'], terminate: true, signal: 'SIGKILL' } },
      { method: 'revoke', arguments: { task_id: ['id'], terminate: true, signal: 'SIGKILL' } },
    ]);
    await Rx.lastValueFrom(producer.revokeByStampedHeaders({ job: 'x' }, { workers: 1 }));
    expect(bodyOf(told[2])).toMatchObject({
      method: 'revoke_by_stamped_headers',
      arguments: { headers: { job: 'x' }, terminate: false, signal: 'SIGTERM' },
    });
  });

  it('is nothing where it can’t be asked', async () => {
    const { backend } = world();
    const { told, broker } = spoken(Rx.EMPTY);
    const producer = new Producer({ backend, broker });
    for (const options of [{ timeout: -1 }, { timeout: Number.NaN }, { workers: 1.5 }]) {
      await expect(Rx.lastValueFrom(producer.ping(options))).rejects.toBeInstanceOf(
        InvalidArgument,
      );
    }
    const none = null as never;
    for (const source of [
      producer.ping(none),
      producer.inspect.active(none),
      producer.ping({ destination: 'celery@x' as never }),
      producer.revoke(none),
      producer.revoke(['id', 5 as never]),
      producer.revoke('id', none),
      producer.revoke('id', { signal: 9 as never }),
      producer.revokeByStampedHeaders(new Map([['a', 'b']]) as never),
    ] as ReadonlyArray<Rx.Observable<unknown>>) {
      await expect(Rx.lastValueFrom(source)).rejects.toBeInstanceOf(InvalidArgument);
    }
    expect(told).toEqual([]);
    const { hearing: _, ...deaf } = broker;
    const mute = new Producer({ backend, broker: deaf });
    for (const source of [mute.ping(), mute.events$] as ReadonlyArray<Rx.Observable<unknown>>) {
      await expect(Rx.lastValueFrom(source)).rejects.toBeInstanceOf(ImproperlyConfigured);
    }
  });
});

describe('events$', () => {
  const event = { type: 'task-started', hostname: 'w', timestamp: 1, uuid: 'a', pid: 3 };
  const told = { type: 'task-started', worker: 'w', timestamp: 1, taskId: 'a', pid: 3 };

  it('goes on after a lost connection, as the retry policy says', () => {
    const cut = new ConnectionError('here', true, new Error('cut'));
    inVirtualTime(({ helpers: { cold, expectObservable }, producer }) => {
      const source = cold('-e-#', { e: message([event]) }, cut);
      const { broker } = spoken(source);
      expectObservable(producer(broker).events$, '^------!').toBe('-e--e--', { e: told });
    });
  });
});
