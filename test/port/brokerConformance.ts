import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Closed, EncodeError, InvalidArgument } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import type { Run } from '../../src/operation/run.js';
import type { Broker } from '../../src/port/broker.js';
import type { KombuOptions } from '../../src/wire/kombuLayout.js';
import { decodeMessage, type Message } from '../../src/wire/message.js';

/** A broker, and the other side of it. */
export interface Brokered {
  readonly broker: Broker;
  /** Takes what is in a list, oldest first. */
  readonly take: (list: string) => Promise<ReadonlyArray<Buffer>>;
  /** Adds a member to the set of an exchange. */
  readonly bind: (set: string, member: string) => Promise<void>;
  /** What is published on a channel from now on. */
  readonly listen: (channel: string) => Promise<ReadonlyArray<string>>;
  readonly release: () => Promise<void>;
}

const message = (
  name: string,
  to: { readonly exchange?: string; readonly queue?: string; readonly priority?: unknown } = {},
): Message => ({
  body: Buffer.from(`"${name}"`),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: { task: name },
  properties: {
    delivery_info: { exchange: to.exchange ?? '', routing_key: to.queue ?? 'celery' },
    priority: to.priority ?? 0,
    body_encoding: 'base64',
    delivery_tag: name,
  },
});

const unwritable = (): Message => ({ ...message('x'), headers: { f: () => 1 } });

const done = async (run: Run<void>): Promise<void> => {
  const result = await fromRun(run)();
  if (E.isLeft(result)) throw result.left;
};

