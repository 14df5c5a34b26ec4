import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { tlsCiphers } from '../../src/config/tlsCiphers.js';

describe('tlsCiphers', () => {
  it('keeps the suites of TLS 1.3 beside a list that names none, as Python does', () => {
    expect(tlsCiphers('HIGH:!aNULL')).toEqual(
      E.right(
        'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:HIGH:!aNULL',
      ),
    );
    expect(tlsCiphers('TLS_AES_128_GCM_SHA256:HIGH')).toEqual(
      E.right('TLS_AES_128_GCM_SHA256:HIGH'),
    );
  });

  it('refuses a list of which OpenSSL knows none', () => {
    expect(tlsCiphers('ROT13')).toMatchObject(
      E.left({ _tag: 'ImproperlyConfigured', option: 'ssl_ciphers' }),
    );
  });
});
