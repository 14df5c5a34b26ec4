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
import type { DocumentOptions, ScalarTag, SchemaOptions } from 'yaml';
import { EncodeError } from '../errors.js';
import { DateTime } from './dateTime.js';
import { type Algebra, foldTree } from './foldTree.js';
import { optionalPeer } from './optionalPeer.js';
import { floatText } from './pythonNumber.js';
import type { Serializer } from './serializer.js';
import { Float, PlainDate } from './values.js';

type Library = typeof import('yaml');

const library = optionalPeer<Library>('yaml');

// -------------------------------------------------------------------------------------
// tags
// -------------------------------------------------------------------------------------

/** Of any size, where the library would round. */
const int: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  identify: (u) => typeof u === 'bigint' || Number.isSafeInteger(u),
  test: /^[-+]?(?:0|[1-9][0-9_]*)$/,
  resolve: (text) => {
    const digits = text.replaceAll('_', '');
    return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
  },
  stringify: ({ value }) => String(value),
};

/** PyYAML takes an exponent for a float only behind a point. */
const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (u) => u instanceof Float,
  test: /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => {
    if (/nan$/i.test(text)) return Number.NaN;
    return Number(text.replaceAll('_', '').replace(/\.inf$/i, 'Infinity'));
  },
  stringify: ({ value }) => {
    const n = Number(value);
    if (Number.isNaN(n)) return '.nan';
    if (!Number.isFinite(n)) return n > 0 ? '.inf' : '-.inf';
    return floatText(n).replace(/^(-?\d+)e/, '$1.0e');
  },
};

/** Without the `y` and `n` of the standard, as in PyYAML. */
const bool: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: (u) => typeof u === 'boolean',
  test: /^(?:[Yy]es|YES|[Nn]o|NO|[Tt]rue|TRUE|[Ff]alse|FALSE|[Oo]n|ON|[Oo]ff|OFF)$/,
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
  stringify: ({ value }) => String(value),
};

const timestamp: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  identify: (u) => u instanceof DateTime || u instanceof PlainDate,
  test: /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:?\d\d)?)?$/,
  resolve: (text, onError) => {
    if (text.length === 10) return new PlainDate(text);
    const dateTime = DateTime.fromText(text.replace('t', 'T'));
    if (O.isSome(dateTime)) return dateTime.value;
    onError('not a date and time');
    return text;
  },
  stringify: ({ value }) =>
    String(value instanceof DateTime ? value.text : value).replace('T', ' '),
};

/** What PyYAML would not read back as it is: some characters, and the names of two tags. */
const quotedText: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: (u) => typeof u === 'string' && /[^ -~]|^(?:<<|=)$/.test(u),
  resolve: (text) => text,
  stringify: ({ value }) => {
    const text = String(value);
    return /[^ -~]/.test(text) ? `"${text.replace(/["\\]|[^ -~]/gu, escaped)}"` : `'${text}'`;
  },
};

const escaped = (found: string): string => {
  if (found === '"' || found === '\\') return `\\${found}`;
  const hex = (found.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (hex.length <= 2) return named[found] ?? `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
};

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const own = [quotedText, int, float, bool, timestamp];

/**
 * What the library has of its own for these; its int has hexadecimal and such besides.
 * Merging is for the reader alone: the writer would take the text `<<` for it.
 */
const replaced: ReadonlySet<string> = new Set([
  float.tag,
  bool.tag,
  timestamp.tag,
  'tag:yaml.org,2002:merge',
]);

const options: DocumentOptions & SchemaOptions = {
  version: '1.1',
  customTags: (tags) => [
    ...own,
    ...tags.filter((tag) => typeof tag === 'string' || !replaced.has(tag.tag)),
  ],
};

// -------------------------------------------------------------------------------------
// encoding
// -------------------------------------------------------------------------------------

const algebra: Algebra<unknown> = {
  leaf: (u) => {
    switch (typeof u) {
      case 'number':
        return O.some(Number.isSafeInteger(u) && !Object.is(u, -0) ? u : new Float(u));
      case 'string':
        return /\p{Surrogate}/u.test(u) ? O.none : O.some(u);
      case 'bigint':
      case 'boolean':
        return O.some(u);
      default:
        if (u instanceof Date && !(u instanceof DateTime)) {
          return Number.isNaN(u.getTime()) ? O.none : O.some(DateTime.utc(u));
        }
        return u === null ||
          u instanceof Float ||
          u instanceof DateTime ||
          u instanceof PlainDate ||
          u instanceof Uint8Array
          ? O.some(u)
          : O.none;
    }
  },
  list: (items) => items,
  dict: (members) => Object.fromEntries(members),
};

const print = ({ stringify }: Library, tree: unknown): string =>
  stringify(tree, {
    ...options,
    sortMapEntries: true,
    aliasDuplicateObjects: false,
    indentSeq: false,
    singleQuote: true,
    lineWidth: 0,
  });

// -------------------------------------------------------------------------------------
// decoding
// -------------------------------------------------------------------------------------

const parse = ({ parseDocument }: Library, text: string): unknown => {
  const document = parseDocument(text, { ...options, merge: true });
  // A warning is an unknown tag, such as one that would have Python make an object.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw problem;
  return document.toJS();
};

const problemOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/**
 * Needs the package `yaml`.
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
        pipe(
          library(),
          E.chain((found) => E.tryCatch(() => print(found, tree), problemOf)),
          E.mapLeft((problem) => new EncodeError('$', problem)),
        ),
      ),
    ),
  decode: (bytes) =>
    pipe(
      isUtf8(bytes) ? library() : E.left('not UTF-8'),
      E.chain((found) => E.tryCatch(() => parse(found, bytes.toString('utf8')), problemOf)),
      E.mapLeft((problem) => `not read as YAML: ${problem}`),
    ),
};
