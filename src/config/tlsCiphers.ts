/**
 * The ciphers that may be used: redis-py's `ssl_ciphers`, Node's `ciphers`.
 *
 * @since 0.1.0
 */

import { createSecureContext } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import { ImproperlyConfigured } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * In OpenSSL's notation. Python's `set_ciphers` is about TLS 1.2 and below and leaves the
 * suites of TLS 1.3 alone; Node would do without TLS 1.3 where none of its suites is
 * named, so they are added there. Fails where OpenSSL knows no cipher of the list.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tlsCiphers = (list: string): E.Either<ImproperlyConfigured, string> => {
  const ciphers = /(^|:)TLS_/.test(list) ? list : `${TLS13}:${list}`;
  return E.tryCatch(
    () => {
      createSecureContext({ ciphers });
      return ciphers;
    },
    (thrown) =>
      new ImproperlyConfigured('ssl_ciphers', `OpenSSL refuses them: ${E.toError(thrown).message}`),
  );
};

const TLS13 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
