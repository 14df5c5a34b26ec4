/**
 * The oldest TLS that is spoken: redis-py's `ssl_min_version`, Node's `minVersion`.
 *
 * Source: Python's `ssl.TLSVersion`.
 *
 * @since 0.1.0
 */

import type { SecureVersion } from 'node:tls';
import * as O from 'fp-ts/lib/Option.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * By the number that Python has for it, as in a URL (`771`), by Python's name
 * (`TLSv1_2`, `TLSVersion.TLSv1_2`), or by Node's (`TLSv1.2`).
 *
 * @category constructors
 * @since 0.1.0
 */
export const parseTlsVersion = (text: string): O.Option<SecureVersion> =>
  O.fromNullable(
    VERSIONS.find(([, ...names]) => names.includes(text.trim().replace(/^TLSVersion\./, '')))?.[0],
  );

/** Node has no SSLv3 (768). */
const VERSIONS: ReadonlyArray<readonly [SecureVersion, ...ReadonlyArray<string>]> = [
  ['TLSv1', 'TLSv1', '769', 'MINIMUM_SUPPORTED', '-2'],
  ['TLSv1.1', 'TLSv1.1', 'TLSv1_1', '770'],
  ['TLSv1.2', 'TLSv1.2', 'TLSv1_2', '771'],
  ['TLSv1.3', 'TLSv1.3', 'TLSv1_3', '772', 'MAXIMUM_SUPPORTED', '-1'],
];

/** In words. */
export const TLS_VERSIONS =
  'TLSv1.2 (771), TLSv1.3 (772), or the older TLSv1 (769) and TLSv1.1 (770)';
