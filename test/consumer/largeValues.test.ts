import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LargeValues } from '../../src/consumer/largeValues.js';
import type { TaskChannel } from '../../src/consumer/registry.js';
import { ConnectionError } from '../../src/errors/errors.js';
import { fromSource, type Result, type Run } from '../../src/operation/run.js';
import type { Message, Value } from '../../src/port/commands.js';
import { json } from '../../src/serialization/json.js';
import { progress, success } from '../../src/testing/index.js';
import { decodeTaskMeta } from '../../src/wire/taskMeta.js';
import { listening, registry } from './channels.js';
import {
  brief,
  bytesOf,
  type Call,
  channelOf,
  consumerOver,
  fakeSubscriber,
  foundAt,
  heard,
  lost,
  marbles,
  message,
  states,
  told,
} from './marbles.js';

const decode = decodeTaskMeta(json);

/** Channels by their ids, and reads that end when they are told to. */
const reading = ({ isNews = true } = {}) => {
  const reads: Array<string> = [];
  const settles: Array<(result: Result<Value>) => void> = [];
  const taken: Array<string> = [];
  const failed: Array<unknown> = [];
  const large = new LargeValues({
    read: ({ key }) => {
      reads.push(key);
      return (settle) => {
        settles.push(settle);
        return undefined;
      };
    },
    take: ({ key }, bytes) => {
      taken.push(`${key} ${bytes}`);
      return isNews;
    },
    fail: ({ key }, error) => failed.push([key, error]),
  });
  const channels = registry({ scheduler: Rx.asyncScheduler });
  const open = (key: string): TaskChannel => listening(channels, key).channel;
  const close = (channel: TaskChannel): void => channels.close(channel);
  const reply = (result: Result<Value>): void => settles.shift()?.(result);
  return { large, open, close, reply, reads, taken, failed };
};

const some = (text: string): Result<Value> => E.right(O.some(Buffer.from(text)));
const none: Result<Value> = E.right(O.none);

describe('LargeValues', () => {
  it('reads two at once, the others in their turn, and takes each', () => {
    const { large, open, reply, reads, taken } = reading();
    for (const key of ['a', 'b', 'c', 'd']) large.request(open(key));
    expect(reads).toEqual(['a', 'b']);
    reply(some('1'));
    expect(reads).toEqual(['a', 'b', 'c']);
    for (const text of ['2', '3', '4']) reply(some(text));
    expect([reads, taken]).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a 1', 'b 2', 'c 3', 'd 4'],
    ]);
  });

  it('asks once for what is on its way, or in line', () => {
    const { large, open, reply, reads } = reading();
    const [a, b, c] = [open('a'), open('b'), open('c')];
    for (const channel of [a, b, c, a, c, a]) large.request(channel);
    for (let i = 0; i < 6; i += 1) reply(some(''));
    expect(reads).toEqual(['a', 'b', 'c']);
  });

  it('asks again for what was no news, where it was asked for meanwhile', () => {
    const { large, open, reply, reads } = reading({ isNews: false });
    const a = open('a');
    large.request(a);
    reply(some('older'));
    expect(reads).toEqual(['a']);
    large.request(a);
    large.request(a);
    reply(some('older'));
    expect(reads).toEqual(['a', 'a', 'a']);
    reply(some('older'));
    expect(reads).toHaveLength(3);
  });

  it('asks again for what was not there yet, where it was asked for meanwhile', () => {
    const { large, open, reply, reads, taken } = reading();
    const a = open('a');
    large.request(a);
    large.request(a);
    reply(none);
    reply(some('1'));
    expect([reads, taken]).toEqual([['a', 'a'], ['a 1']]);
  });

  it('leaves alone what is not there', () => {
    const { large, open, reply, reads, taken, failed } = reading();
    large.request(open('a'));
    reply(none);
    expect([reads, taken, failed]).toEqual([['a'], [], []]);
  });

  it('fails what cannot be read, and goes on with the others', () => {
    const { large, open, reply, reads, taken, failed } = reading();
    for (const key of ['a', 'b', 'c']) large.request(open(key));
    reply(E.left(lost));
    reply(some('2'));
    reply(some('3'));
    expect(failed).toEqual([['a', lost]]);
    expect([reads, taken]).toEqual([
      ['a', 'b', 'c'],
      ['b 2', 'c 3'],
    ]);
  });

  it('does not read what was left while it was in line, and reads it where it is opened again', () => {
    const { large, open, close, reply, reads } = reading();
    const [a, b, c] = [open('a'), open('b'), open('c')];
    for (const channel of [a, b, c]) large.request(channel);
    close(c);
    reply(some('1'));
    expect(reads).toEqual(['a', 'b']);
    large.request(open('c'));
    expect(reads).toEqual(['a', 'b', 'c']);
  });

  it('takes what throws as it is asked for a failure', () => {
    const failed: Array<unknown> = [];
    const large = new LargeValues({
      read: () => {
        throw lost;
      },
      take: () => true,
      fail: (_, error) => failed.push(error),
    });
    large.request(listening(registry({ scheduler: Rx.asyncScheduler }), 'a').channel);
    expect(failed).toEqual([lost]);
  });
});

