import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { optionalPeer } from '../../src/serialization/optionalPeer.js';

describe('optionalPeer', () => {
  it('says how to install what is missing', () => {
    expect(optionalPeer('no-such-package-here')()).toEqual(
      E.left('this needs a package that is not installed; run: npm install no-such-package-here'),
    );
  });

  it('loads what is there, once', () => {
    const peer = optionalPeer<typeof import('yaml')>('yaml');
    expect(peer()).toHaveProperty('right');
    expect(peer()).toBe(peer());
  });
});
