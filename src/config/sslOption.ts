/**
 * How a server is verified, as a user says it: of the store, and of a broker over AMQP.
 *
 * @since 0.1.0
 */
import { exactly, optional } from './optionTable.js';
import { flag, list, oneOf, secret, text, tlsVersion } from './optionTypes.js';
import { CERT_REQS } from './tls.js';

/**
 * Each by the name of its `ssl_*` parameter, in camelCase.
 *
 * @category codecs
 * @since 0.1.0
 */
export const ssl = exactly({
  sslCertReqs: optional(oneOf(CERT_REQS.keys())),
  sslCaCerts: optional(secret),
  sslCertfile: optional(secret),
  sslKeyfile: optional(secret),
  sslPassword: optional(secret),
  sslCheckHostname: optional(flag),
  sslCaData: optional(secret),
  sslCaPath: optional(secret),
  sslMinVersion: optional(tlsVersion),
  sslCiphers: optional(text),
  sslIncludeVerifyFlags: optional(list('names of flags', text)),
  sslExcludeVerifyFlags: optional(list('names of flags', text)),
  sslValidateOcsp: optional(flag),
  sslValidateOcspStapled: optional(flag),
});
