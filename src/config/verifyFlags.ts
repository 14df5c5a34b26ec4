/**
 * How strictly a chain of certificates is verified: redis-py's `ssl_include_verify_flags`
 * and `ssl_exclude_verify_flags`, as far as Node has a say in it.
 *
 * Source: Python's `ssl.VerifyFlags`; `parse_ssl_verify_flags` of redis-py.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ImproperlyConfigured } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Whether Node sets the flag by itself, and whether it can be told otherwise. */
type Say = 'always' | 'never' | 'on demand';

const FLAGS: ReadonlyMap<string, Say> = new Map([
  // no flag at all
  ['VERIFY_DEFAULT', 'on demand'],
  // since OpenSSL 1.1 chains are built from what is trusted first
  ['VERIFY_X509_TRUSTED_FIRST', 'always'],
  ['VERIFY_X509_PARTIAL_CHAIN', 'on demand'],
  ['VERIFY_X509_STRICT', 'never'],
  ['VERIFY_ALLOW_PROXY_CERTS', 'never'],
  ['VERIFY_CRL_CHECK_LEAF', 'never'],
  ['VERIFY_CRL_CHECK_CHAIN', 'never'],
]);

const PARTIAL_CHAIN = 'VERIFY_X509_PARTIAL_CHAIN';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Whether a chain may end in a trusted certificate that is no root, which is all that Node
 * can be told. Fails for a flag that would make it stricter or laxer than it can be.
 *
 * @category constructors
 * @since 0.1.0
 */
export const partialChain = (
  included: ReadonlyArray<string>,
  excluded: ReadonlyArray<string>,
): E.Either<ImproperlyConfigured, boolean> => {
  const wrong =
    problem('ssl_include_verify_flags', included, 'never') ??
    problem('ssl_exclude_verify_flags', excluded, 'always');
  return wrong === undefined
    ? E.right(included.includes(PARTIAL_CHAIN) && !excluded.includes(PARTIAL_CHAIN))
    : E.left(wrong);
};

const problem = (
  option: string,
  flags: ReadonlyArray<string>,
  impossible: Say,
): ImproperlyConfigured | undefined => {
  const unknown = flags.find((flag) => !FLAGS.has(flag));
  if (unknown !== undefined) {
    return new ImproperlyConfigured(option, `Invalid ssl verify flag: ${unknown}`);
  }
  const beyond = flags.find((flag) => FLAGS.get(flag) === impossible);
  return beyond === undefined
    ? undefined
    : new ImproperlyConfigured(option, `Node cannot ${VERB[impossible]} ${beyond}`);
};

const VERB: Readonly<Record<Say, string>> = {
  never: 'set',
  always: 'clear',
  'on demand': 'set',
};

/**
 * Names as the query of a URL lists them: with commas between, in brackets or not.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parseVerifyFlags = (text: string): ReadonlyArray<string> =>
  text
    .replace(/[[\]]/g, '')
    .split(',')
    .map((flag) => flag.trim());
