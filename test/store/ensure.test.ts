import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError, UnexpectedError } from '../../src/errors/errors.js';
import { fromRun, of } from '../../src/operation/operation.js';
import { type Effect, fromEffect } from '../../src/store/ensure.js';

const refused = new ConnectionError('localhost:6379', false, new Error('ECONNREFUSED'));

// biome-ignore lint/suspicious/noThenProperty: it is what makes it a thenable
const thenableOf = (u: unknown) => ({ then: (take: (a: unknown) => void) => take(u) });

const thenable = thenableOf(5) as PromiseLike<number>;

/** Runs what the function gives, as `ensure` does. */
const effect = <A>(fun: () => Effect<A>) => fromRun(fromEffect(fun));

describe('fromEffect', () => {
  const effects: ReadonlyArray<readonly [string, () => Effect<unknown>]> = [
    ['a value', () => 5],
    ['a promise', () => Promise.resolve(5)],
    ['any thenable', () => thenable],
    ['an Observable', () => Rx.of(5)],
    ['the first of several values', () => Rx.of(5, 6)],
    ['an Operation', () => of(5)],
    ['a TaskEither', () => TE.right(5)],
    ['a thenable of a promise', () => thenableOf(Promise.resolve(5))],
  ];

  it.each(effects)('gives what the function returned: %s', async (_, fun) => {
    expect(await effect(fun)()).toEqual(E.right(5));
    expect(await Rx.firstValueFrom(effect(fun))).toBe(5);
  });

  const failures: ReadonlyArray<readonly [string, () => Effect<unknown>]> = [
    ['a rejected promise', () => Promise.reject(refused)],
    ['an Observable', () => Rx.throwError(() => refused)],
    ['a TaskEither', () => TE.left(refused)],
    [
      'the function itself',
      () => {
        throw refused;
      },
    ],
  ];

  it.each(failures)('fails with what the function failed with: %s', async (_, fun) => {
    expect(await effect(fun)()).toEqual(E.left(refused));
  });

  it('takes a null for a value, and an error of no store for an UnexpectedError', async () => {
    expect(await effect(() => null)()).toEqual(E.right(null));
    expect(
      await effect(() => {
        throw new TypeError('a bug');
      })(),
    ).toEqual(E.left(new UnexpectedError(new TypeError('a bug'))));
  });

  it.each([[undefined], [null], [5], [{}]])(
    'fails where a task gives no Either but %s',
    async (u) => {
      const task = (async () => u) as unknown as TE.TaskEither<never, number>;
      expect(await effect(() => task)()).toEqual(
        E.left(new UnexpectedError('the task gave no Either')),
      );
    },
  );

  it('calls the function anew each time, and not before', async () => {
    let calls = 0;
    const counted = effect(() => {
      calls += 1;
      return calls;
    });
    expect(calls).toBe(0);
    expect([await counted(), await counted()]).toEqual([E.right(1), E.right(2)]);
  });
});
