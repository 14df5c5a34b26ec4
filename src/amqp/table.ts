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

/** Deeper than any header, and far from what the stack holds. */
const DEEPEST = 100;

/** Throws an `EncodeError`. Members that are undefined are left out. */
export const table = (dict: Dict, path: string, depth = 0): Dict =>
  Object.fromEntries(
    Object.entries(dict)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [nameOf(key, path), formOf(value, `${path}.${key}`, depth + 1)]),
  );

const formOf = (u: unknown, path: string, depth: number): unknown => {
  switch (typeof u) {
    case 'string':
    case 'boolean':
      return u;
    case 'number':
      return numberOf(u, path);
    case 'bigint':
      if (BigInt.asIntN(64, u) === u) return as('int64', u);
      throw new EncodeError(path, 'an integer of more than 64 bits has no form in AMQP’s headers');
    case 'object':
      return u === null ? null : objectOf(u, path, depth);
    default:
      throw new EncodeError(path, `a ${typeof u} has no form in AMQP’s headers`);
  }
};

const objectOf = (u: object, path: string, depth: number): unknown => {
  if (depth > DEEPEST) throw new EncodeError(path, `nested more than ${DEEPEST} deep`);
  if (Array.isArray(u)) return u.map((item, i) => formOf(item, `${path}[${i}]`, depth + 1));
  if (Buffer.isBuffer(u)) return u;
  if (u instanceof Float) return as('double', numberOf(u.value, path));
  if (u instanceof Uuid) return u.text;
  const prototype: unknown = Object.getPrototypeOf(u);
  if (prototype === Object.prototype || prototype === null) return table(u as Dict, path, depth);
  throw new EncodeError(path, `a ${u.constructor?.name} has no form in AMQP’s headers`);
};

/** RabbitMQ closes the whole connection over one that is not finite. */
const numberOf = (n: number, path: string): number => {
  if (Number.isFinite(n)) return n;
  throw new EncodeError(path, `${n} has no form in AMQP’s headers`);
};

/** How the client library is told a type. */
const as = (type: string, value: unknown): unknown => ({ '!': type, value });

/** At most 255 bytes; and what the client library takes for a type is no name. */
const nameOf = (key: string, path: string): string => {
  if (key === '!' || Buffer.byteLength(key) > 255) {
    throw new EncodeError(`${path}.${key}`, 'AMQP has no header of such a name');
  }
  return key;
};
