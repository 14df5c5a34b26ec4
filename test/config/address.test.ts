import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { address } from '../../src/config/address.js';
import { decodeOptions } from '../../src/config/options.js';
import { connectionParameters } from '../../src/config/url.js';

describe('address', () => {
  it.each([
    ['redis://:secret@example.com/0', 'example.com:6379'],
    ['redis://[::1]:7000/0', '[::1]:7000'],
    ['redis+socket://:secret@/run/redis.sock', '/run/redis.sock'],
    ['memory://', 'memory'],
  ])('of %s is %s', (url, expected) => {
    const found = pipe(decodeOptions({ url }), E.chain(connectionParameters), E.map(address));
    expect(found).toEqual(E.right(expected));
  });
});
