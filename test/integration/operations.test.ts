import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  concatMap,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  mergeMap,
  Observable,
  of,
  tap,
  toArray,
} from 'rxjs';
import { expect, it } from 'vitest';
import type { Operation } from '../../src/index.js';
import { describeRedis } from './redisServer.js';
import { keyOf, onRedis, right } from './scenario.js';

const text = O.match(
  () => 'none',
  (bytes: Buffer) => bytes.toString(),
);

/** One operation, run in each of the ways that it can be used. */
const inEachWay = <A, B>(
  operation: Operation<A>,
  f: (a: A) => B,
): Promise<ReadonlyArray<E.Either<unknown, B>>> => {
  const settled = (source: Observable<A>): Promise<E.Either<unknown, B>> =>
    firstValueFrom(source.pipe(map(f))).then(
      (b) => E.right(b),
      (error) => E.left(error),
    );
  return Promise.all([
    pipe(operation, TE.map(f))(),
    settled(from(operation)),
    settled(operation.pipe(tap())),
    settled(of(1).pipe(mergeMap(() => operation))),
    settled(of(1).pipe(concatMap(() => operation))),
    settled(new Observable((observer) => operation.subscribe(observer))),
  ]);
};

describeRedis('an operation', () => {
  it('gives the same answer in fp-ts and in RxJS', () =>
    onRedis(async ({ backend }) => {
      const one = backend();
      await right(one.set('key', 'value'));
      expect(await inEachWay(one.get('key'), text)).toEqual(Array(6).fill(E.right('value')));
      expect(await inEachWay(one.get('none'), text)).toEqual(Array(6).fill(E.right('none')));
    }));

  it('and the same error value', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend();
      await server.admin.lpush('list', 'item');
      const outcomes = await inEachWay(one.get('list'), text);
      const [first] = outcomes;
      expect(first).toMatchObject(
        E.left({ _tag: 'ResponseError', code: 'WRONGTYPE', command: 'GET', key: 'list' }),
      );
      expect(outcomes).toEqual(Array(6).fill(first));
    }));

  it('is what mergeMap takes', () =>
    onRedis(async ({ backend }) => {
      const one = backend();
      await right(one.storeResult('a', 42, 'SUCCESS'));
      const statuses$ = from(['a', 'b']).pipe(
        mergeMap((id) => one.getTaskMeta(id)),
        map(({ taskId, status }) => `${taskId} ${status}`),
        toArray(),
      );
      expect((await lastValueFrom(statuses$)).toSorted()).toEqual(['a SUCCESS', 'b PENDING']);
    }));

  it('runs again each time', () =>
    onRedis(async ({ server, backend }) => {
      const count = backend().incr('n');
      expect(await server.admin.exists('n')).toBe(0);
      expect([await right(count), await firstValueFrom(from(count)), await right(count)]).toEqual([
        1, 2, 3,
      ]);
      expect(await server.admin.exists(keyOf('n'))).toBe(0);
    }));
});
