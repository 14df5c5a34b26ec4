/**
 * Python's truth, which is not JavaScript's: empty containers are false there, and NaN is
 * true.
 *
 * @since 0.1.0
 */
import { Decimal, Float } from '../serialization/values.js';

/**
 * Whether Python takes what was read for false.
 *
 * @internal
 */
export const isFalsy = (u: unknown): boolean => {
  if (typeof u !== 'object' || u === null) return !u && !Number.isNaN(u);
  if (Array.isArray(u) || u instanceof Uint8Array) return u.length === 0;
  if (u instanceof Map || u instanceof Set) return u.size === 0;
  if (u instanceof Float) return u.value === 0;
  if (u instanceof Decimal) return Number(u.text) === 0;
  const prototype: unknown = Object.getPrototypeOf(u);
  return (prototype === Object.prototype || prototype === null) && Object.keys(u).length === 0;
};
