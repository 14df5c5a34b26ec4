import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as Rx from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { ResultStoreError } from '../../src/errors/errors.js';
import type { TaskException } from '../../src/errors/taskException.js';
import type { AsyncResult } from '../../src/result/asyncResult.js';
import type { StandardSchema } from '../../src/result/codec.js';
import type { OwnState, TypedMeta } from '../../src/result/typedMeta.js';
import * as python from '../../src/serialization/python.js';
import { isReady, type KnownState, type ReadyState, type State } from '../../src/states.js';
import {
  meta,
  progress,
  retry,
  revoked,
  started,
  success,
  testBackend,
} from '../../src/testing/index.js';
import { pythonException } from '../../src/wire/exception.js';
import type { TaskMeta } from '../../src/wire/taskMeta.js';
import { marbles, told } from '../consumer/marbles.js';

const Done = z.object({ done: z.number() });

/** A schema that takes as many frames as the value is large. */
const slowly = (scheduler: Rx.SchedulerLike): StandardSchema<number> => ({
  '~standard': {
    version: 1,
    vendor: 'slow',
    validate: (value) => {
      const validated =
        typeof value === 'number' ? { value } : { issues: [{ message: `no number: ${value}` }] };
      // a thenable in virtual time
      return {
        // biome-ignore lint/suspicious/noThenProperty: that is what a promise is
        then: (resolve: (validated: unknown) => void) =>
          scheduler.schedule(() => resolve(validated), Number(value) || 0),
      } as unknown as Promise<never>;
    },
  },
});

describe('meta$ with codecs', () => {
  it('tells each state as its codec reads it, and the others as they are', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const read = {
        s: started('a'),
        p: progress('a', { done: 1 }),
        r: retry('a', 'OSError'),
        d: success('a', 42),
      };
      backend.stored('-s-p-r-d', { ...read, p: progress('a', { done: 1, more: true }) });
      const { meta$ } = backend.asyncResult('a', { result: t.number, progress: Done });
      expect(meta$.key).toBe('a');
      expectObservable(meta$).toBe('-s-p-r-(d|)', read);
    }));

  it('is shown by JSON.stringify, though a codec has made a bigint', () => {
    const shown: Array<string> = [];
    marbles((_, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-d', { d: success('a', { n: 5 }) });
      const { meta$ } = backend.asyncResult('a', t.type({ n: python.int }));
      meta$.subscribe((read) => shown.push(JSON.stringify(read)));
    });
    expect(shown).toEqual([expect.stringContaining('"result":{"n":"5"}')]);
  });

  it('fails with an InvalidResult where a codec refuses, and leaves the channel', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const p = progress('a', { done: 'all' });
      backend.stored('-s-p-d', { s: started('a'), p, d: success('a', 42) });
      const { meta$ } = backend.asyncResult('a', { progress: Done });
      expectObservable(told(meta$)).toBe(
        '-s-#',
        { s: started('a') },
        'InvalidResult: Task a: Invalid value, an object, refused by its zod schema at $.done',
      );
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));

  it('keeps the order, though a schema takes its time', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const metas = { p: progress('a', 4), q: progress('a', 1), d: success('a', 2) };
      backend.stored('-pqd', metas);
      const number = slowly(scheduler);
      const { meta$ } = backend.asyncResult('a', { result: number, progress: number });
      expectObservable(meta$).toBe('-----pq-(d|)', metas);
    }));

  it('makes an exception of what else a failure may hold, but leaves a retry without a reason', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-rf', { r: meta('a', 'RETRY', null), f: meta('a', 'FAILURE', 'odd') });
      const { meta$ } = backend.asyncResult('a', t.number);
      expectObservable(meta$.pipe(Rx.map(({ result }) => result))).toBe('-r(f|)', {
        r: null,
        f: pythonException('Exception', ['odd']),
      });
    }));
});

describe('get with a schema', () => {
  it('is what the schema makes of the value', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-d', { d: success('a', '7') });
      expectObservable(backend.asyncResult('a', z.coerce.number()).get()).toBe('-(x|)', { x: 7 });
    }));

  it('waits for a schema that takes its time, unless it is unsubscribed from', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-d', { d: success('a', 3) });
      const result = backend.asyncResult('a', slowly(scheduler));
      expectObservable(result.get()).toBe('----(x|)', { x: 3 });
      expectObservable(result.get(), '^--!').toBe('----');
    }));

  it('is an InvalidResult where an asynchronous one refuses', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-d', { d: success('a', 'three') });
      expectObservable(told(backend.asyncResult('a', slowly(scheduler)).get())).toBe(
        '-#',
        undefined,
        'InvalidResult: Task a: Invalid value, a string, refused by its slow schema at $',
      );
    }));
});

