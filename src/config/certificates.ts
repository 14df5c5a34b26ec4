/**
 * Certificates and keys, from the files or the text that the options name.
 *
 * @since 0.1.0
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import { ImproperlyConfigured } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * PEM text as it is; of anything else, the file of that path. `null` where there is none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pem = (
  option: string,
  source: string | null,
): IOE.IOEither<ImproperlyConfigured, string | null> =>
  source === null || source.includes('-----BEGIN ')
    ? IOE.right(source)
    : reading(option, () => readFileSync(source, 'utf8'));

/**
 * The certificates of a folder, by the names that `openssl rehash` gives them: OpenSSL sees
 * no others there, so that no others become trusted here.
 *
 * @category constructors
 * @since 0.1.0
 */
export const folderOfCertificates = (
  option: string,
  folder: string | null,
): IOE.IOEither<ImproperlyConfigured, ReadonlyArray<string>> =>
  folder === null
    ? IOE.right([])
    : reading(option, () => {
        const names = readdirSync(folder).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
        if (names.length === 0) throw new Error('no certificate by a name of openssl rehash');
        return names.map((name) => readFileSync(join(folder, name), 'utf8'));
      });

const reading = <A>(option: string, run: () => A): IOE.IOEither<ImproperlyConfigured, A> =>
  IOE.tryCatch(
    run,
    (reason) => new ImproperlyConfigured(option, `cannot be read: ${E.toError(reason).message}`),
  );
