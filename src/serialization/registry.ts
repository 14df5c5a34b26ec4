/**
 * Which serializers there are, and which of them may be read.
 * Source: `SerializerRegistry` in `kombu/serialization.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ContentDisallowed } from '../errors/errors.js';
import type { Serializer } from './serializer.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Both sides take a name or a content type.
 *
 * @category model
 * @since 0.1.0
 */
export interface Registry {
  /** What may be written is not bound by what may be read, as in Celery. */
  readonly toWrite: (nameOrType: string) => E.Either<ContentDisallowed, Serializer>;
  /** Fails for what is not accepted, and for pickle. */
  readonly toRead: (nameOrType: string) => E.Either<ContentDisallowed, Serializer>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The serializers that there are, and the names or content types of those that may be read.
 *
 * @example
 * import { json, registry } from 'chordis'
 *
 * const { toRead } = registry([json], ['json'])
 * toRead('application/json') // right(json)
 * toRead('pickle') // left(ContentDisallowed)
 *
 * @category constructors
 * @since 0.1.0
 */
export const registry = (
  serializers: ReadonlyArray<Serializer>,
  accept: ReadonlyArray<string>,
): Registry => {
  const find = (nameOrType: string): E.Either<ContentDisallowed, Serializer> => {
    const found = serializers.find((serializer) => isCalled(nameOrType)(serializer));
    return found === undefined ? E.left(unknown(nameOrType, serializers)) : E.right(found);
  };
  return {
    toWrite: find,
    toRead: (nameOrType) => {
      const found = find(nameOrType);
      return E.isLeft(found) || accept.some((name) => isCalled(name)(found.right))
        ? found
        : E.left(untrusted(found.right));
    },
  };
};

const isCalled =
  (nameOrType: string) =>
  ({ name, contentType }: Serializer): boolean =>
    nameOrType === name || nameOrType === contentType;

const untrusted = ({ name, contentType }: Serializer): ContentDisallowed =>
  new ContentDisallowed(
    contentType,
    `Refusing to deserialize untrusted content of type ${name} (${contentType})`,
  );

const unknown = (nameOrType: string, serializers: ReadonlyArray<Serializer>): ContentDisallowed => {
  if (pickles.has(nameOrType)) {
    return new ContentDisallowed(
      'application/x-python-serialize',
      'pickle runs code of the writer when it is read; use json, yaml or msgpack',
    );
  }
  const name = apart.get(nameOrType);
  const names = serializers.map((serializer) => serializer.name).join(', ');
  return new ContentDisallowed(
    nameOrType,
    name === undefined
      ? `no such serializer; there are ${names}`
      : `import { ${name} } from 'chordis/${name}' and give it in serializers; there are ${names}`,
  );
};

/** Each in an entry point of its own, beside the package that it needs. */
const apart: ReadonlyMap<string, string> = new Map([
  ['yaml', 'yaml'],
  ['application/x-yaml', 'yaml'],
  ['msgpack', 'msgpack'],
  ['application/x-msgpack', 'msgpack'],
]);

const pickles: ReadonlySet<string> = new Set([
  'pickle',
  'application/x-python-serialize',
  'application/x-python',
]);
