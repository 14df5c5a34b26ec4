import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { addressText } from '../../src/config/address.js';
import { decodeConfig } from '../../src/config/config.js';

describe('addressText', () => {
  it.each([
    ['redis://:secret@example.com/0', 'example.com:6379'],
    ['redis://[::1]:7000/0', '[::1]:7000'],
    ['redis+socket://:secret@/run/redis.sock', '/run/redis.sock'],
    ['memory://', 'memory'],
  ])('of %s is %s', (url, expected) => {
    const found = pipe(
      decodeConfig({ url }),
      E.map(({ address }) => addressText(address)),
    );
    expect(found).toEqual(E.right(expected));
  });
});
