import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { timeToLive } from '../../src/config/optionTypes.js';

describe('timeToLive', () => {
  it('is a whole number of seconds, 0 or more, for any number that is not negative', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (seconds) => {
        expect(timeToLive.decode(seconds)).toEqual(E.right(Math.floor(seconds)));
      }),
    );
    expect(timeToLive.decode(-0.5)).toEqual(E.right(0));
  });
});
