import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { overrideSsl } from '../../src/config/urlTls.js';

describe('overrideSsl', () => {
  it('decodes the paths once more, and keeps what only the option says', () => {
    const query = { ssl_ca_certs: '%2Fca.pem', ssl_check_hostname: 'false', ssl_password: '%41' };
    expect(overrideSsl(query, { sslCertReqs: 'required', sslCaCerts: '/other.pem' })).toEqual(
      E.right({
        sslCertReqs: 'required',
        sslCaCerts: '/ca.pem',
        sslCertfile: undefined,
        sslKeyfile: undefined,
        sslPassword: '%41',
        sslCheckHostname: false,
        sslCaData: undefined,
        sslCaPath: undefined,
        sslMinVersion: undefined,
        sslCiphers: undefined,
        sslIncludeVerifyFlags: undefined,
        sslExcludeVerifyFlags: undefined,
        sslValidateOcsp: undefined,
        sslValidateOcspStapled: undefined,
      }),
    );
  });
});
