/**
 * Python's `json.dumps`, to the letter. The output can't be had from `JSON.stringify`:
 * Python puts a space behind each comma and colon, escapes all but ASCII, and tells
 * floats from integers.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { EncodeError } from '../errors.js';
import { quote } from './jsonString.js';
import type { Marker } from './markers.js';
import { floatText, maxIntDigits, numberText } from './pythonNumber.js';
import { type Ancestors, pathOf, pathTo } from './valuePath.js';
import { Float } from './values.js';

/**
 * Deeper than Python can read. A cycle ends here too, so that none has to be looked for
 * before.
 */
const depthLimit = 1000;

/** Thrown by the writer and caught by `encodeJson`. */
class Refusal {
  constructor(
    readonly problem: string,
    readonly path: string,
  ) {}
}

/**
 * @internal
 */
export const encodeJson =
  (markers: ReadonlyArray<Marker>) =>
  (value: unknown): E.Either<EncodeError, string> => {
    try {
      return E.right(write(markers, value, []));
    } catch (thrown) {
      return E.left(
        thrown instanceof Refusal
          ? new EncodeError(thrown.path, thrown.problem)
          : new EncodeError('$', problemOf(thrown)),
      );
    }
  };

const problemOf = (thrown: unknown): string => {
  const reason = thrown instanceof Error ? thrown.message : typeof thrown;
  return /invalid string length|string longer than/i.test(reason)
    ? 'its JSON is longer than the 512 MB that Redis and a string can hold'
    : `a getter or toJSON threw ${reason}`;
};

const write = (markers: ReadonlyArray<Marker>, value: unknown, within: Ancestors): string => {
  switch (typeof value) {
    case 'string':
      return writeString(value, within);
    case 'number':
      return Number.isFinite(value) ? numberText(value) : String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return writeBigint(value, within);
    case 'object':
      return value === null ? 'null' : writeObject(markers, value, within);
    default:
      throw new Refusal(`${nameOf(value)} has no form in JSON`, pathTo(within, value));
  }
};

// -------------------------------------------------------------------------------------
// scalars
// -------------------------------------------------------------------------------------

const writeString = (text: string, within: Ancestors): string => {
  const quoted = quote(text);
  if (quoted !== undefined) return quoted;
  throw new Refusal('a string with half a surrogate pair is no text', pathTo(within, text));
};

const writeBigint = (value: bigint, within: Ancestors): string => {
  const digits = value.toString();
  if (digits.length > maxIntDigits) {
    throw new Refusal(`Python reads no int of ${digits.length} digits`, pathTo(within, value));
  }
  return digits;
};

// -------------------------------------------------------------------------------------
// containers
// -------------------------------------------------------------------------------------

const writeObject = (markers: ReadonlyArray<Marker>, value: object, within: Ancestors): string => {
  if (within.length >= depthLimit) throw tooDeep(within, value);
  within.push(value);
  const text = Array.isArray(value)
    ? writeList(markers, value, within)
    : isPlain(value)
      ? writeDict(markers, value, within)
      : writeInstance(markers, value, within);
  within.pop();
  return text;
};

const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const writeList = (
  markers: ReadonlyArray<Marker>,
  list: ReadonlyArray<unknown>,
  within: Ancestors,
): string => {
  let text = '[';
  for (let i = 0; i < list.length; i++) {
    if (i > 0) text += ', ';
    text += write(markers, list[i], within);
  }
  return `${text}]`;
};

/** An undefined member is left out, as `JSON.stringify` does. */
const writeDict = (
  markers: ReadonlyArray<Marker>,
  dict: Readonly<Record<string, unknown>>,
  within: Ancestors,
): string => {
  let text = '{';
  let members = 0;
  for (const key of Object.keys(dict)) {
    const value = dict[key];
    if (value === undefined) continue;
    if (members++ > 0) text += ', ';
    text += `${writeString(key, within)}: ${write(markers, value, within)}`;
  }
  if (members === 2 && dict.__type__ !== undefined && dict.__value__ !== undefined) {
    throw lookalike(within);
  }
  return `${text}}`;
};

const writeMap = (
  markers: ReadonlyArray<Marker>,
  map: ReadonlyMap<unknown, unknown>,
  within: Ancestors,
): string => {
  if (map.size === 2 && map.has('__type__') && map.has('__value__')) throw lookalike(within);
  const members = Array.from(
    map,
    ([key, value]) =>
      `${writeString(keyText(key, within), within)}: ${write(markers, value, within)}`,
  );
  return `{${members.join(', ')}}`;
};

const keyText = (key: unknown, within: Ancestors): string => {
  switch (typeof key) {
    case 'string':
      return key;
    case 'number':
    case 'bigint':
    case 'boolean':
      return write([], key, within);
    default:
      if (key === null) return 'null';
      if (key instanceof Float) return write([], key, within);
      throw new Refusal(
        `a key must be a string, number, boolean or null, not ${nameOf(key)}`,
        pathOf(within),
      );
  }
};

/** In this order: what has a marker, what JavaScript has a type for, what says itself how. */
const writeInstance = (
  markers: ReadonlyArray<Marker>,
  value: object,
  within: Ancestors,
): string => {
  for (const marker of markers) {
    const encoded = marker.encode(value);
    if (O.isSome(encoded)) {
      return `{"__type__": ${JSON.stringify(marker.type)}, "__value__": ${write(markers, encoded.value, within)}}`;
    }
  }
  if (value instanceof Float) {
    return Number.isFinite(value.value) ? floatText(value.value) : String(value.value);
  }
  if (value instanceof Map) return writeMap(markers, value, within);
  if ('toJSON' in value && typeof value.toJSON === 'function' && !(value instanceof Date)) {
    return write(markers, value.toJSON(), within);
  }
  // Sets, errors, promises and such would come out as an empty object.
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw new Refusal(`${nameOf(value)} has no form in JSON`, pathOf(within));
  }
  return writeDict(markers, { ...value }, within);
};

// -------------------------------------------------------------------------------------
// refusals
// -------------------------------------------------------------------------------------

const lookalike = (within: Ancestors): Refusal =>
  new Refusal(
    'an object of just __type__ and __value__ would be read as something else; register a marker for it',
    pathOf(within),
  );

const tooDeep = (within: Ancestors, value: object): Refusal => {
  const path = [...within, value];
  const again = path.findIndex((ancestor, i) => path.indexOf(ancestor) < i);
  return again === -1
    ? new Refusal(`nested more than ${depthLimit} deep`, `${pathOf(path.slice(0, 8))}…`)
    : new Refusal('refers back to a value that it is part of', pathOf(path.slice(0, again + 1)));
};

const nameOf = (value: unknown): string =>
  value === undefined
    ? 'undefined'
    : typeof value === 'object' && value !== null
      ? `a value of class ${value.constructor?.name ?? 'null'}`
      : `a ${typeof value}`;
