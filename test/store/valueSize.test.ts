import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { MAX_VALUE_SIZE } from '../../src/config/options.js';
import { withinLimit } from '../../src/store/valueSize.js';

describe('withinLimit', () => {
  it('passes what a Redis string can hold, to the byte', () => {
    const most = Buffer.alloc(MAX_VALUE_SIZE);
    expect(E.isRight(withinLimit('k', most))).toBe(true);
    expect(withinLimit('k', 'short')).toEqual(E.right('short'));
  });

  it('refuses one byte more, and tells the size and the limit', () => {
    expect(withinLimit('k', Buffer.alloc(MAX_VALUE_SIZE + 1))).toMatchObject({
      left: { _tag: 'ValueTooLarge', key: 'k', bytes: MAX_VALUE_SIZE + 1, limit: MAX_VALUE_SIZE },
    });
  });

  it('counts bytes, not characters', () => {
    const euros = '€'.repeat(MAX_VALUE_SIZE / 3 + 1);
    expect(withinLimit('k', euros)).toMatchObject({ left: { _tag: 'ValueTooLarge' } });
    const ascii = 'x'.repeat(MAX_VALUE_SIZE / 2);
    expect(E.isRight(withinLimit('k', ascii))).toBe(true);
  });
});
