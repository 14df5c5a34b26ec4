import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { toUrl } from '../../src/config/uri.js';
import { splitUrl } from '../../src/config/urlParts.js';

/** Text of whole code points: a lone surrogate has no bytes to encode. */
const unicode = fc.string({ unit: 'binary', minLength: 1 });

const hosts = fc.constantFrom('localhost', 'redis.example.com', '::1', 'fe80::1%Eth0', '10.0.0.1');

describe('splitUrl', () => {
  it('gives back any credentials that were percent-encoded', () => {
    fc.assert(
      fc.property(unicode, unicode, (username, password) => {
        const url = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@h/0`;
        expect(splitUrl(url)).toMatchObject(E.right({ username, password, host: 'h', path: '0' }));
      }),
    );
  });

  it('takes apart what toUrl put together', () => {
    const credential = fc.option(unicode);
    fc.assert(
      fc.property(
        ...[credential, credential, hosts, fc.integer({ min: 1, max: 65535 }), fc.nat()],
        (username, password, host, port, db) => {
          const url = toUrl({ scheme: 'redis', username, password, host, port, db });
          expect(splitUrl(url)).toEqual(
            E.right({ scheme: 'redis', username, password, host, port, path: `${db}`, query: {} }),
          );
        },
      ),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(splitUrl(`redis://${text}`)).toHaveProperty('_tag');
      }),
    );
  });

  it('drops blank parameters, keeps the last of a repeated one, and reads + as a space', () => {
    expect(splitUrl('redis://h/0?a=&b=1&b=2&c=x+y%2B#f')).toMatchObject(
      E.right({ query: { b: '2', c: 'x y+' } }),
    );
  });

  it('takes __proto__ in the query as a name like any other', () => {
    expect(splitUrl('redis://h/0?__proto__=x')).toMatchObject(E.right({ host: 'h' }));
    expect(Object.prototype).not.toHaveProperty('x');
  });
});
