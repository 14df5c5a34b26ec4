/**
 * What `JSON.stringify` can show of any value. It throws at a `bigint` and where a value is
 * nested too deep, and makes an empty object of a `Map`; Python's values have all of them.
 *
 * @since 0.1.0
 */
import { DateTime } from './dateTime.js';
import { Float, PythonText } from './values.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What JSON can hold.
 *
 * @category model
 * @since 0.1.0
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | ReadonlyArray<Json>
  | { readonly [name: string]: Json };

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * Any value as JSON for a reader that is no Python: an HTTP answer, a log line. Total, and
 * one way only; what Celery is to read is written by a `Serializer`.
 *
 * An integer beyond 2^53 becomes the text of its digits, NaN and the infinities `null`, bytes
 * their base64, a `Decimal`, `Uuid`, `DateTime`, date or time its text, a `Float` its number,
 * a `Map` an object and a `Set` a list. Members that are undefined, functions or symbols are
 * left out. What is more than 500 levels deep, or within itself, is told as `[...]` or `{...}`.
 *
 * @example
 * import { toJson } from 'chordis'
 *
 * const reading = { at: 1715000000123456789n, by: new Map([['sensor', Number.NaN]]) }
 * console.log(JSON.stringify(toJson(reading)))
 * // => {"at":"1715000000123456789","by":{"sensor":null}}
 *
 * @category conversions
 * @since 0.1.0
 */
export const toJson = (value: unknown): Json => jsonOf(value, []) ?? null;

/**
 * The `toJSON` that `withJsonForm` gives to a value.
 *
 * @internal
 */
export function hiddenToJson(this: unknown): Json {
  return toJson(this);
}

/**
 * Whether an object says itself how it is to be encoded, which the hidden `toJSON` does not.
 *
 * @internal
 */
export const saysHow = (u: object): u is { readonly toJSON: () => unknown } =>
  'toJSON' in u && typeof u.toJSON === 'function' && u.toJSON !== hiddenToJson;

const depthLimit = 500;

/** Undefined for what is left out. `within` is the containers that `u` is in. */
const jsonOf = (u: unknown, within: Array<object>): Json | undefined => {
  switch (typeof u) {
    case 'string':
    case 'boolean':
      return u;
    case 'number':
      return Number.isFinite(u) ? u : null;
    case 'bigint':
      return String(u);
    case 'object':
      if (u === null) return null;
      try {
        return scalarOf(u) ?? containerOf(u, within);
      } catch {
        // A getter, a proxy or a toJSON that throws.
        return null;
      }
    default:
      return undefined;
  }
};

/** Undefined for what has parts. */
const scalarOf = (u: object): Json | undefined => {
  if (u instanceof Float) return jsonOf(u.value, []);
  if (u instanceof PythonText || u instanceof DateTime) return u.text;
  if (u instanceof Date) return u.toJSON();
  if (!(u instanceof Uint8Array)) return undefined;
  return Buffer.from(u.buffer, u.byteOffset, u.byteLength).toString('base64');
};

const containerOf = (u: object, within: Array<object>): Json | undefined => {
  if (within.length >= depthLimit || within.includes(u)) {
    return Array.isArray(u) ? '[...]' : '{...}';
  }
  within.push(u);
  try {
    if (Array.isArray(u) || u instanceof Set) {
      return Array.from(u, (item) => jsonOf(item, within) ?? null);
    }
    if (u instanceof Map) return objectOf([...u], within);
    if (saysHow(u)) return jsonOf(u.toJSON(), within);
    if (u instanceof Error) return { name: u.name, message: u.message };
    return objectOf(Object.entries(u), within);
  } finally {
    within.pop();
  }
};

const objectOf = (
  members: ReadonlyArray<readonly [unknown, unknown]>,
  within: Array<object>,
): Json =>
  // Not by assignment: a member called __proto__ is data.
  Object.fromEntries(
    members.flatMap(([key, value]) => {
      const json = jsonOf(value, within);
      return json === undefined ? [] : [[nameOf(key), json]];
    }),
  );

const nameOf = (key: unknown): string => {
  const json = toJson(key);
  return typeof json === 'string' ? json : JSON.stringify(json);
};
