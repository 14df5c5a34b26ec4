/**
 * Celery's JSON: Python's spelling, and Kombu's markers.
 * Source: `kombu/utils/json.py`, and Python's own `json` module beneath it.
 *
 * @since 0.1.0
 */
import { isAscii, isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';
import { encodeJson } from './jsonEncode.js';
import { parseJson, type Reader } from './jsonParse.js';
import { defaultMarkers, type Marker } from './markers.js';
import { otherForm } from './otherForm.js';
import type { Serializer } from './serializer.js';
import { Float } from './values.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * JSON with markers of one's own; the first that takes a value writes it, and the first
 * of its type reads it.
 *
 * What has no exact form is refused, never rounded: functions, symbols, an undefined
 * item, cycles, chordis' own records, and an object that Python would take for a marker.
 * A number is an `int` where it is a safe integer and a `float` elsewhere; a `bigint` is
 * an `int` of any size; a `Map` is a dict whose keys need not be strings.
 *
 * With `exactFloats`, a float without a fraction is read as a `Float`, not as a number, so
 * that what is only passed on stays a float: `1.0` does not become `1`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const jsonWith = (
  markers: ReadonlyArray<Marker>,
  { exactFloats = false }: { readonly exactFloats?: boolean } = {},
): Serializer => {
  const parse = parseJson({
    revive: reviveWith(markers),
    float: exactFloats ? exactFloat : Number,
  });
  const parseBytes = (bytes: Buffer, text: string): E.Either<string, unknown> =>
    E.mapLeft((problem: string) => otherForm(bytes, problem))(parse(text));
  return {
    name: 'json',
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    isCompositional: true,
    encode: encodeJson(markers),
    decode: (bytes) => {
      const text = textOf(bytes);
      if (text === undefined) return E.left(otherForm(bytes, 'not UTF-8'));
      if (needsPython(bytes, text) || (exactFloats && hasFloat(text)))
        return parseBytes(bytes, text);
      try {
        return E.right(JSON.parse(text));
      } catch {
        // NaN and Infinity end up here, and what is wrong gets a place.
        return parseBytes(bytes, text);
      }
    },
  };
};

/** Undefined where it is not UTF-8, or no bytes at all. Python writes ASCII, which is read several times faster. */
const textOf = (bytes: Buffer): string | undefined => {
  try {
    if (isAscii(bytes)) return bytes.toString('latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Whether there may be something that `JSON.parse` reads differently: a marker, also one
 * spelled with escapes, an integer too large, or the int `-0`. A false alarm costs time only.
 */
const needsPython = (bytes: Buffer, text: string): boolean =>
  text.includes('__type__') ||
  (text.includes('\\') && /\\u00[2-7]/.test(text)) ||
  hasLongInteger(bytes) ||
  hasMinusZero(text);

/** Most are a part of a date or a UUID, and no number. */
const hasMinusZero = (text: string): boolean => {
  for (let at = text.indexOf('-0'); at !== -1; at = text.indexOf('-0', at + 2)) {
    const before = at === 0 ? undefined : text.charCodeAt(at - 1);
    if (beforeInteger.has(before) && !/[.\deE]/.test(text[at + 2] ?? '')) return true;
  }
  return false;
};

/** The digits of `Number.MAX_SAFE_INTEGER`. */
const long = 16;

/**
 * A run of that many digits can't hide between two bytes so far apart, so the others need
 * no look. It is no integer behind a quotation mark, a letter or a point.
 */
const hasLongInteger = (bytes: Buffer): boolean => {
  for (let at = long - 1; at < bytes.length; at += long) {
    if (!isDigit(bytes[at])) continue;
    let start = at;
    while (isDigit(bytes[start - 1])) start--;
    while (isDigit(bytes[at + 1])) at++;
    if (at - start + 1 >= long && beforeInteger.has(bytes[start - 1])) return true;
  }
  return false;
};

const beforeInteger: ReadonlySet<number | undefined> = new Set([
  undefined,
  ...Buffer.from(' \t\n\r[,:-'),
]);

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

const hasFloat = (text: string): boolean => /\d(?:\.0|[eE])/.test(text);

const exactFloat = (text: string): number | Float => {
  const n = Number(text);
  return Number.isSafeInteger(n) && !Object.is(n, -0) ? new Float(n) : n;
};

const reviveWith =
  (markers: ReadonlyArray<Marker>): Reader['revive'] =>
  (dict) => {
    if (!('__type__' in dict && '__value__' in dict) || Object.keys(dict).length !== 2) {
      return E.right(dict);
    }
    const marker = markers.find(({ type }) => type === dict.__type__);
    return marker === undefined
      ? E.left(
          `unsupported __type__ ${typeof dict.__type__ === 'string' ? dict.__type__ : typeof dict.__type__}`,
        )
      : marker.decode(dict.__value__);
  };

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/**
 * JSON as Celery has it by default, with the markers of Kombu.
 *
 * @example
 * import { json } from 'chordis'
 *
 * json.encode({ when: new Date(0), n: [1, 1.5, 2n ** 64n] })
 * // right('{"when": {"__type__": "datetime", "__value__": "1970-01-01T00:00:00+00:00"}, "n": [1, 1.5, 18446744073709551616]}')
 *
 * @category instances
 * @since 0.1.0
 */
export const json: Serializer = jsonWith(defaultMarkers);
