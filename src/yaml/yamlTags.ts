/**
 * Which plain text is no string to PyYAML, and what it is then. The same expressions say
 * what is read and what has to be quoted when written, so they are PyYAML's own and not
 * the library's, which take more. Source: `yaml/resolver.py` and `yaml/constructor.py`.
 *
 * @since 0.1.0
 */
import * as O from 'fp-ts/lib/Option.js';
import type { DocumentOptions, ScalarTag, SchemaOptions } from 'yaml';
import { DateTime, isDate } from '../serialization/dateTime.js';
import { floatText, maxIntDigits } from '../serialization/pythonNumber.js';
import { Float, PlainDate } from '../serialization/values.js';

// -------------------------------------------------------------------------------------
// numbers
// -------------------------------------------------------------------------------------

/** Of any size, where the library would round. */
const int: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  identify: (u) => typeof u === 'bigint' || Number.isSafeInteger(u),
  test: /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  resolve: (text, onError) => {
    const digits = unsigned(text);
    if (/^0[bx]$/.test(digits)) {
      onError(`no digits behind ${digits}`);
      return text;
    }
    if (digits.length > maxIntDigits) {
      onError(`an integer of ${digits.length} digits; Python reads no more than ${maxIntDigits}`);
      return text;
    }
    const size = digits.includes(':')
      ? digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
      : BigInt(digits.replace(/^0(?=\d)/, '0o'));
    const n = text.startsWith('-') ? -size : size;
    return Number.isSafeInteger(Number(n)) ? Number(n) : n;
  },
  stringify: ({ value }) => String(value),
};

/** PyYAML takes an exponent for a float only behind a point. */
const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (u) => u instanceof Float,
  test: /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => {
    const digits = unsigned(text);
    if (/nan$/i.test(digits)) return Number.NaN;
    const size = /inf$/i.test(digits) ? Number.POSITIVE_INFINITY : sexagesimal(digits);
    return text.startsWith('-') ? -size : size;
  },
  stringify: ({ value }) => {
    const n = Number(value);
    if (Number.isNaN(n)) return '.nan';
    if (!Number.isFinite(n)) return n > 0 ? '.inf' : '-.inf';
    return floatText(n).replace(/^(-?\d+)e/, '$1.0e');
  },
};

/** Added from the right, as by Python, for the same last digit. */
const sexagesimal = (digits: string): number =>
  digits
    .split(':')
    .reduceRight((sum, part, i, { length }) => sum + Number(part) * 60 ** (length - 1 - i), 0);

const unsigned = (text: string): string => text.replaceAll('_', '').replace(/^[-+]/, '');

// -------------------------------------------------------------------------------------
// the others
// -------------------------------------------------------------------------------------

/** Without the `y` and `n` of the standard, as in PyYAML. */
const bool: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: (u) => typeof u === 'boolean',
  test: /^(?:[Yy]es|YES|[Nn]o|NO|[Tt]rue|TRUE|[Ff]alse|FALSE|[Oo]n|ON|[Oo]ff|OFF)$/,
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
  stringify: ({ value }) => String(value),
};

const aTime =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?$/;

const timestamp: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  identify: (u) => u instanceof DateTime || u instanceof PlainDate,
  test: new RegExp(`^\\d{4}-\\d\\d-\\d\\d$|${aTime.source}`),
  resolve: (text, onError) => {
    const parts = aTime.exec(text);
    if (parts === null && isDate(text)) return new PlainDate(text);
    const dateTime = parts === null ? O.none : DateTime.fromText(isoText(parts));
    if (O.isSome(dateTime)) return dateTime.value;
    onError('not a date and time');
    return text;
  },
  stringify: ({ value }) => {
    if (!(value instanceof DateTime)) return String(value);
    // PyYAML wants the seconds, and a colon in the offset.
    return value.text
      .replace('T', ' ')
      .replace(/^(.{16})(?!:)/, '$1:00')
      .replace(/([-+]\d\d)(\d\d)$/, '$1:$2');
  },
};

/** What `DateTime` takes: with all its digits. */
const isoText = ([, year, month, day, hour, minute, second, fraction, zone]: ReadonlyArray<
  string | undefined
>): string => {
  const two = (digits = ''): string => digits.padStart(2, '0');
  const [, sign = '', hours, minutes] = /^([-+])(\d+):?(\d*)$/.exec(zone ?? '') ?? [];
  const offset = sign === '' ? (zone ?? '') : `${sign}${two(hours)}:${two(minutes)}`;
  const dot = fraction ? '.' : '';
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${minute}:${second}${dot}${fraction ?? ''}${offset}`;
};

/** In quotes: the library would write a block, and one without indentation where it is all there is. */
const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  default: false,
  identify: (u) => u instanceof Uint8Array,
  resolve: (text) => Buffer.from(text, 'base64'),
  stringify: ({ value }) => `"${Buffer.from(value as Uint8Array).toString('base64')}"`,
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
  const name = named[found];
  if (name !== undefined) return name;
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
};

const named: Readonly<Record<string, string>> = Object.fromEntries(
  [
    '\0' + '0',
    '\x07a',
    '\bb',
    '\tt',
    '\nn',
    '\vv',
    '\ff',
    '\rr',
    '\x1be',
    '\x85N',
    '\xa0_',
    '\u2028L',
    '\u2029P',
  ].map(([character = '', letter = '']) => [character, `\\${letter}`]),
);

// -------------------------------------------------------------------------------------
// schema
// -------------------------------------------------------------------------------------

const own = [quotedText, int, float, bool, timestamp, binary];

/**
 * What the library has of its own for these, and what is read here another way (merging)
 * or not at all: PyYAML never writes ordered pairs, and reading them takes quadratic time.
 */
const replaced: ReadonlySet<string> = new Set([
  ...[int, float, bool, timestamp, binary].map(({ tag }) => tag),
  ...['merge', 'omap', 'pairs'].map((name) => `tag:yaml.org,2002:${name}`),
]);

/**
 * Whatever version a `%YAML` directive names, as PyYAML has it.
 *
 * @internal
 */
export const schemaOptions: DocumentOptions & SchemaOptions = {
  version: '1.1',
  schema: 'yaml-1.1',
  resolveKnownTags: false,
  customTags: (tags) => [
    ...own,
    ...tags.filter((tag) => typeof tag === 'string' || !replaced.has(tag.tag)),
  ],
};
