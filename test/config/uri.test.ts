import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { toUrl, type Uri, uriOf } from '../../src/config/uri.js';
import { quote } from '../../src/config/uriComponent.js';
import { splitUrl } from '../../src/config/urlParts.js';

/** Text of whole code points: a lone surrogate has no bytes to encode. */
const unicode = fc.string({ unit: 'binary', minLength: 1 });

const hosts = fc.constantFrom('localhost', 'redis.example.com', '::1', 'fe80::1%Eth0', '10.0.0.1');

const of = (url: string): Uri | undefined => {
  const parts = splitUrl(url);
  return E.isRight(parts) ? uriOf(url, parts.right) : undefined;
};

describe('uriOf', () => {
  it('never shows the password unless asked to', () => {
    const marked = unicode.map((text) => `<${text}>`);
    fc.assert(
      fc.property(fc.option(unicode), marked, hosts, (username, password, host) => {
        const url = toUrl({ scheme: 'rediss', username, password, host, port: 6379, db: 0 });
        for (const secret of [password, quote(password)]) {
          expect(of(`${url}?password=${quote(password)}`)?.shown).not.toContain(secret);
        }
        expect(of(url)?.shown).toContain(':**@');
        expect(of(url)?.full).toBe(url);
      }),
    );
  });
});
