/**
 * Python's `json.dumps`, to the letter. The output can't be had from `JSON.stringify`:
 * Python puts a space behind each comma and colon, escapes all but ASCII, and tells
 * floats from integers.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { EncodeError } from '../errors/errors.js';
import {
  depthLimit,
  isRefusal,
  lookalike,
  nameOf,
  Refusal,
  refuseOwn,
  tooDeep,
} from './jsonRefusal.js';
import { JsonWriter } from './jsonWriter.js';
import type { Marker } from './markers.js';
import { mayBeOwn } from './ownRecord.js';
import { floatText, isInt, maxIntDigits, numberText } from './pythonNumber.js';
import { reasonOf } from './reason.js';
import { type Ancestors, pathOf, pathTo } from './valuePath.js';
import { Float } from './values.js';

/** Where to, what with, and how far inside. */
interface Writing {
  readonly out: JsonWriter;
  readonly markers: ReadonlyArray<Marker>;
  readonly within: Ancestors;
}

/**
 * @internal
 */
export const encodeJson =
  (markers: ReadonlyArray<Marker>) =>
  (value: unknown): E.Either<EncodeError, string> => {
    const out = idle ?? new JsonWriter();
    idle = undefined;
    try {
      write({ out, markers, within: [] }, value);
      return E.right(out.text());
    } catch (thrown) {
      return E.left(
        isRefusal(thrown)
          ? new EncodeError(thrown.path, thrown.problem)
          : new EncodeError('$', problemOf(thrown)),
      );
    } finally {
      out.clear();
      idle = out;
    }
  };

/** Empty, and nobody's: taken while a value is written, whose `toJSON` may encode as well. */
let idle: JsonWriter | undefined;

const problemOf = (thrown: unknown): string => {
  const reason = reasonOf(thrown);
  return /invalid string length|string longer than/i.test(reason)
    ? 'its JSON is longer than the 512 MB that Redis and a string can hold'
    : `a getter or toJSON threw ${reason}`;
};

const write = (to: Writing, value: unknown): void => {
  const { out, within } = to;
  switch (typeof value) {
    case 'string':
      out.quoted(value);
      break;
    case 'number':
      if (isInt(value)) out.int(value);
      else out.ascii(floatText(value));
      break;
    case 'boolean':
      out.ascii(value ? 'true' : 'false');
      break;
    case 'bigint':
      out.ascii(bigintText(value, within));
      break;
    case 'object':
      if (value === null) out.ascii('null');
      else writeObject(to, value);
      break;
    default:
      throw new Refusal(`${nameOf(value)} has no form in JSON`, pathTo(within, value));
  }
};

// -------------------------------------------------------------------------------------
// scalars
// -------------------------------------------------------------------------------------

const bigintText = (value: bigint, within: Ancestors): string => {
  const digits = value.toString();
  if (digits.length > maxIntDigits) {
    throw new Refusal(`Python reads no int of ${digits.length} digits`, pathTo(within, value));
  }
  return digits;
};

// -------------------------------------------------------------------------------------
// containers
// -------------------------------------------------------------------------------------

const writeObject = (to: Writing, value: object): void => {
  const { within } = to;
  if (within.length >= depthLimit) throw tooDeep(within, value);
  within.push(value);
  if (Array.isArray(value)) writeList(to, value);
  else if (isPlain(value)) writeDict(to, value);
  else writeInstance(to, value);
  within.pop();
};

const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const writeList = (to: Writing, list: ReadonlyArray<unknown>): void => {
  to.out.ascii('[');
  for (let i = 0; i < list.length; i++) {
    if (i > 0) to.out.comma();
    write(to, list[i]);
  }
  to.out.ascii(']');
};

/** An undefined member is left out, as `JSON.stringify` does. */
const writeDict = (to: Writing, dict: Readonly<Record<string, unknown>>): void => {
  to.out.ascii('{');
  let members = 0;
  for (const key of Object.keys(dict)) {
    const value = dict[key];
    if (value === undefined) continue;
    if (mayBeOwn(key)) refuseOwn(dict, to.within);
    if (members++ > 0) to.out.comma();
    writeMember(to, key, value);
  }
  if (members === 2 && dict.__type__ !== undefined && dict.__value__ !== undefined) {
    throw lookalike(to.within);
  }
  to.out.ascii('}');
};

const writeMap = (to: Writing, map: ReadonlyMap<unknown, unknown>): void => {
  if (map.size === 2 && map.has('__type__') && map.has('__value__')) throw lookalike(to.within);
  to.out.ascii('{');
  let members = 0;
  for (const [key, value] of map) {
    if (members++ > 0) to.out.comma();
    writeMember(to, keyText(key, to.within), value);
  }
  to.out.ascii('}');
};

const writeMember = (to: Writing, key: string, value: unknown): void => {
  to.out.quoted(key);
  to.out.colon();
  write(to, value);
};

const keyText = (key: unknown, within: Ancestors): string => {
  switch (typeof key) {
    case 'string':
      return key;
    case 'number':
      return numberText(key);
    case 'bigint':
      return bigintText(key, within);
    case 'boolean':
      return String(key);
    default:
      if (key === null) return 'null';
      if (key instanceof Float) return floatText(key.value);
      throw new Refusal(
        `a key must be a string, number, boolean or null, not ${nameOf(key)}`,
        pathOf(within),
      );
  }
};

/** In this order: what has a marker, what JavaScript has a type for, what says itself how. */
const writeInstance = (to: Writing, value: object): void => {
  const { within } = to;
  if (writeMarked(to, value)) return;
  if (value instanceof Float) {
    to.out.ascii(floatText(value.value));
  } else if (value instanceof Map) {
    writeMap(to, value);
  } else if ('toJSON' in value && typeof value.toJSON === 'function' && !(value instanceof Date)) {
    write(to, value.toJSON());
  } else if (Object.prototype.toString.call(value) === '[object Object]') {
    refuseOwn(value, within);
    writeDict(to, { ...value });
  } else {
    // Sets, errors, promises and such would come out as an empty object.
    throw new Refusal(`${nameOf(value)} has no form in JSON`, pathOf(within));
  }
};

/** Whether a marker has taken it. */
const writeMarked = (to: Writing, value: object): boolean => {
  for (const marker of to.markers) {
    const encoded = marker.encode(value);
    if (O.isNone(encoded)) continue;
    to.out.ascii('{');
    writeMember(to, '__type__', marker.type);
    to.out.comma();
    writeMember(to, '__value__', encoded.value);
    to.out.ascii('}');
    return true;
  }
  return false;
};
