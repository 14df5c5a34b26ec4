import { DateTime } from '../src/serialization/dateTime.js';
import { Decimal, Float, PlainDate, PlainTime, Uuid } from '../src/serialization/values.js';
import { pythonException } from '../src/wire/exception.js';
import { asyncResultTuple, groupResultTuple, type ResultTuple } from '../src/wire/resultTuple.js';

/** A Python value in the notation of the vectors. */
type Notation = { readonly $py: string; readonly [field: string]: unknown };

const isNotation = (u: unknown): u is Notation =>
  typeof u === 'object' && u !== null && '$py' in u && typeof u.$py === 'string';

/** A value of Python's that JavaScript has no counterpart of. */
export class NoCounterpart extends Error {}

const infinities: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/**
 * The JavaScript value that chordis takes for a Python one. A float becomes a `Float`
 * where a number would be written as an int; with `read`, what decoding gives: a number.
 */
export const pythonValue = (u: unknown, read = false): unknown => {
  const items = (list: unknown): ReadonlyArray<unknown> =>
    Array.isArray(list) ? list.map((item) => pythonValue(item, read)) : [];
  if (Array.isArray(u)) return items(u);
  if (!isNotation(u)) {
    return typeof u === 'object' && u !== null
      ? Object.fromEntries(Object.entries(u).map(([k, v]) => [k, pythonValue(v, read)]))
      : u;
  }
  const text = (field: string): string => String(u[field]);
  switch (u.$py) {
    case 'int':
      return BigInt(text('repr'));
    case 'float': {
      const n = infinities[text('repr')] ?? Number(text('repr'));
      return read || !Number.isSafeInteger(n) ? n : new Float(n);
    }
    case 'str':
      return JSON.parse(text('json'));
    case 'repeat':
      return text('str').repeat(Number(u.times));
    case 'tuple':
      return items(u.items);
    case 'dict': {
      const members = items(u.items) as ReadonlyArray<readonly [unknown, unknown]>;
      return read ? Object.fromEntries(members) : new Map(members);
    }
    case 'bytes':
    case 'bytearray':
      return Buffer.from(text('base64'), 'base64');
    case 'datetime':
      return new DateTime(text('iso'));
    case 'date':
      return new PlainDate(text('iso'));
    case 'time':
      return new PlainTime(text('iso'));
    case 'decimal':
      return new Decimal(text('repr'));
    case 'uuid':
      return new Uuid(text('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
    case 'exception':
      return pythonException(text('qualname'), items(u.args), text('module'));
    case 'AsyncResult':
    case 'GroupResult':
      return resultTuple(u);
    case 'set':
      return new Set(items(u.items));
    case 'has__json__':
      return new (class {
        toJSON(): unknown {
          return pythonValue(u.value, read);
        }
      })();
    default:
      throw new NoCounterpart(u.$py);
  }
};

/** An AsyncResult or GroupResult in the notation of the vectors. */
export const resultTuple = (u: unknown): ResultTuple => {
  if (!isNotation(u)) throw new NoCounterpart(JSON.stringify(u));
  const id = isNotation(u.id) ? String(pythonValue(u.id)) : u.id;
  if (typeof id !== 'string') throw new NoCounterpart(`the id ${JSON.stringify(u.id)}`);
  const parent = u.parent ? resultTuple(u.parent) : null;
  return u.$py === 'GroupResult' && Array.isArray(u.results)
    ? groupResultTuple(id, u.results.map(resultTuple), parent)
    : asyncResultTuple(id, parent);
};

/** Bytes in the notation of the vectors. */
export const wireBytes = (u: unknown): Buffer =>
  typeof u === 'string'
    ? Buffer.from(u, 'utf8')
    : Buffer.from(String((u as { data: string }).data), 'base64');
