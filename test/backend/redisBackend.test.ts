import { TLSSocket } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { ImproperlyConfigured } from '../../src/errors/errors.js';
import { ConnectionPool, Redis } from '../../src/redis/pool.js';
import { failure, progress, revoked, success, testBackend } from '../../src/testing/index.js';
import { channelOf, marbles, told } from '../consumer/marbles.js';

describe('RedisBackend', () => {
  it('has the attributes of Celery', () => {
    const backend = new RedisBackend({ url: 'redis://:secret@localhost:1/3', maxConnections: 5 });
    expect(backend.redis).toBe(Redis);
    expect(backend.connectionClassSsl).toBe(TLSSocket);
    expect(backend.ConnectionPool).toBe(ConnectionPool);
    expect([backend.supportsAutoexpire, backend.supportsNativeJoin]).toEqual([true, true]);
    expect(backend.maxConnections).toBe(5);
  });

  it('hides the password of its URL unless asked', () => {
    const backend = new RedisBackend({ url: 'redis://:secret@localhost:1/3' });
    expect(backend.asUri()).toBe('redis://:**@localhost:1/3');
    expect(backend.asUri(true)).toBe('redis://:secret@localhost:1/3');
  });

  it('throws for options that cannot work, and for the client of memory://', () => {
    expect(() => new RedisBackend({ url: 'ftp://h' })).toThrow(ImproperlyConfigured);
    expect(() => new RedisBackend(null as never)).toThrow(ImproperlyConfigured);
    const backend = new RedisBackend({ url: 'memory://' });
    expect(() => backend.client).toThrow('memory:// has no Redis client');
  });

  it('is disposed of by await using', async () => {
    let seen: RedisBackend;
    {
      await using backend = new RedisBackend({ url: 'memory://' });
      seen = backend;
      expect(await backend.markAsDone('a', 1)()).toEqual(E.right(undefined));
    }
    expect(await seen.getState('a')()).toMatchObject({ left: { _tag: 'Closed' } });
  });

  it('completes every stream and drops every link when it is closed, and is Closed then', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('--|');
      const waiting = backend.asyncResult('a').get();
      expectObservable(told(waiting)).toBe('--#', undefined, 'Closed: The backend is closed');
      const close$ = cold('--x').pipe(Rx.mergeMap(() => backend.close()));
      expectObservable(close$).toBe('--x', { x: undefined });
      expectObservable(told(Rx.from(backend.getState('a'))), '---^').toBe(
        '---#',
        undefined,
        'Closed: The backend is closed',
      );
      expectSubscriptions(backend.watched('a')).toBe('^-!');
    }));
});

describe('getMany', () => {
  const metas = {
    p: progress('a', 1),
    a: success('a', 1),
    b: failure('b', 'ValueError'),
    c: revoked('c'),
  };
  const pairs = {
    a: ['a', E.right(metas.a)],
    b: ['b', E.right(metas.b)],
    c: ['c', E.right(metas.c)],
  };

  it('gives each as it becomes ready, and completes with the last', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('c^pb--a', metas);
      expectObservable(backend.getMany(['a', 'b', 'c'])).toBe('c-b--(a|)', pairs);
      expectSubscriptions(backend.watched('a')).toBe('^----!');
      expectSubscriptions(backend.watched('b')).toBe('^-!');
      expectSubscriptions(backend.watched('c')).toBe('(^!)');
    }));

  it('refuses options and a codec that are null, and does not throw', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('a', metas);
      const none = null as never;
      const tag = Rx.catchError((error) => Rx.of(error._tag));
      const results = Rx.map(
        ([, result]: readonly [string, E.Either<{ _tag: string }, unknown>]) =>
          E.isLeft(result) ? result.left._tag : 'none',
      );
      const is = { i: 'InvalidArgument' };
      expectObservable(backend.getMany(['a'], undefined, none).pipe(tag)).toBe('(i|)', is);
      expectObservable(backend.getMany(['a'], none).pipe(results)).toBe('(i|)', is);
    }));

  it('tells an id that is given twice once', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('--a', metas);
      expectObservable(backend.getMany(['a', 'a'])).toBe('--(a|)', pairs);
    }));

  it('ends the id alone whose stream fails, is cancelled, or is no id', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-----b', metas);
      const deeds$ = cold<Rx.Observable<unknown>>('-gf', {
        g: Rx.defer(() => backend.set(channelOf('a'), 'not json')),
        f: Rx.defer(() => backend.forget('c')),
      });
      expectObservable(deeds$.pipe(Rx.mergeAll(), Rx.ignoreElements())).toBe('-');
      const briefly = Rx.map(([id, result]: readonly [string, E.Either<Error, unknown>]) =>
        E.isLeft(result) ? [id, result.left.name] : [id],
      );
      expectObservable(backend.getMany(['a', '', 'b', 'c']).pipe(briefly)).toBe('eac--(b|)', {
        e: ['', 'InvalidArgument'],
        a: ['a', 'DecodeError'],
        c: ['c', 'ResultCancelled'],
        b: ['b'],
      });
      expectSubscriptions(backend.watched('b')).toBe('^----!');
    }));

  it('ends every id with Closed where the backend is closed', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const closed = (id: string) => [id, E.left(expect.objectContaining({ _tag: 'Closed' }))];
      const close$ = cold('--x').pipe(Rx.mergeMap(() => backend.close()));
      expectObservable(close$.pipe(Rx.ignoreElements())).toBe('-');
      expectObservable(backend.getMany(['a', 'b'])).toBe('--(ab|)', {
        a: closed('a'),
        b: closed('b'),
      });
    }));

  it('ends every id where the retry policy is spent', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { retryPolicy: { maxRetries: 0 } });
      backend.down('-^');
      const ended = (id: string) => [
        id,
        E.left(expect.objectContaining({ _tag: 'RetryLimitExceeded' })),
      ];
      expectObservable(backend.getMany(['a', 'b'])).toBe('-(ab|)', {
        a: ended('a'),
        b: ended('b'),
      });
    }));

  it('completes at once for none, and leaves all when it is left', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(backend.getMany([])).toBe('|');
      expectObservable(backend.getMany(new Set(['a', 'b'])), '^--!').toBe('-');
      expectSubscriptions(backend.watched('a')).toBe('^--!');
      expectSubscriptions(backend.watched('b')).toBe('^--!');
    }));
});

describe('asyncResult', () => {
  it('is of the type of its codec', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    await backend.markAsDone('a', 5)();
    const sum: E.Either<unknown, number> = await backend.asyncResult('a', t.number).get()();
    expect(sum).toEqual(E.right(5));
    expect(await backend.asyncResult('a', t.string).get()()).toMatchObject({
      left: { _tag: 'InvalidResult', taskId: 'a', value: 5 },
    });
    expect(await backend.asyncResult('a').get()()).toEqual(E.right(5));
  });
});

describe('markAsStarted', () => {
  it('stores what the request says, as the other marks do', async () => {
    await using backend = new RedisBackend({ url: 'memory://', resultExtended: true });
    const request = { id: 'a', task: 'proj.add', args: [2, 3], group: 'g' };
    await backend.markAsStarted('a', { pid: 17 }, { request })();
    expect(await backend.getTaskMeta('a')()).toMatchObject({
      right: { status: 'STARTED', result: { pid: 17 }, name: 'proj.add', groupId: 'g' },
    });
  });
});