/** What any adapter of the broker port must keep. */
export const brokerConformance = (
  name: string,
  open: (options?: KombuOptions) => Promise<Brokered>,
): void => {
  describe(`${name}, as an adapter of the broker port,`, () => {
    let opened: Array<Brokered> = [];
    let first: Brokered;

    const another = async (options?: KombuOptions): Promise<Brokered> => {
      const brokered = await open(options);
      opened.push(brokered);
      return brokered;
    };

    beforeEach(async () => {
      first = await another();
    });
    afterEach(async () => {
      for (const { release } of opened) await release();
      opened = [];
    });

    const names = async (list: string, from = first): Promise<ReadonlyArray<string>> =>
      (await from.take(list)).map((raw) => {
        const read = decodeMessage(list, raw);
        if (E.isLeft(read)) throw read.left;
        return String(read.right.headers.task);
      });

    it('puts messages into the list of their queue, in order', async () => {
      await done(first.broker.publish([message('a'), message('b', { queue: 'q' }), message('c')]));
      await done(first.broker.publish([message('d')]));
      expect(await names('celery')).toEqual(['a', 'c', 'd']);
      expect(await names('q')).toEqual(['b']);
    });

    it('keeps the order of what is published in one tick', async () => {
      const all = Array.from({ length: 100 }, (_, i) => `m${i}`);
      await Promise.all(all.map((each) => done(first.broker.publish([message(each)]))));
      expect(await names('celery')).toEqual(all);
    });

    it('puts many at once', async () => {
      const many = Array.from({ length: 5_000 }, (_, i) => message(`m${i}`));
      await done(first.broker.publish(many));
      expect(await names('celery')).toEqual(many.map(({ headers }) => headers.task));
    });

    it('has a list for each step of priorities', async () => {
      const priorities = [0, 2, 3, 5, 6, 8, 9, 12, -1, '6', null, 'high'];
      await done(
        first.broker.publish(priorities.map((priority, i) => message(`${i}`, { priority }))),
      );
      expect(await names('celery')).toEqual(['0', '1', '8', '10', '11']);
      expect(await names('celery\x06\x163')).toEqual(['2', '3']);
      expect(await names('celery\x06\x166')).toEqual(['4', '5', '9']);
      expect(await names('celery\x06\x169')).toEqual(['6', '7']);
    });

    it('puts a prefix in front of lists, sets and channels', async () => {
      const prefixed = await another({ globalKeyprefix: 'brk:' });
      await prefixed.bind('brk:_kombu.binding.media', 'video\x06\x16\x06\x16bound');
      const heard = await prefixed.listen('brk:/0.celery.pidbox');
      await done(
        prefixed.broker.publish([
          message('a'),
          message('b', { exchange: 'media', queue: 'video' }),
          message('c', { exchange: 'celery.pidbox', queue: '' }),
        ]),
      );
      expect(await names('brk:celery', prefixed)).toEqual(['a']);
      expect(await names('brk:bound', prefixed)).toEqual(['b']);
      await expect.poll(() => heard.length).toBe(1);
    });

    it('puts a message into each queue that is bound to its exchange for its key', async () => {
      for (const member of [
        'video\x06\x16\x06\x16q1',
        'video\x06\x16\x06\x16q2',
        'audio\x06\x16\x06\x16q3',
      ])
        await first.bind('_kombu.binding.direct', member);
      await done(first.broker.publish([message('a', { exchange: 'direct', queue: 'video' })]));
      expect(await names('q1')).toEqual(['a']);
      expect(await names('q2')).toEqual(['a']);
      expect(await names('q3')).toEqual([]);
    });

    it('knows topics', async () => {
      const bindings = [
        'log.*\x06\x16^log\\.[^\\.]+$\x06\x16one',
        'log.#\x06\x16^log\\..*?$\x06\x16any',
      ];
      for (const member of bindings) await first.bind('_kombu.binding.topics', member);
      await done(
        first.broker.publish([
          message('a', { exchange: 'topics', queue: 'log.error' }),
          message('b', { exchange: 'topics', queue: 'log.error.disk' }),
        ]),
      );
      expect(await names('one')).toEqual(['a']);
      expect(await names('any')).toEqual(['a', 'b']);
    });

    it('refuses what no queue would take, and sends nothing of what goes with it', async () => {
      const lost = message('lost', { exchange: 'nowhere', queue: 'key' });
      expect(await fromRun(first.broker.publish([message('a'), lost]))()).toEqual(
        E.left(
          new InvalidArgument('exchange', "'nowhere' has no queue for the routing key 'key'."),
        ),
      );
      expect(await names('celery')).toEqual([]);
    });

    it('refuses what has no form, and sends nothing of what goes with it', async () => {
      const refused = await fromRun(first.broker.publish([message('a'), unwritable()]))();
      expect(refused).toEqual(E.left(expect.any(EncodeError)));
      expect(await names('celery')).toEqual([]);
    });

    it('sends the others of a tick where one is refused', async () => {
      const results = await Promise.all(
        [message('a'), unwritable(), message('b')].map((each) =>
          fromRun(first.broker.publish([each]))(),
        ),
      );
      expect(results.map(E.isRight)).toEqual([true, false, true]);
      expect(await names('celery')).toEqual(['a', 'b']);
    });

    it('publishes a broadcast, in order', async () => {
      const heard = await first.listen('/0.celery.pidbox');
      const keyed = await first.listen('/0.celeryev/task.sent');
      await done(
        first.broker.publish([
          message('a', { exchange: 'celery.pidbox', queue: '' }),
          message('b', { exchange: 'celery.pidbox', queue: '' }),
          message('c', { exchange: 'celeryev', queue: 'task.sent' }),
        ]),
      );
      await expect.poll(() => [heard.length, keyed.length]).toEqual([2, 1]);
      expect(heard.map((text) => JSON.parse(text).headers.task)).toEqual(['a', 'b']);
    });

    it('has nothing to do for no messages', async () => {
      await done(first.broker.publish([]));
    });

    it('refuses all once it is closed, but not what was published before', async () => {
      await done(first.broker.publish([message('opens')]));
      const before = fromRun(first.broker.publish([message('a')]))();
      await done(first.broker.close);
      expect(await before).toEqual(E.right(undefined));
      const after = await fromRun(first.broker.publish([message('b')]))();
      expect(after).toEqual(E.left(expect.any(Closed)));
      expect(await names('celery')).toEqual(['opens', 'a']);
    });
  });
};
