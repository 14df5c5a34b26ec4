import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import {
  filter,
  firstValueFrom,
  lastValueFrom,
  map,
  type Observable,
  ReplaySubject,
  take,
  takeWhile,
  timer,
  toArray,
} from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromRun } from '../../src/operation/operation.js';
import type { Run } from '../../src/operation/run.js';
import type {
  Connection,
  Found,
  Message,
  StoreOutcome,
  Subscriber,
} from '../../src/port/commands.js';

/** A connection to one and the same store each time, and how to be rid of it. */
export interface Connected {
  readonly connection: Connection;
  readonly release: () => Promise<void>;
  /** As Redis' TTL: seconds, -1 for a key that does not expire, -2 for none. */
  readonly ttl?: (key: string) => Promise<number>;
  /** Keys are read over another link than messages come over (RESP2): what was read may be heard again. */
  readonly overlaps?: boolean;
}

/** What any adapter of the port must keep. */
export const conformance = (name: string, connect: () => Promise<Connected>): void => {
  describe(`${name}, as an adapter of the command port,`, () => {
    let connected: Array<Connected> = [];
    let first: Connected;

    const another = async (): Promise<Connected> => {
      const it = await connect();
      connected.push(it);
      return it;
    };

    beforeEach(async () => {
      first = await another();
    });

    afterEach(async () => {
      for (const { release } of connected) await release();
      connected = [];
    });

    const commands = () => first.connection.commands;

    const expectTtl = async (key: string, seconds: number): Promise<void> => {
      const left = await first.ttl?.(key);
      if (left === undefined) return;
      expect(left).toBeLessThanOrEqual(seconds);
      expect(left).toBeGreaterThanOrEqual(Math.min(seconds, Math.max(seconds - 2, 0)));
    };

    describe('get and set', () => {
      it('read none from a missing key', async () => {
        expect(await value(commands().get(newKey()))).toEqual(O.none);
      });

      it('read back every byte', async () => {
        const key = newKey();
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
        await value(commands().set({ key, value: bytes, expires: 60 }));
        expect(await value(commands().get(key))).toEqual(O.some(bytes));
      });

      it('write a string as UTF-8', async () => {
        const key = newKey();
        await value(commands().set({ key, value: 'naïve 🦀', expires: 60 }));
        expect(await value(commands().get(key))).toEqual(O.some(Buffer.from('naïve 🦀')));
      });

      it('tell an empty value from none', async () => {
        const key = newKey();
        await value(commands().set({ key, value: '', expires: 60 }));
        expect(await value(commands().get(key))).toEqual(O.some(Buffer.alloc(0)));
      });

      it.each(['ключ 🔑', 'with space\r\nand line', '{tag}:rest', 'nul\u0000byte'])(
        'take any text for a key: %j',
        async (text) => {
          const key = newKey(text);
          await value(commands().set({ key, value: 'here', expires: 60 }));
          expect(await value(commands().get(key))).toEqual(O.some(Buffer.from('here')));
          expect(await value(commands().delete(key))).toBe(1);
        },
      );

      it('carry a value of a megabyte', async () => {
        const key = newKey();
        const bytes = Buffer.alloc(1 << 20, 0xfe);
        await value(commands().set({ key, value: bytes, expires: 60 }));
        const read = O.toNullable(await value(commands().get(key)));
        expect(read?.equals(bytes)).toBe(true);
      });

      it('share nothing with the buffers of the caller', async () => {
        const key = newKey();
        const bytes = Buffer.from('before');
        await value(commands().set({ key, value: bytes, expires: 60 }));
        bytes.write('after!');
        const read = O.toNullable(await value(commands().get(key)));
        expect(read?.toString()).toBe('before');
        read?.write('after!');
        expect(await value(commands().get(key))).toEqual(O.some(Buffer.from('before')));
      });

      it('are seen from another connection', async () => {
        const key = newKey();
        const other = await another();
        await value(commands().set({ key, value: 'shared', expires: 60 }));
        expect(await value(other.connection.commands.get(key))).toEqual(
          O.some(Buffer.from('shared')),
        );
      });

      it('do nothing until they are called, and run again each time', async () => {
        const key = newKey();
        const increment = commands().incr(key);
        expect(await value(commands().get(key))).toEqual(O.none);
        expect([await value(increment), await value(increment)]).toEqual([1, 2]);
        expect(await firstValueFrom(fromRun(increment).pipe(map((n) => n * 10)))).toBe(30);
      });

      it('settle many at once, each with its own reply', async () => {
        const keys = newKeys(200);
        const written = keys.map((key) => value(commands().set({ key, value: key, expires: 60 })));
        await Promise.all(written);
        const read = await Promise.all(keys.map((key) => value(commands().get(key))));
        expect(read).toEqual(keys.map((key) => O.some(Buffer.from(key))));
      });
    });

    describe('expiry', () => {
      it('is that of the last set', async () => {
        const key = newKey();
        await value(commands().set({ key, value: 'a', expires: 100 }));
        await expectTtl(key, 100);
        await value(commands().set({ key, value: 'b', expires: 50 }));
        await expectTtl(key, 50);
      });

      it('is none with 0, even where there was one', async () => {
        const key = newKey();
        await value(commands().set({ key, value: 'a', expires: 100 }));
        await value(commands().set({ key, value: 'b', expires: 0 }));
        await expectTtl(key, -1);
        expect(await value(commands().get(key))).toEqual(O.some(Buffer.from('b')));
        await value(commands().delete(key));
      });

      it('takes the key away', async () => {
        const key = newKey();
        await value(commands().set({ key, value: 'short-lived', expires: 1 }));
        expect(await eventually(commands().get(key), O.isNone)).toEqual(O.none);
        await expectTtl(key, -2);
      });

      it('can be set later, on a key that is there', async () => {
        const key = newKey();
        expect(await value(commands().expire(key, 100))).toBe(false);
        await value(commands().set({ key, value: 'a', expires: 0 }));
        expect(await value(commands().expire(key, 100))).toBe(true);
        await expectTtl(key, 100);
        expect(await value(commands().get(key))).toEqual(O.some(Buffer.from('a')));
      });

      it('of 0 seconds deletes the key at once', async () => {
        const key = newKey();
        await value(commands().set({ key, value: 'a', expires: 100 }));
        expect(await value(commands().expire(key, 0))).toBe(true);
        expect(await value(commands().get(key))).toEqual(O.none);
      });
    });

    describe('ping', () => {
      it('is answered, each time', async () => {
        expect(await value(commands().ping)).toBeUndefined();
        expect(await value(commands().ping)).toBeUndefined();
      });

      it('fails once the connection is closed', async () => {
        const other = await another();
        await value(other.connection.commands.ping);
        await value(other.connection.close);
        expect(await failure(other.connection.commands.ping)).toMatchObject({ _tag: 'Closed' });
      });
    });

    describe('mget', () => {
      it('reads in the order asked for, with gaps and repeats', async () => {
        const [a, b, missing] = [newKey(), newKey(), newKey()];
        await value(commands().set({ key: a, value: 'a', expires: 60 }));
        await value(commands().set({ key: b, value: Buffer.from([0xff, 0]), expires: 60 }));
        expect(await value(commands().mget([b, missing, a, b]))).toEqual([
          O.some(Buffer.from([0xff, 0])),
          O.none,
          O.some(Buffer.from('a')),
          O.some(Buffer.from([0xff, 0])),
        ]);
      });

      it('reads nothing for no keys', async () => {
        expect(await value(commands().mget([]))).toEqual([]);
      });

      it('reads 10,000 keys at once', async () => {
        const keys = newKeys(10_000);
        const last = keys.at(-1) ?? '';
        await value(commands().set({ key: last, value: 'last', expires: 60 }));
        const read = await value(commands().mget(keys));
        expect(read).toHaveLength(10_000);
        expect(read.filter(O.isSome)).toHaveLength(1);
        expect(read.at(-1)).toEqual(O.some(Buffer.from('last')));
      });
    });

    describe('delete', () => {
      it('counts the key it took away', async () => {
        const key = newKey();
        await value(commands().set({ key, value: 'a', expires: 60 }));
        expect(await value(commands().delete(key))).toBe(1);
        expect(await value(commands().delete(key))).toBe(0);
        expect(await value(commands().get(key))).toEqual(O.none);
      });
    });

    describe('once', () => {
      const none = { deliveries: [], db: null };

      it('takes a key for who comes first, for as long as it lives', async () => {
        const key = newKey();
        const first = { key, holder: 'a', expires: 60, ...none };
        expect(await value(commands().once(first))).toBe('a');
        await expectTtl(key, 60);
        expect(await value(commands().once({ ...first, holder: 'b' }))).toBe('a');
        expect(await value(commands().once(first))).toBe('a');
        await value(commands().delete(key));
        expect(await value(commands().once({ ...first, holder: 'b' }))).toBe('b');
      });

      it('is for one alone of those that come at once', async () => {
        const key = newKey();
        const holders = await Promise.all(
          ['a', 'b', 'c'].map((holder) =>
            value(commands().once({ key, holder, expires: 60, ...none })),
          ),
        );
        expect(new Set(holders).size).toBe(1);
      });
    });

    describe('incr', () => {
      it('starts from 1, counts on, and keeps the expiry', async () => {
        const key = newKey();
        expect(await value(commands().incr(key))).toBe(1);
        await expectTtl(key, -1);
        await value(commands().expire(key, 100));
        expect(await value(commands().incr(key))).toBe(2);
        await expectTtl(key, 100);
        expect(await value(commands().get(key))).toEqual(O.some(Buffer.from('2')));
      });

      it('counts from a number that was set', async () => {
        const key = newKey();
        await value(commands().set({ key, value: '-1', expires: 60 }));
        expect(await value(commands().incr(key))).toBe(0);
      });

      it('loses no count to a race', async () => {
        const key = newKey();
        const other = await another();
        const counted = await Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            value((i % 2 === 0 ? first : other).connection.commands.incr(key)),
          ),
        );
        expect(counted.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: 50 }, (_, i) => i + 1),
        );
      });

      it.each(['text', '', ' 1', '+1', '01', '1.0', '-0', '9223372036854775808'])(
        'fails with a ResponseError on what is no integer, and leaves it: %j',
        async (text) => {
          const key = newKey();
          await value(commands().set({ key, value: text, expires: 60 }));
          const error = await failure(commands().incr(key));
          expect(error).toMatchObject({ _tag: 'ResponseError', code: 'ERR' });
          expect(error.message).toContain('value is not an integer or out of range');
          expect(await value(commands().get(key))).toEqual(O.some(Buffer.from(text)));
        },
      );

      it('fails with a ResponseError past 64 bits', async () => {
        const key = newKey();
        await value(commands().set({ key, value: '9223372036854775807', expires: 60 }));
        const error = await failure(commands().incr(key));
        expect(error).toMatchObject({ _tag: 'ResponseError', code: 'ERR' });
        expect(error.message).toContain('increment or decrement would overflow');
      });
    });

    describe('store', () => {
      const meta = (state: string, result = 1): string =>
        `{"status": "${state}", "result": ${result}}`;
      const stored: StoreOutcome = { _tag: 'Stored', receivers: 0 };

      /** What becomes of a store over `current`, and what the key holds then. */
      const over = async (current: string | Buffer | null, expected?: Buffer) => {
        const key = newKey();
        if (current !== null) await value(commands().set({ key, value: current, expires: 60 }));
        const write = { key, value: meta('SUCCESS', 2), expires: 100 };
        const outcome = await value(commands().store(write, expected));
        const held = await value(commands().get(key));
        await expectTtl(key, outcome._tag === 'Stored' ? 100 : 60);
        return { outcome, held };
      };
      const written = { outcome: stored, held: O.some(Buffer.from(meta('SUCCESS', 2))) };

      it('writes where there is nothing, or an empty string', async () => {
        expect(await over(null)).toEqual(written);
        expect(await over('')).toEqual(written);
      });

      it.each([
        'PENDING',
        'RECEIVED',
        'STARTED',
        'REJECTED',
        'IGNORED',
        'PROGRESS',
        'success',
        'Step 2 of 3-ü',
        '',
      ])('overwrites %s', async (state) => {
        expect(await over(meta(state))).toEqual(written);
      });

      it('keeps a SUCCESS', async () => {
        const current = meta('SUCCESS');
        expect(await over(current)).toEqual({
          outcome: { _tag: 'Kept' },
          held: O.some(Buffer.from(current)),
        });
      });

      it.each([
        ...['FAILURE', 'RETRY', 'REVOKED'].map((state) => meta(state)),
        '{"status":"SUCCESS"}',
        '{"result": 1, "status": "SUCCESS"}',
        '{"status": "SUCCESS',
        '{"status": "',
        '{"status": "\\u0053UCCESS"}',
        '{"status": "STEP \\"2\\""}',
        '{"status": null}',
        ' {"status": "STARTED"}',
        'not a meta',
        Buffer.from([0x82, 0xa6, 0xff, 0x00]),
      ])('leaves %j to the caller', async (current) => {
        const held = Buffer.from(current);
        expect(await over(current)).toEqual({
          outcome: { _tag: 'Undecided', current: held },
          held: O.some(held),
        });
      });

      it.each([meta('SUCCESS'), meta('FAILURE'), Buffer.from([0xff, 0x00, 0x80])])(
        'overwrites %j where that is what the caller expects',
        async (current) => {
          expect(await over(current, Buffer.from(current))).toEqual(written);
        },
      );

      it('decides anew where the key no longer holds what the caller expects', async () => {
        const expected = Buffer.from(meta('FAILURE'));
        const current = Buffer.from(meta('RETRY'));
        expect(await over(null, expected)).toEqual(written);
        expect(await over(meta('STARTED'), expected)).toEqual(written);
        expect((await over(meta('SUCCESS'), expected)).outcome).toEqual({ _tag: 'Kept' });
        expect((await over(current, expected)).outcome).toEqual({ _tag: 'Undecided', current });
      });

      it('writes for ever with an expiry of 0', async () => {
        const key = newKey();
        await value(commands().set({ key, value: meta('STARTED'), expires: 60 }));
        const write = { key, value: meta('SUCCESS'), expires: 0 };
        expect(await value(commands().store(write))).toEqual(stored);
        await expectTtl(key, -1);
        await value(commands().delete(key));
      });

      it('gives each of many at once its own expiry, and its own bytes to replace', async () => {
        const [a, b, c, d] = [newKey(), newKey(), newKey(), newKey()];
        await value(commands().set({ key: d, value: 'unknown', expires: 60 }));
        const store = (key: string, expires: number, expected?: Buffer) =>
          value(commands().store({ key, value: meta('SUCCESS'), expires }, expected));
        const outcomes = await Promise.all([
          store(a, 100),
          store(b, 0),
          store(c, 50, Buffer.from('absent')),
          store(d, 50, Buffer.from('unknown')),
        ]);
        expect(outcomes).toEqual([stored, stored, stored, stored]);
        for (const [key, ttl] of [
          [a, 100] as const,
          [b, -1] as const,
          [c, 50] as const,
          [d, 50] as const,
        ]) {
          await expectTtl(key, ttl);
          await value(commands().delete(key));
        }
      });

      it('publishes what it writes, and only that', async () => {
        const key = newKey();
        const { messages, subscriber } = await listen(first.connection);
        await found(subscriber.follow([key]));
        const bytes = Buffer.from([0x82, 0xff, 0x00, 0x80]);
        const outcomes = [
          await value(commands().store({ key, value: meta('FAILURE'), expires: 60 })),
          await value(commands().store({ key, value: 'refused', expires: 60 })),
          await value(
            commands().store(
              { key, value: meta('SUCCESS'), expires: 60 },
              Buffer.from(meta('FAILURE')),
            ),
          ),
          await value(commands().store({ key, value: 'kept out', expires: 60 })),
          await value(
            commands().store({ key, value: bytes, expires: 60 }, Buffer.from(meta('SUCCESS'))),
          ),
        ];
        expect(outcomes).toEqual([
          { _tag: 'Stored', receivers: 1 },
          { _tag: 'Undecided', current: Buffer.from(meta('FAILURE')) },
          { _tag: 'Stored', receivers: 1 },
          { _tag: 'Kept' },
          { _tag: 'Stored', receivers: 1 },
        ]);
        expect(await firstMessages(messages, 3)).toEqual([
          { channel: Buffer.from(key), payload: Buffer.from(meta('FAILURE')) },
          { channel: Buffer.from(key), payload: Buffer.from(meta('SUCCESS')) },
          { channel: Buffer.from(key), payload: bytes },
        ]);
      });

      it('lets one of two that race win', async () => {
        const other = await another();
        for (const key of newKeys(20)) {
          const racing = [first, other].map(({ connection }, i) =>
            value(connection.commands.store({ key, value: meta('SUCCESS', i), expires: 60 })),
          );
          const outcomes = await Promise.all(racing);
          expect(outcomes.map(({ _tag }) => _tag).sort()).toEqual(['Kept', 'Stored']);
          const winner = outcomes.findIndex(({ _tag }) => _tag === 'Stored');
          expect(await value(commands().get(key))).toEqual(
            O.some(Buffer.from(meta('SUCCESS', winner))),
          );
        }
      });
    });

    describe('a subscriber', () => {
      it('receives what is set on a key it follows, byte for byte', async () => {
        const key = newKey('ключ 🔑');
        const payload = Buffer.from([0xff, 0xfe, 0x00, 0x0a]);
        const { messages, subscriber } = await listen(first.connection);
        expect(await found(subscriber.follow([key]))).toEqual([]);
        expect(await value(commands().set({ key, value: payload, expires: 60 }))).toBe(1);
        expect(await firstMessages(messages, 1)).toEqual([{ channel: Buffer.from(key), payload }]);
      });

      it('reads the keys it follows, in order', async () => {
        const [a, missing, b] = [newKey(), newKey(), newKey()];
        await value(commands().set({ key: a, value: 'a', expires: 60 }));
        await value(commands().set({ key: b, value: Buffer.from([0xff]), expires: 60 }));
        const { subscriber } = await listen(first.connection);
        expect(await found(subscriber.follow([b, missing, a]))).toEqual([
          { at: 0, value: Buffer.from([0xff]) },
          { at: 2, value: Buffer.from('a') },
        ]);
      });

      it('is counted by those who publish', async () => {
        const key = newKey();
        const other = await another();
        const set = commands().set({ key, value: 'a', expires: 60 });
        expect(await value(set)).toBe(0);
        const one = await listen(first.connection);
        const two = await listen(other.connection);
        await found(one.subscriber.follow([key]));
        expect(await value(set)).toBe(1);
        await found(two.subscriber.follow([key]));
        expect(await value(set)).toBe(2);
        await value(one.subscriber.leave([key]));
        expect(await value(set)).toBe(1);
      });

      it('is one subscriber however often it follows a key', async () => {
        const key = newKey();
        const { messages, subscriber } = await listen(first.connection);
        await found(subscriber.follow([key]));
        await found(subscriber.follow([key, key]));
        expect(await value(commands().set({ key, value: 'a', expires: 60 }))).toBe(1);
        expect(await value(commands().set({ key, value: 'b', expires: 60 }))).toBe(1);
        expect((await firstMessages(messages, 2)).map(text)).toEqual(['a', 'b']);
      });

      it('receives nothing more from a key it left, and goes on with the others', async () => {
        const [left, kept] = [newKey(), newKey()];
        const { messages, subscriber } = await listen(first.connection);
        await found(subscriber.follow([left, kept]));
        await value(subscriber.leave([left]));
        expect(await value(commands().set({ key: left, value: 'unheard', expires: 60 }))).toBe(0);
        expect(await value(commands().set({ key: kept, value: 'heard', expires: 60 }))).toBe(1);
        expect((await firstMessages(messages, 1)).map(text)).toEqual(['heard']);
      });

      it('follows and leaves nothing when given no keys', async () => {
        const key = newKey();
        const { subscriber } = await listen(first.connection);
        await found(subscriber.follow([key]));
        expect(await found(subscriber.follow([]))).toEqual([]);
        await value(subscriber.leave([]));
        expect(await value(commands().set({ key, value: 'a', expires: 60 }))).toBe(1);
      });

      it('may leave what it never followed', async () => {
        const { subscriber } = await listen(first.connection);
        expect(await value(subscriber.leave([newKey()]))).toBeUndefined();
      });

      it('follows 10,000 keys at once, and leaves them', async () => {
        const keys = newKeys(10_000);
        const last = keys.at(-1) ?? '';
        const set = commands().set({ key: last, value: 'a', expires: 60 });
        const { subscriber } = await listen(first.connection);
        expect(await found(subscriber.follow(keys))).toEqual([]);
        expect(await value(set)).toBe(1);
        await value(subscriber.leave(keys));
        expect(await value(set)).toBe(0);
      });

      it('answers a ping, before and while it follows', async () => {
        const { subscriber } = await listen(first.connection);
        expect(await value(subscriber.ping)).toBeUndefined();
        await found(subscriber.follow([newKey()]));
        expect(await value(subscriber.ping)).toBeUndefined();
      });

      it('misses nothing between what follow read and the messages', async () => {
        const writer = (await another()).connection.commands;
        const { messages, subscriber } = await listen(first.connection);
        const last = 40;
        for (const [round, key] of newKeys(20).entries()) {
          let snapshot: Promise<ReadonlyArray<Found>> = Promise.resolve([]);
          for (let n = 1; n <= last; n += 1) {
            if (n === round + 5) snapshot = found(subscriber.follow([key]));
            await value(writer.set({ key, value: String(n), expires: 60 }));
          }
          const [read] = await snapshot;
          const since = Number(read?.value ?? 0);
          const heard = await lastValueFrom(
            messages.pipe(
              filter(({ channel }) => channel.toString() === key),
              map((message) => Number(text(message))),
              takeWhile((n) => n < last, true),
              toArray(),
            ),
          );
          const [earliest = since + 1] = first.overlaps ? heard : [];
          expect(earliest).toBeLessThanOrEqual(since + 1);
          expect(heard).toEqual(
            Array.from({ length: last + 1 - earliest }, (_, i) => earliest + i),
          );
        }
      });

      it('is disconnected when it is unsubscribed from', async () => {
        const key = newKey();
        const { subscriber, disconnect } = await listen(first.connection);
        await found(subscriber.follow([key]));
        const set = commands().set({ key, value: 'a', expires: 60 });
        expect(await value(set)).toBe(1);
        disconnect();
        expect(await eventually(set, (receivers) => receivers === 0)).toBe(0);
      });

      it('is its own link, which others outlive', async () => {
        const key = newKey();
        const one = await listen(first.connection);
        const two = await listen(first.connection);
        await found(one.subscriber.follow([key]));
        await found(two.subscriber.follow([key]));
        one.disconnect();
        const set = commands().set({ key, value: 'a', expires: 60 });
        expect(await eventually(set, (receivers) => receivers < 2)).toBe(1);
        expect((await firstMessages(two.messages, 1)).map(text)).toEqual(['a']);
      });
    });

    describe('close', () => {
      it('refuses all that follows with Closed, and may be repeated', async () => {
        const { connection } = await another();
        await value(connection.close);
        await value(connection.close);
        const error = await failure(connection.commands.get(newKey()));
        expect(error).toMatchObject({ _tag: 'Closed' });
        await expect(firstValueFrom(connection.subscriber$)).rejects.toMatchObject({
          _tag: 'Closed',
        });
      });

      it('leaves other connections alone, and no subscriber behind', async () => {
        const key = newKey();
        const other = await another();
        const { subscriber } = await listen(other.connection);
        await found(subscriber.follow([key]));
        const set = commands().set({ key, value: 'a', expires: 60 });
        expect(await value(set)).toBe(1);
        await value(other.connection.close);
        expect(await eventually(set, (receivers) => receivers === 0)).toBe(0);
      });
    });
  });
};

