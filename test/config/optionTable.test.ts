import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { improperlyConfigured } from '../../src/config/optionErrors.js';
import { exactly, nullable, or, withDefault } from '../../src/config/optionTable.js';
import { integer, text } from '../../src/config/optionTypes.js';

const level = exactly({
  size: withDefault(or(null, 0, integer(0)), 7),
  name: withDefault(nullable(text), null),
});

describe('exactly', () => {
  it('fills in the defaults, and gives back what it read', () => {
    expect(level.decode({})).toEqual(E.right({ size: 7, name: null }));
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.string()), (size, name) => {
        expect(level.decode(level.encode({ size, name }))).toEqual(E.right({ size, name }));
      }),
    );
  });

  it('does not take inherited names for options', () => {
    expect(level.decode({ toString: 1 })).toHaveProperty('_tag', 'Left');
    expect(level.decode(JSON.parse('{"__proto__": {"size": 1}}'))).toHaveProperty('_tag', 'Left');
  });

  it('leads to a nested option by its path', () => {
    const outer = exactly({ inner: level });
    const error = (u: unknown) => E.mapLeft(improperlyConfigured)(outer.decode(u));
    expect(error({ inner: { size: -1 } })).toMatchObject(E.left({ option: 'inner.size' }));
    expect(error({ inner: { weight: 1 } })).toMatchObject(E.left({ option: 'inner.weight' }));
  });
});

describe('or', () => {
  it('reads the literal as its meaning, and knows what it may have read', () => {
    const type = or(null, 'none', t.number);
    expect(type.decode(null)).toEqual(E.right('none'));
    expect(['none', 1, null].map(type.is)).toEqual([true, true, false]);
    expect([type.encode('none'), type.encode(1)]).toEqual([null, 1]);
  });
});
