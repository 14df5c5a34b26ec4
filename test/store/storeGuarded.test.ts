import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { DecodeError, EncodeError, type ResultStoreError } from '../../src/errors/errors.js';
import { fromObservable, fromRun, toRun } from '../../src/operation/operation.js';
import type { StoreOutcome } from '../../src/port/commands.js';
import { type Stored, storeGuarded } from '../../src/store/storeGuarded.js';
import { failure, retry, success } from '../../src/testing/index.js';
import type { TaskMeta } from '../../src/wire/taskMeta.js';
import { marbles } from '../consumer/marbles.js';

const stored: StoreOutcome = { _tag: 'Stored', receivers: 2 };
const kept: StoreOutcome = { _tag: 'Kept' };
const holding = (held: string): StoreOutcome => ({
  _tag: 'Undecided',
  current: Buffer.from(held),
});

const metas: Readonly<Record<string, TaskMeta>> = {
  f: failure('a', 'ValueError'),
  r: retry('a', 'OSError'),
  d: success('a', 1),
};
const bad = new DecodeError('k', Buffer.from('?'), 'not a task meta');
const decode = (_: string, held: Buffer): E.Either<DecodeError, TaskMeta> => {
  const meta = metas[held.toString()];
  return meta === undefined ? E.left(bad) : E.right(meta);
};

/** Each outcome a frame after it is asked for, and what was expected of the key each time. */
const attempts = (outcomes: ReadonlyArray<StoreOutcome>) => {
  const expected: Array<string | undefined> = [];
  const store = (_: string, held?: Buffer): Rx.Observable<StoreOutcome> => {
    const outcome = outcomes[expected.length] ?? kept;
    expected.push(held?.toString());
    return Rx.timer(1).pipe(Rx.map(() => outcome));
  };
  return { expected, store };
};

const write = () => E.right('write');

const guard = (
  made: () => E.Either<ResultStoreError, string>,
  store: ReturnType<typeof attempts>['store'],
): Rx.Observable<Stored> =>
  fromRun(
    storeGuarded({
      write: made,
      store: (w: string, held) => toRun(fromObservable(store(w, held))),
      decode,
    })(undefined),
  );

describe('storeGuarded', () => {
  it('is done at once where the server can decide', () =>
    marbles(({ expectObservable, flush }) => {
      const [one, other] = [attempts([stored]), attempts([kept])];
      expectObservable(guard(write, one.store)).toBe('-(s|)', { s: stored });
      expectObservable(guard(write, other.store)).toBe('-(k|)', { k: kept });
      flush();
      expect([one.expected, other.expected]).toEqual([[undefined], [undefined]]);
    }));

  it('stores over what it has read, on the condition that it is still there', () =>
    marbles(({ expectObservable, flush }) => {
      const { store, expected } = attempts([holding('f'), stored]);
      expectObservable(guard(write, store)).toBe('--(s|)', { s: stored });
      flush();
      expect(expected).toEqual([undefined, 'f']);
    }));

  it('reads again as often as the key has changed meanwhile', () =>
    marbles(({ expectObservable, flush }) => {
      const { store, expected } = attempts([holding('f'), holding('r'), holding('f'), stored]);
      expectObservable(guard(write, store)).toBe('----(s|)', { s: stored });
      flush();
      expect(expected).toEqual([undefined, 'f', 'r', 'f']);
    }));

  it('keeps a SUCCESS that only it can read, also one that came meanwhile', () =>
    marbles(({ expectObservable, flush }) => {
      const { store, expected } = attempts([holding('f'), holding('d')]);
      expectObservable(guard(write, store)).toBe('--(k|)', { k: kept });
      flush();
      expect(expected).toEqual([undefined, 'f']);
    }));

  it('leaves there what is no meta, and fails with its DecodeError', () =>
    marbles(({ expectObservable, flush }) => {
      const { store, expected } = attempts([holding('?')]);
      expectObservable(guard(write, store)).toBe('-#', undefined, bad);
      flush();
      expect(expected).toEqual([undefined]);
    }));

  it('sends nothing where the write cannot be made, and makes it anew each time', () =>
    marbles(({ expectObservable, flush }) => {
      const { store, expected } = attempts([stored, stored]);
      const error = new EncodeError('$.result', 'has no form on the wire');
      let made = 0;
      const flaky = () => {
        made += 1;
        return made === 1 ? E.left(error) : E.right('write');
      };
      const guarded = guard(flaky, store);
      expectObservable(guarded).toBe('#', undefined, error);
      expectObservable(guarded, '-^').toBe('--(s|)', { s: stored });
      flush();
      expect([made, expected]).toEqual([2, [undefined]]);
    }));

  it('goes no further once it is unsubscribed from', () =>
    marbles(({ expectObservable, flush }) => {
      const { store, expected } = attempts([holding('f'), holding('r'), stored]);
      expectObservable(guard(write, store), '^-!').toBe('-');
      flush();
      expect(expected).toEqual([undefined, 'f']);
    }));
});