const RUN = `conformance-${process.pid}-${Date.now().toString(36)}`;
let keysMade = 0;

/** A key that no other test has, so that the store need not be emptied. */
const newKey = (suffix = ''): string => {
  keysMade += 1;
  return `${RUN}:${keysMade}:${suffix}`;
};

const newKeys = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, () => newKey());

const value = async <A>(run: Run<A>): Promise<A> => {
  const either = await fromRun(run)();
  if (E.isLeft(either)) throw either.left;
  return either.right;
};

const failure = async <A>(run: Run<A>): Promise<Error> => {
  const either = await fromRun(run)();
  if (E.isRight(either)) throw new Error(`succeeded with ${JSON.stringify(either.right)}`);
  return either.left;
};

/** All that was found, once it is complete. */
const found = (pieces$: Observable<ReadonlyArray<Found>>): Promise<ReadonlyArray<Found>> =>
  lastValueFrom(
    pieces$.pipe(
      toArray(),
      map((pieces) => pieces.flat()),
    ),
  );

/** Runs it until its value is as wanted; the test's own timeout is the limit. */
const eventually = async <A>(run: Run<A>, wanted: (a: A) => boolean): Promise<A> => {
  for (;;) {
    const a = await value(run);
    if (wanted(a)) return a;
    await firstValueFrom(timer(20));
  }
};

interface Listening {
  readonly subscriber: Subscriber;
  /** All messages from the first on, however late it is subscribed to. */
  readonly messages: Observable<Message>;
  readonly disconnect: () => void;
}

const listen = (connection: Connection): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const messages = new ReplaySubject<Message>();
    const link = connection.subscriber$.subscribe({
      next: (subscriber) => {
        subscriber.messages$.subscribe(messages);
        resolve({ subscriber, messages, disconnect: () => link.unsubscribe() });
      },
      error: reject,
    });
  });

const firstMessages = (
  messages: Observable<Message>,
  count: number,
): Promise<ReadonlyArray<Message>> => lastValueFrom(messages.pipe(take(count), toArray()));

const text = ({ payload }: Message): string => payload.toString();
