/**
 * YAML as Kombu has it: what PyYAML's `safe_dump` writes and `safe_load` reads, which is
 * YAML 1.1. Source: `register_yaml` in `kombu/serialization.py`.
 *
 * @since 0.1.0
 */
import { isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { type Pair, stringify } from 'yaml';
import { EncodeError } from '../errors/errors.js';
import { DateTime } from '../serialization/dateTime.js';
import { type Algebra, foldTree } from '../serialization/foldTree.js';
import { otherForm } from '../serialization/otherForm.js';
import { maxIntDigits } from '../serialization/pythonNumber.js';
import { reasonOf } from '../serialization/reason.js';
import type { Serializer } from '../serialization/serializer.js';
import { Float, PlainDate } from '../serialization/values.js';
import { readYaml } from './yamlRead.js';
import { schemaOptions } from './yamlTags.js';

// -------------------------------------------------------------------------------------
// encoding
// -------------------------------------------------------------------------------------

const algebra: Algebra<unknown> = {
  leaf: (u) => {
    switch (typeof u) {
      case 'number':
        return O.some(Number.isSafeInteger(u) && !Object.is(u, -0) ? u : new Float(u));
      case 'string':
        return O.some(u);
      case 'bigint':
        return String(u).length <= maxIntDigits ? O.some(u) : O.none;
      case 'boolean':
        return O.some(u);
      default:
        if (u instanceof Date) {
          if (Number.isNaN(u.getTime())) return O.none;
          // None where the year is one that Python does not have.
          return DateTime.fromText((u instanceof DateTime ? u : DateTime.utc(u)).text);
        }
        if (u instanceof PlainDate) return /^\d{4}-\d\d-\d\d$/.test(u.text) ? O.some(u) : O.none;
        return u === null || u instanceof Float || u instanceof Uint8Array ? O.some(u) : O.none;
    }
  },
  list: (items) => items,
  dict: (members) => Object.fromEntries(members),
};

const isText = (bytes: Buffer): boolean => {
  try {
    return isUtf8(bytes);
  } catch {
    // No bytes at all.
    return false;
  }
};

const print = (tree: unknown): string =>
  stringify(tree, {
    ...schemaOptions,
    sortMapEntries: byCodePoint,
    aliasDuplicateObjects: false,
    indentSeq: false,
    singleQuote: true,
    lineWidth: 0,
  });

/** As Python sorts strings. By UTF-16, what is beyond U+FFFF would come too early. */
const byCodePoint = (a: Pair, b: Pair): number => {
  const [one, other] = [keyOf(a), keyOf(b)];
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return (one.codePointAt(at) ?? -1) - (other.codePointAt(at) ?? -1);
};

const keyOf = ({ key }: Pair): string =>
  typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/**
 * @example
 * import { RedisBackend } from 'chordis'
 * import { yaml } from 'chordis/yaml'
 *
 * const backend = new RedisBackend({
 *   url: 'memory://',
 *   serializer: 'yaml',
 *   serializers: [yaml],
 *   accept: ['yaml'],
 * })
 * await backend.close()()
 *
 * @category instances
 * @since 0.1.0
 */
export const yaml: Serializer = {
  name: 'yaml',
  contentType: 'application/x-yaml',
  contentEncoding: 'utf-8',
  encode: (value) =>
    pipe(
      foldTree(algebra, 'YAML')(value),
      E.chain((tree) =>
        E.tryCatch(
          () => print(tree),
          (thrown) => new EncodeError('$', reasonOf(thrown)),
        ),
      ),
    ),
  decode: (bytes) =>
    pipe(
      isText(bytes) ? E.right(bytes.toString('utf8')) : E.left('not UTF-8'),
      E.chain((text) => E.tryCatch(() => readYaml(text), reasonOf)),
      E.mapLeft((problem) => otherForm(bytes, `not read as YAML: ${problem}`)),
    ),
};
