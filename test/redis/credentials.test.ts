import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../src/config/credentials.js';
import { assertValidity, renewing } from '../../src/redis/credentials.js';
import { marbles } from '../consumer/marbles.js';

/** Told with the error's own words. */
const told = Rx.catchError((error: Error) => Rx.throwError(() => error.message));

/** Gives these answers in turn, each as an Observable, since virtual time has no promises. */
const answering = (...answers: ReadonlyArray<Credentials | Error>) => {
  const rest = [...answers];
  const renew = () => {
    const next = rest.shift() ?? new Error('none left');
    return next instanceof Error ? Rx.throwError(() => next) : Rx.of(next);
  };
  // RxJS takes an Observable wherever it takes a promise
  return { renew: renew as unknown as () => Promise<Credentials>, rest };
};

const a: Credentials = { password: 'a', validFor: 0.01 };
const b: Credentials = { username: 'app', password: 'b', validFor: 0.005 };
const c: Credentials = { username: 'app', password: 'c' };
const refused = new Error('WRONGPASS');

describe('renewing', () => {
  it('asks again after four fifths of each validity', () =>
    marbles(({ expectObservable }, scheduler) => {
      const { renew } = answering(b, c);
      expectObservable(renewing(renew, a, scheduler)).toBe('a-------b---(c|)', { a, b, c });
    }));

  it('leaves credentials alone that hold for as long as the link', () =>
    marbles(({ expectObservable }, scheduler) => {
      const { renew, rest } = answering(a);
      expectObservable(renewing(renew, c, scheduler)).toBe('(c|)', { c });
      expect(rest).toEqual([a]);
    }));

  it('asks again where it fails, as long as the present ones hold', () =>
    marbles(({ expectObservable }, scheduler) => {
      const present = { password: 'a', validFor: 0.125 };
      const { renew } = answering(refused, refused, c);
      expectObservable(renewing(renew, present, scheduler)).toBe('a 109ms (c|)', {
        a: present,
        c,
      });
    }));

  it('fails once they are over, with what it has met last', () =>
    marbles(({ expectObservable }, scheduler) => {
      const present = { password: 'a', validFor: 0.125 };
      const { renew } = answering(...Array(5).fill(new Error('down')), refused);
      expectObservable(renewing(renew, present, scheduler).pipe(told)).toBe(
        'a 124ms #',
        { a: present },
        'WRONGPASS',
      );
    }));

  it('asks no more once it is unsubscribed from', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { renew, rest } = answering(b, c);
      expectObservable(renewing(renew, a, scheduler), '^---------!').toBe('a-------b', { a, b });
      flush();
      expect(rest).toEqual([c]);
    }));
});

describe('assertValidity', () => {
  it.each([0, -1, Number.NaN])('refuses what would be renewed without end: %s', (validFor) => {
    expect(() => assertValidity({ password: 'a', validFor })).toThrow(`validFor: ${validFor}`);
  });

  it.each([undefined, 0.001, Number.POSITIVE_INFINITY])('passes %s', (validFor) => {
    expect(() =>
      assertValidity({ password: 'a', ...(validFor !== undefined && { validFor }) }),
    ).not.toThrow();
  });
});
