/**
 * Headers as AMQP has them, a table of typed values; what its types can't hold is refused.
 * Python reads each as it reads what Celery sends.
 *
 * @since 0.1.0
 */
import { EncodeError } from '../errors/errors.js';
import { Float, Uuid } from '../serialization/values.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

type Dict = Readonly<Record<string, unknown>>;

/** Throws an `EncodeError`. Members that are undefined are left out. */
export const table = (dict: Dict, path: string): Dict =>
  Object.fromEntries(
    Object.entries(dict)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [nameOf(key, path), formOf(value, `${path}.${key}`)]),
  );

const formOf = (u: unknown, path: string): unknown => {
  switch (typeof u) {
    case 'string':
    case 'boolean':
      return u;
    case 'number':
      return numberOf(u);
    case 'bigint':
      if (BigInt.asIntN(64, u) === u) return as('int64', u);
      throw new EncodeError(path, 'an integer of more than 64 bits has no form in AMQP’s headers');
    case 'object':
      return u === null ? null : objectOf(u, path);
    default:
      throw new EncodeError(path, `a ${typeof u} has no form in AMQP’s headers`);
  }
};

const objectOf = (u: object, path: string): unknown => {
  if (Array.isArray(u)) return u.map((item, i) => formOf(item, `${path}[${i}]`));
  if (Buffer.isBuffer(u)) return u;
  if (u instanceof Float) return as('double', u.value);
  if (u instanceof Uuid) return u.text;
  const prototype: unknown = Object.getPrototypeOf(u);
  if (prototype === Object.prototype || prototype === null) return table(u as Dict, path);
  throw new EncodeError(path, `a ${u.constructor?.name} has no form in AMQP’s headers`);
};

/** An integer that a double alone can hold is one. */
const numberOf = (n: number): unknown => (Number.isFinite(n) ? n : as('double', n));

/** How the client library is told a type. */
const as = (type: string, value: unknown): unknown => ({ '!': type, value });

/** At most 255 bytes; and what the client library takes for a type is no name. */
const nameOf = (key: string, path: string): string => {
  if (key === '!' || Buffer.byteLength(key) > 255) {
    throw new EncodeError(`${path}.${key}`, 'AMQP has no header of such a name');
  }
  return key;
};