describe('a task whose value is too large to be read beside subscriptions', () => {
  const metas = { p: progress('a', 1), q: progress('a', 2), d: success('a', 'large') };
  const some$ = (meta: Parameters<typeof bytesOf>[0]) => O.some(bytesOf(meta));

  it('is read on its own, and is told once', () =>
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const read = cold<Value>('--(v|)', { v: some$(metas.d) });
      const link = fakeSubscriber(calls, { follow: () => Rx.of(foundAt('TooLarge')) });
      const consumer = consumerOver(Rx.concat(Rx.of(link), Rx.NEVER), scheduler, {
        read: (key) => {
          expect(key).toBe(channelOf('a'));
          return fromSource(read);
        },
      });
      expectObservable(consumer.consumeFrom('a')).toBe('--(d|)', metas);
      expectSubscriptions(read.subscriptions).toBe('^-!');
      flush();
      expect(calls.at(-1)).toEqual(['leave', channelOf('a')]);
    }));

  it('is read on while the link is made anew, and not asked for again', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const read = cold<Value>('------(v|)', { v: some$(metas.d) });
      const messages$ = cold<Message>('--#', undefined, lost);
      const link$ = cold('l', {
        l: fakeSubscriber([], { messages$, follow: () => Rx.of(foundAt('TooLarge')) }),
      });
      const consumer = consumerOver(link$, scheduler, {
        read: () => fromSource(read),
        retryPolicy: { maxRetries: null, intervalStart: 0, intervalStep: 0, intervalMax: 0 },
      });
      expectObservable(consumer.consumeFrom('a')).toBe('------(d|)', metas);
      expectSubscriptions(read.subscriptions).toBe('^-----!');
      expectSubscriptions(link$.subscriptions).toBe(['^-!', '--^-!', '----^-!']);
    }));

  it('passes over a state that is read behind a message, but not a ready one', () =>
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      for (const [read, marble] of [
        [metas.p, '-q'],
        [metas.d, '-q-(d|)'],
      ] as const) {
        const link = fakeSubscriber([], {
          messages$: hot('-q', { q: heard(metas.q) }),
          follow: () => Rx.of(foundAt('TooLarge')),
        });
        const consumer = consumerOver(Rx.concat(Rx.of(link), Rx.NEVER), scheduler, {
          read: () => fromSource(cold('---(v|)', { v: some$(read) })),
        });
        expectObservable(consumer.consumeFrom('a')).toBe(marble, metas);
      }
    }));

  it('fails alone where it cannot be read, is no meta, or what decodes it throws', () =>
    marbles(({ expectObservable }, scheduler) => {
      const reads: Readonly<Record<string, Run<Value>>> = {
        [channelOf('a')]: fromSource(Rx.throwError(() => lost)),
        [channelOf('b')]: fromSource(Rx.of(O.some(Buffer.from('not json')))),
        [channelOf('c')]: fromSource(Rx.of(O.some(Buffer.from('bomb')))),
      };
      const link = fakeSubscriber([], {
        follow: (channels) =>
          Rx.of(foundAt(...channels.map((name) => (name in reads ? 'TooLarge' : success('d', 1))))),
      });
      const consumer = consumerOver(Rx.concat(Rx.of(link), Rx.NEVER), scheduler, {
        read: (key) => reads[key] ?? fromSource(Rx.NEVER),
        decode: (key, bytes, id) => {
          if (String(bytes) === 'bomb') throw new RangeError('Maximum call stack size exceeded');
          return decode(key, bytes, id);
        },
      });
      expectObservable(told(consumer.consumeFrom('a'))).toBe('#', undefined, String(lost));
      expectObservable(told(consumer.consumeFrom('b'))).toBe(
        '#',
        undefined,
        expect.stringMatching(/^DecodeError: celery-task-meta-b/),
      );
      expectObservable(told(consumer.consumeFrom('c'))).toBe(
        '#',
        undefined,
        'UnexpectedError: Maximum call stack size exceeded',
      );
      expectObservable(consumer.consumeFrom('d')).toBe('(d|)', { d: success('d', 1) });
    }));

  it('passes over one that names another task', () =>
    marbles(({ hot, expectObservable }, scheduler) => {
      const link = fakeSubscriber([], {
        messages$: hot('--xd', {
          x: message('a', bytesOf(success('other', 1))),
          d: heard(metas.d),
        }),
        follow: () => Rx.of(foundAt('TooLarge')),
      });
      const consumer = consumerOver(Rx.concat(Rx.of(link), Rx.NEVER), scheduler, {
        read: () => fromSource(Rx.of(some$(success('other', 1)))),
      });
      expectObservable(consumer.consumeFrom('a')).toBe('---(d|)', metas);
    }));

  it('is nothing to who left, nor an error of the link', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const link = fakeSubscriber([], { follow: () => Rx.of(foundAt('TooLarge')) });
      const error = new ConnectionError('h:1', true, new Error('ECONNRESET'));
      const consumer = consumerOver(Rx.concat(Rx.of(link), Rx.NEVER), scheduler, {
        read: () => fromSource(cold<Value>('--#', undefined, error)),
      });
      expectObservable(consumer.connection$.pipe(Rx.map(brief))).toBe('(rc)', states);
      expectObservable(consumer.consumeFrom('a'), '^!').toBe('-');
    }));
});