describe('getMany with a codec', () => {
  it('gives typed metas, and a Left for what the codec refuses', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const metas = { a: success('a', 1), b: success('b', 'one'), c: revoked('c') };
      backend.stored('-abc', metas);
      const brief = Rx.map(
        ([id, read]: readonly [string, E.Either<ResultStoreError, TaskMeta>]) =>
          `${id} ${E.isLeft(read) ? read.left._tag : read.right.status}`,
      );
      expectObservable(backend.getMany(['a', 'b', 'c'], t.number).pipe(brief)).toBe('-ab(c|)', {
        a: 'a SUCCESS',
        b: 'b InvalidResult',
        c: 'c REVOKED',
      });
    }));
});

describe('the types', () => {
  const narrowed = (meta: TypedMeta<number, { done: number }>): void => {
    switch (meta.status) {
      case 'SUCCESS':
        expectTypeOf(meta.result).toEqualTypeOf<number>();
        break;
      case 'FAILURE':
      case 'REVOKED':
        expectTypeOf(meta.result).toEqualTypeOf<TaskException>();
        break;
      case 'RETRY':
        expectTypeOf(meta.result).toEqualTypeOf<TaskException | null>();
        break;
      case 'STARTED':
        expectTypeOf(meta.result).toEqualTypeOf<unknown>();
        break;
      case 'PROGRESS':
        expectTypeOf(meta.result).toEqualTypeOf<{ done: number }>();
        break;
      // @ts-expect-error no such state
      case 'SUCESS':
        break;
      case 'PENDING':
      case 'RECEIVED':
      case 'REJECTED':
      case 'IGNORED':
        break;
      default:
        expectTypeOf(meta.status).toEqualTypeOf<OwnState>();
        expectTypeOf(meta.result).toEqualTypeOf<{ done: number }>();
    }
    if (meta.status === 'SUCCESS') expectTypeOf(meta.result).toEqualTypeOf<number>();
  };

  it('narrow a meta by its status', () => {
    expect(() => narrowed(success('a', 1) as TypedMeta<number, { done: number }>)).not.toThrow();
    expectTypeOf<TypedMeta<number>>().toExtend<TaskMeta>();
  });

  it('follow from the codecs', () =>
    marbles((_, scheduler) => {
      const backend = testBackend(scheduler);
      expectTypeOf(backend.asyncResult('a')).toEqualTypeOf<AsyncResult<unknown, TaskMeta>>();
      const io = backend.asyncResult('a', t.number);
      expectTypeOf(io).toEqualTypeOf<AsyncResult<number, TypedMeta<number, unknown>>>();
      expectTypeOf(io).toExtend<AsyncResult<number>>();
      expectTypeOf(io).toExtend<AsyncResult>();
      const both = backend.asyncResult('a', { result: z.string(), progress: t.number });
      expectTypeOf(both).toEqualTypeOf<AsyncResult<string, TypedMeta<string, number>>>();
      const many = backend.getMany(['a'], Done);
      type Given = Rx.ObservedValueOf<typeof many>;
      type Right = Extract<Given[1], { readonly _tag: 'Right' }>['right'];
      expectTypeOf<Right['status']>().toEqualTypeOf<ReadyState>();
      expectTypeOf<Extract<Right, { status: 'SUCCESS' }>['result']>().toEqualTypeOf<{
        done: number;
      }>();
      // @ts-expect-error neither a codec nor two
      backend.asyncResult('a', { reslut: t.number });
    }));

  it('complete the known states, and take any other', () => {
    expectTypeOf<KnownState>().toExtend<State>();
    expectTypeOf<string>().toExtend<State>();
    const state: State = 'PROGRESS';
    // @ts-expect-error a ready state is meant
    expect(isReady(state) && state === 'SUCESS').toBe(false);
  });

  it('take what the Standard Schema says is one', () => {
    expectTypeOf<StandardSchemaV1<unknown, number>>().toExtend<StandardSchema<number>>();
    expectTypeOf<StandardSchemaV1<string, number>>().toExtend<StandardSchema<number>>();
    expectTypeOf<StandardSchema<number>>().toExtend<StandardSchemaV1<unknown, number>>();
  });
});
