import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { parseTlsVersion } from '../../src/config/tlsVersion.js';

describe('parseTlsVersion', () => {
  it.each([
    ['769', 'TLSv1'],
    ['770', 'TLSv1.1'],
    [' 771 ', 'TLSv1.2'],
    ['772', 'TLSv1.3'],
    ['TLSv1_2', 'TLSv1.2'],
    ['TLSVersion.TLSv1_3', 'TLSv1.3'],
    ['TLSv1.3', 'TLSv1.3'],
    ['MAXIMUM_SUPPORTED', 'TLSv1.3'],
    ['-2', 'TLSv1'],
  ])('reads %s, by whichever of its names', (text, version) => {
    expect(parseTlsVersion(text)).toEqual(O.some(version));
  });

  it.each(['', '768', 'SSLv3', 'tlsv1.2', '1.2', '__proto__'])('knows no %s', (text) => {
    expect(parseTlsVersion(text)).toEqual(O.none);
  });
});
