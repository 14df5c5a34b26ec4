import type * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type AsyncResult,
  chord,
  GroupResult,
  join,
  joinSettled,
  type Operation,
  operation,
  RedisBackend,
  type ResultStoreError,
  type TaskException,
} from '../../src/index.js';
import { inStructure, leavesOf } from '../../src/result/members.js';

const backend = new RedisBackend({ url: 'memory://' });
const n = backend.asyncResult('n', t.number);
const s = backend.asyncResult('s', t.string);
const b = backend.asyncResult('b', t.boolean);

describe('the types of a join', () => {
  it('of a tuple is a tuple', () => {
    expectTypeOf(join([n, s])).toEqualTypeOf<Operation<readonly [number, string]>>();
    expectTypeOf(joinSettled([n, s])).toEqualTypeOf<
      Operation<readonly [E.Either<ResultStoreError, number>, E.Either<ResultStoreError, string>]>
    >();
  });

  it('of an array is an array', () => {
    const some: ReadonlyArray<AsyncResult<number>> = [n];
    expectTypeOf(join(some)).toEqualTypeOf<Operation<ReadonlyArray<number>>>();
    expectTypeOf(join([])).toEqualTypeOf<Operation<readonly []>>();
  });

  it('of groups is nested, to any depth', () => {
    const inner = backend.groupResult('i', [s, backend.groupResult('j', [b])]);
    expectTypeOf(join([n, inner])).toEqualTypeOf<
      Operation<readonly [number, readonly [string, readonly [boolean]]]>
    >();
    expectTypeOf(inner.join()).toEqualTypeOf<Operation<readonly [string, readonly [boolean]]>>();
    expectTypeOf(join(inner)).toEqualTypeOf<Operation<readonly [string, readonly [boolean]]>>();
  });

  it('has exceptions among the values where they are not propagated', () => {
    expectTypeOf(join([n], { propagate: false })).toEqualTypeOf<
      Operation<readonly [number | TaskException]>
    >();
    expectTypeOf(backend.groupResult('g', [n]).join({ propagate: false })).toEqualTypeOf<
      Operation<readonly [number | TaskException]>
    >();
  });

  it('are those that the body of a chord is given', () => {
    chord([n, s], ([size, name]) => {
      expectTypeOf(size).toEqualTypeOf<number>();
      expectTypeOf(name).toEqualTypeOf<string>();
      return [name];
    });
    chord(backend.groupResult('g', [n, s]), (values) => {
      expectTypeOf(values).toEqualTypeOf<readonly [number, string]>();
      return [];
    });
  });

  it('of what was restored are unknown', () => {
    const restored = operation.toPromise(GroupResult.restore(backend, 'g'));
    expectTypeOf(restored).resolves.toExtend<unknown>();
    const group: GroupResult = backend.groupResult('g', [n]);
    expectTypeOf(group.join()).toEqualTypeOf<Operation<ReadonlyArray<unknown>>>();
  });
});

describe('results', () => {
  const results = [n, backend.groupResult('i', [s, backend.groupResult('j', [b]), n]), s];

  it('have their tasks in the order in which they stand', () => {
    expect(leavesOf(results).map(({ id }) => id)).toEqual(['n', 's', 'b', 'n', 's']);
  });

  it('give their structure to a value for each task', () => {
    expect(inStructure(results, [1, 2, 3, 4, 5])).toEqual([1, [2, [3], 4], 5]);
    const flat = [1, 2];
    expect(inStructure([n, s], flat)).toBe(flat);
    expect(inStructure([backend.groupResult('empty', [])], [])).toEqual([[]]);
  });
});
