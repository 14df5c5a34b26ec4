/**
 * A dict out of the members that were read.
 *
 * @since 0.1.0
 */

import { needsJsonForm, withJsonForm } from './jsonForm.js';

/**
 * The last of equal keys counts, and `__proto__` is a key like any other. Only where Python
 * has bytes for a key, which no object can have, is the dict a `Map`.
 *
 * @internal
 */
export const dictOf = (
  members: ReadonlyArray<readonly [string | Buffer, unknown]>,
): Record<string, unknown> | Map<string | Buffer, unknown> => {
  const dict: Record<string, unknown> = {};
  let isOdd = false;
  for (const [key, value] of members) {
    if (typeof key !== 'string') return withJsonForm(new Map(members));
    // An assignment would set the prototype; here it is data.
    if (key === '__proto__') Object.defineProperty(dict, key, { ...asAssigned, value });
    else dict[key] = value;
    isOdd ||= needsJsonForm(value);
  }
  return isOdd ? withJsonForm(dict) : dict;
};

const asAssigned = { configurable: true, enumerable: true, writable: true };
