import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { MAX_VALUE_SIZE } from '../../src/config/options.js';
import { CommandTimeout, ConnectionError, ResponseError } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { settled } from '../../src/operation/run.js';
import { marbles, told } from '../consumer/marbles.js';
import { backendOver, flaky, noted, storeWith } from './backendOver.js';

describe('the commands of a backend', () => {
  it('read, write and delete what a key holds', () =>
    marbles(({ expectObservable }, scheduler) => {
      const store = memoryStore({ scheduler });
      const backend = backendOver(store, { scheduler, expires: 60 });
      const all$ = Rx.concat(
        backend.get('k'),
        backend.set('k', 'v'),
        Rx.defer(() => Rx.of(store.ttl('k'))),
        backend.get('k'),
        backend.mget(['k', 'none']),
        backend.mget([]),
        backend.expire('k', 5),
        Rx.defer(() => Rx.of(store.ttl('k'))),
        backend.expire('none', 5),
        backend.delete('k'),
        backend.delete('k'),
        backend.incr('n'),
        backend.incr('n'),
      );
      const v = O.some(Buffer.from('v'));
      expectObservable(all$.pipe(Rx.toArray())).toBe('(x|)', {
        x: [O.none, 0, 60, v, [v, O.none], [], true, 5, false, 1, 0, 1, 2],
      });
    }));

  it('set without an expiry where expires is 0 or null', () =>
    marbles(({ expectObservable }, scheduler) => {
      for (const expires of [0, null]) {
        const store = memoryStore({ scheduler });
        const backend = backendOver(store, { scheduler, expires });
        const ttl$ = Rx.from(backend.set('k', 'v')).pipe(Rx.map(() => store.ttl('k')));
        expectObservable(ttl$).toBe('(t|)', { t: -1 });
      }
    }));

  it('publish what they set, and tell how many heard', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const store = memoryStore({ scheduler });
      const backend = backendOver(store, { scheduler });
      const heard$ = store.subscriber$.pipe(
        Rx.mergeMap(({ messages$, follow }) => Rx.merge(messages$, Rx.from(follow(['k'])))),
        Rx.filter((one) => 'payload' in one),
        Rx.map(({ payload }) => String(payload)),
      );
      expectObservable(heard$).toBe('--v');
      expectObservable(cold('--x').pipe(Rx.mergeMap(() => backend.set('k', 'v')))).toBe('--1', {
        1: 1,
      });
    }));

  it('refuse a value over 512 MB at once, without sending it', () =>
    marbles(({ expectObservable }, scheduler) => {
      const { run, runs } = flaky(0, 1);
      const backend = backendOver(storeWith({ set: () => run }, scheduler), { scheduler });
      expectObservable(told(Rx.from(backend.set('k', Buffer.alloc(MAX_VALUE_SIZE + 1))))).toBe(
        '#',
        undefined,
        'ValueTooLarge: k: value too large for Redis backend (536870913 bytes, at most 536870912)',
      );
      expect(runs).toEqual([]);
    }));
});

describe('a lost connection', () => {
  it('is waited out by all that is harmless to run again', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { logger } = noted();
      const value = flaky(2, O.none);
      const values = flaky(2, []);
      const count = flaky(2, 1);
      const flag = flaky(2, true);
      const backend = backendOver(
        storeWith(
          {
            get: () => value.run,
            mget: () => values.run,
            set: () => count.run,
            delete: () => count.run,
            expire: () => flag.run,
          },
          scheduler,
        ),
        { scheduler, logger },
      );
      expectObservable(Rx.from(backend.get('k'))).toBe('1s (x|)', { x: O.none });
      expectObservable(Rx.from(backend.mget(['k']))).toBe('1s (x|)', { x: [] });
      expectObservable(Rx.from(backend.expire('k', 1))).toBe('1s (x|)', { x: true });
      expectObservable(Rx.from(backend.set('k', 'v'))).toBe('1s (x|)', { x: 1 });
      flush();
      expect([value.runs, values.runs, flag.runs, count.runs]).toEqual(Array(4).fill([1, 2, 3]));
    }));

  it('is waited out by incr only where the command surely was not sent', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { logger } = noted();
      const unsent = flaky(2, 7);
      const reset = flaky(2, 7, new ConnectionError('h:1', true, new Error('ECONNRESET')));
      const overdue = flaky(2, 7, new CommandTimeout('INCR', 'k', 10));
      const counters: Readonly<Record<string, typeof unsent>> = { unsent, reset, overdue };
      const backend = backendOver(
        storeWith({ incr: (key) => counters[key]?.run ?? settled(E.right(0)) }, scheduler),
        { scheduler, logger },
      );
      expectObservable(Rx.from(backend.incr('unsent'))).toBe('1s (x|)', { x: 7 });
      expectObservable(told(Rx.from(backend.incr('reset')))).toBe(
        '#',
        undefined,
        'ConnectionError: Redis at h:1: ECONNRESET',
      );
      expectObservable(told(Rx.from(backend.incr('overdue')))).toBe(
        '#',
        undefined,
        'CommandTimeout: INCR k: no reply within 10 s',
      );
      flush();
      expect([unsent.runs, reset.runs, overdue.runs]).toEqual([[1, 2, 3], [1], [1]]);
    }));

  it('is not confused with an error reply, which fails at once', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const refused = new ResponseError('WRONGTYPE', 'GET', 'k', new Error('WRONGTYPE'));
      const { run, runs } = flaky(1, O.none, refused);
      const backend = backendOver(storeWith({ get: () => run }, scheduler), { scheduler });
      expectObservable(Rx.from(backend.get('k'))).toBe('#', undefined, refused);
      flush();
      expect(runs).toEqual([1]);
    }));
});
