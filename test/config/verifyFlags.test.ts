import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parseVerifyFlags, partialChain } from '../../src/config/verifyFlags.js';

describe('partialChain', () => {
  it('tells whether a chain may end in what is no root', () => {
    const flag = 'VERIFY_X509_PARTIAL_CHAIN';
    expect(partialChain([], [])).toEqual(E.right(false));
    expect(partialChain([flag, 'VERIFY_DEFAULT'], [])).toEqual(E.right(true));
    expect(partialChain([flag], [flag])).toEqual(E.right(false));
  });

  it('takes what Node does anyway for granted', () => {
    expect(partialChain(['VERIFY_X509_TRUSTED_FIRST'], ['VERIFY_X509_STRICT'])).toEqual(
      E.right(false),
    );
  });

  it.each([
    [
      ['VERIFY_CRL_CHECK_LEAF'],
      [],
      'ssl_include_verify_flags: Node cannot set VERIFY_CRL_CHECK_LEAF',
    ],
    [
      [],
      ['VERIFY_X509_TRUSTED_FIRST'],
      'ssl_exclude_verify_flags: Node cannot clear VERIFY_X509_TRUSTED_FIRST',
    ],
    [['constructor'], [], 'ssl_include_verify_flags: Invalid ssl verify flag: constructor'],
  ])('refuses to include %j and exclude %j', (included, excluded, message) => {
    expect(partialChain(included, excluded)).toMatchObject(
      E.left({ _tag: 'ImproperlyConfigured', message }),
    );
  });
});

describe('parseVerifyFlags', () => {
  it('reads a list as redis-py does', () => {
    expect(parseVerifyFlags('[A, B,C ]')).toEqual(['A', 'B', 'C']);
    expect(parseVerifyFlags('A')).toEqual(['A']);
  });
});
