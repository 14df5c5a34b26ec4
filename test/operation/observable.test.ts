/**
 * What others ask to know an Observable. Each check is written as its owner has it, and
 * asked of an operation.
 */
import { firstValueFrom, from, isObservable, lastValueFrom, Observable, observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Closed } from '../../src/errors/errors.js';
import { fail, of } from '../../src/operation/operation.js';

type Unknown = Readonly<Record<PropertyKey, unknown>> | null | undefined;

const isFunction = (u: unknown): u is (...args: ReadonlyArray<unknown>) => unknown =>
  typeof u === 'function';

/** RxJS 7, which has to know those of another copy of itself; NestJS asks this too. */
const ofAnotherCopy = (u: Unknown): boolean => !!u && isFunction(u.lift) && isFunction(u.subscribe);

/** NestJS's router: `transformToResult` awaits the last value of what has a `subscribe`. */
const byNest = (u: Unknown): boolean => !!u && isFunction(u.subscribe);

/** RxJS 5 and 6, redux-observable, Apollo: interop by the symbol, or by its text. */
const byInterop = (u: Unknown): boolean => {
  const interop = u?.[observable];
  return isFunction(interop) && isFunction((Reflect.apply(interop, u, []) as Unknown)?.subscribe);
};

const checks = {
  "RxJS's isObservable": isObservable,
  "the isObservable of another copy's RxJS": ofAnotherCopy,
  "NestJS's look for subscribe": byNest,
  instanceof: (u: unknown) => u instanceof Observable,
  'interop by Symbol.observable': byInterop,
};

describe('an Operation passes for an Observable', () => {
  it.each(Object.entries(checks))('by %s', (_, check) => {
    expect(check(of(1) as never)).toBe(true);
    expect(check(fail(new Closed('backend')) as never)).toBe(true);
  });

  it('and is no promise, which some look for first', () => {
    expect('then' in of(1)).toBe(false);
  });

  it('to from, which takes it as it is', async () => {
    const op = of(1);
    expect(from(op)).toBe(op);
    expect(await firstValueFrom(from(op))).toBe(1);
  });

  it('to another copy of RxJS, which subscribes by the symbol with an observer of its own', () => {
    const heard: Array<unknown> = [];
    const interop = Reflect.get(of(1), observable);
    interop.call(of(1)).subscribe({
      next: (value: number) => heard.push(value),
      complete: () => heard.push('|'),
    });
    expect(heard).toEqual([1, '|']);
  });

  it('to operators that lift it', async () => {
    const lifted = of(1).lift({
      call: (observer, source) => source.subscribe(observer),
    });
    expect(await lastValueFrom(lifted)).toBe(1);
  });
});
