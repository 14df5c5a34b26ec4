/**
 * Which codecs there are, found by any of the names that Kombu has for them.
 *
 * A stored value names its codec by a content type, which may be an alias as well. So
 * every name leads to a content type first, and a content type to a codec: one of one's
 * own for `application/x-bz2` is found as `bzip2` too.
 *
 * Source: `kombu/compression.py`; `prepare_compression` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import type { Compression } from './compression.js';
import { builtIn } from './compressionCodecs.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Both sides take a name, an alias or a content type, as they are cased.
 *
 * @category model
 * @since 0.1.0
 */
export interface Compressions {
  /** For an option, or the setting of that name: what is wrong with it in Celery's words. */
  readonly toWrite: (
    method: string,
    setting?: string,
  ) => E.Either<ImproperlyConfigured, Compression>;
  /** For what a stored value names: a `Left` says what is missing. */
  readonly toRead: (method: string) => E.Either<string, Compression>;
}

/** One that Kombu has. */
interface Known {
  readonly contentType: string;
  readonly names: readonly [name: string, ...aliases: ReadonlyArray<string>];
  /** Why it is missing, where it is. */
  readonly lack: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The codecs that this Node has, and before them those of one's own.
 *
 * @category constructors
 * @since 0.1.0
 */
export const compressions = (own: ReadonlyArray<Compression> = []): Compressions => {
  const codecs = [...own, ...builtIn];
  const types = new Map([...kombu.flatMap(knownNames), ...own.flatMap(named)]);
  const typeOf = (method: string): string => types.get(method) ?? method;
  const find = (method: string) => codecs.find(({ contentType }) => contentType === typeOf(method));
  const known = (method: string) => kombu.find(({ contentType }) => contentType === typeOf(method));
  return {
    toWrite: (method, setting) => {
      const found = find(method);
      if (found !== undefined) return E.right(found);
      const lacking = known(method);
      return E.left(
        new ImproperlyConfigured(
          'compression',
          lacking === undefined
            ? unknown(method, codecs, setting)
            : `${method} ${lacking.lack}; give one in the option compressions`,
        ),
      );
    },
    toRead: (method) => {
      const found = find(method);
      if (found !== undefined) return E.right(found);
      const lacking = known(method);
      return E.left(
        lacking === undefined
          ? `compressed by ${shown(method)}, which is unknown here`
          : `compressed by ${lacking.names[0]} (${method}), which ${lacking.lack}`,
      );
    },
  };
};

const named = ({ name, aliases = [], contentType }: Compression) =>
  [name, ...aliases].map((each) => [each, contentType] as const);

const knownNames = ({ contentType, names }: Known) =>
  names.map((each) => [each, contentType] as const);

const NOT_OF_NODE = 'is no codec of Node';

const kombu: ReadonlyArray<Known> = [
  { contentType: 'application/x-gzip', names: ['gzip', 'zlib'], lack: NOT_OF_NODE },
  { contentType: 'application/x-bz2', names: ['bzip2', 'bzip'], lack: NOT_OF_NODE },
  { contentType: 'application/x-brotli', names: ['brotli'], lack: NOT_OF_NODE },
  { contentType: 'application/x-lzma', names: ['lzma', 'xz'], lack: NOT_OF_NODE },
  {
    contentType: 'application/zstd',
    names: ['zstd', 'zstandard'],
    lack: `needs Node 22.15 or 23.8 and newer, and this is ${process.version}`,
  },
];

// -------------------------------------------------------------------------------------
// errors
// -------------------------------------------------------------------------------------

const unknown = (
  method: string,
  codecs: ReadonlyArray<Compression>,
  setting: string | undefined,
): string => {
  const types = new Set(codecs.map(({ contentType }) => contentType));
  const place = setting === undefined ? '' : ` configured in ${setting}`;
  return (
    `Unknown compression method '${method}'${place}. ` +
    `Available methods are: ${[...types].sort().join(', ')}.`
  );
};

/** What is no name comes from the payload, and is not for an error to show. */
const shown = (method: string): string => {
  if (method === '') return 'a codec without a name';
  return /^[\w.+/-]{1,80}$/.test(method) ? method : 'a codec without a proper name';
};
