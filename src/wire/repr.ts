/**
 * Python's `repr`, for what can come off the wire. It is how Celery words an exception
 * in its messages.
 *
 * @since 0.1.0
 */
import type { TaskException } from '../errors/taskException.js';
import { DateTime } from '../serialization/dateTime.js';
import { ownRecord } from '../serialization/ownRecord.js';
import { floatText, numberText } from '../serialization/pythonNumber.js';
import { Decimal, Float, PlainDate, PlainTime, Uuid } from '../serialization/values.js';
import type { ResultTuple } from './resultTuple.js';

/**
 * Total: what Python would not know is named by its class; what a getter or a proxy keeps
 * to itself, or no string can hold, is unprintable; a container within itself is elided as
 * in Python, and so is one deeper than `levels`: neither nesting nor a cycle overflows.
 *
 * @category conversions
 * @since 0.1.0
 */
export const repr = (u: unknown, levels = 100): string => reprWithin(u, levels, []);

/** `within` is the containers that `u` is in, the outermost first. */
const reprWithin = (u: unknown, levels: number, within: ReadonlyArray<object>): string => {
  switch (typeof u) {
    case 'number':
      return Number.isFinite(u) ? numberText(u) : nonFinite(u);
    case 'bigint':
      return String(u);
    case 'boolean':
      return u ? 'True' : 'False';
    case 'undefined':
      return 'None';
    case 'symbol':
      return `<${String(u)}>`;
    case 'string':
    case 'function':
    case 'object':
      if (u === null) return 'None';
      try {
        if (typeof u === 'string') return stringRepr(u);
        return typeof u === 'function' ? functionRepr(u) : objectRepr(u, levels, within);
      } catch {
        // In the words of Python's `traceback`.
        return `<unprintable ${typeof u}>`;
      }
  }
};

const nonFinite = (n: number): string => (Number.isNaN(n) ? 'nan' : n > 0 ? 'inf' : '-inf');

const functionRepr = ({ name }: Readonly<Record<'name', unknown>>): string =>
  `<function ${typeof name === 'string' && name !== '' ? name : '<lambda>'}>`;

const objectRepr = (u: object, levels: number, within: ReadonlyArray<object>): string => {
  if (u instanceof Float) return Number.isFinite(u.value) ? floatText(u.value) : nonFinite(u.value);
  if (u instanceof Uint8Array) return bytesRepr(u);
  if (u instanceof Decimal) return `Decimal(${stringRepr(u.text)})`;
  if (u instanceof Uuid) return `UUID(${stringRepr(u.text)})`;
  if (u instanceof PlainDate) return `datetime.date(${numbers(u.text).join(', ')})`;
  if (u instanceof PlainTime) return `datetime.time(${clock(u.text).join(', ')})`;
  if (u instanceof Date) return dateRepr(u);
  if (u instanceof Error) return `${u.name}(${u.message === '' ? '' : stringRepr(u.message)})`;
  const own = ownRecord(u);
  if (own !== undefined) return own === 'an exception' ? exceptionRepr(u) : referenceRepr(u);
  const isElided = within.length >= levels || within.includes(u);
  const around = [...within, u];
  const item = (inner: unknown): string => reprWithin(inner, levels, around);
  if (Array.isArray(u)) return isElided ? '[...]' : `[${u.map(item).join(', ')}]`;
  const prototype: unknown = Object.getPrototypeOf(u);
  const isDict = u instanceof Map || prototype === Object.prototype || prototype === null;
  if (!isDict) return `<${u.constructor?.name ?? ''} object>`;
  if (isElided) return '{...}';
  const members = u instanceof Map ? [...u] : Object.entries(u);
  return `{${members.map(([key, value]) => `${item(key)}: ${item(value)}`).join(', ')}}`;
};

/** It holds its own. */
const exceptionRepr = (u: object): string => (u as TaskException).repr;

const referenceRepr = (u: object): string => {
  const { asTuple } = u as { readonly asTuple?: unknown };
  const tuple = (typeof asTuple === 'function' ? asTuple.call(u) : u) as ResultTuple;
  return tuple._tag === 'GroupResult'
    ? `<GroupResult: ${tuple.id} [${tuple.results.map(({ id }) => id).join(', ')}]>`
    : `<AsyncResult: ${tuple.id}>`;
};

// -------------------------------------------------------------------------------------
// strings and bytes
// -------------------------------------------------------------------------------------

/** Single quotes, unless that would need escapes where double quotes would not. */
const quoteFor = (text: string): string => (text.includes("'") && !text.includes('"') ? '"' : "'");

const isQuote = (found: string): boolean => found === "'" || found === '"';

const stringRepr = (text: string): string => {
  if (plain.test(text)) return `'${text}'`;
  const quote = quoteFor(text);
  return `${quote}${text.replace(unprintable, (found) => (found !== quote && isQuote(found) ? found : escapeText(found)))}${quote}`;
};

/** Found by far sooner than that there is nothing to escape. */
const plain = /^[ !#-&(-[\]-~]*$/;

/** What `str.isprintable` denies, and what a quoted string must escape. */
const unprintable = /['"\\]|(?! )[\p{C}\p{Z}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escapeText = (found: string): string => {
  if (isQuote(found) || found === '\\') return `\\${found}`;
  const code = found.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return named[found] ?? `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
};

const bytesRepr = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const quote = quoteFor(text);
  const body = text.replace(/['"\\]|[^ -~]/g, (found) =>
    found !== quote && isQuote(found) ? found : escapeText(found),
  );
  return `b${quote}${body}${quote}`;
};

// -------------------------------------------------------------------------------------
// dates
// -------------------------------------------------------------------------------------

const numbers = (text: string): ReadonlyArray<number> => (text.match(/\d+/g) ?? []).map(Number);

/** Hour and minute, then second and microsecond as far as they are not zero. */
const clock = (text: string): ReadonlyArray<number> => {
  const [, hour, minute, second, fraction] =
    /^(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?/.exec(text) ?? [];
  const micros = Number((fraction ?? '').slice(0, 6).padEnd(6, '0'));
  const seconds = Number(second ?? 0);
  const tail = micros !== 0 ? [seconds, micros] : seconds !== 0 ? [seconds] : [];
  return [Number(hour), Number(minute), ...tail];
};

const dateRepr = (date: Date): string => {
  if (Number.isNaN(date.getTime())) return '<Invalid Date>';
  const { text } = date instanceof DateTime ? date : DateTime.utc(date);
  const zone = zoneRepr(/(?:Z|([+-])(\d\d):?(\d\d)(?::?(\d\d))?)$/.exec(text.slice(10)));
  const fields = [...numbers(text.slice(0, 10)), ...clock(text.slice(11))];
  return `datetime.datetime(${[...fields, ...zone].join(', ')})`;
};

const zoneRepr = (zone: RegExpExecArray | null): ReadonlyArray<string> => {
  if (zone === null) return [];
  const seconds = Number(zone[2] ?? 0) * 3600 + Number(zone[3] ?? 0) * 60 + Number(zone[4] ?? 0);
  if (seconds === 0) return ['tzinfo=datetime.timezone.utc'];
  const delta = zone[1] === '-' ? `days=-1, seconds=${86400 - seconds}` : `seconds=${seconds}`;
  return [`tzinfo=datetime.timezone(datetime.timedelta(${delta}))`];
};
