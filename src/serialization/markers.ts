/**
 * Markers: how a value that JSON cannot say travels, as an object of exactly the two
 * members `__type__` and `__value__`. Source: `register_type` in `kombu/utils/json.py`.
 *
 * Which markers there are is an argument of `jsonWith`, never global state.
 *
 * @since 0.1.0
 */
import { isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { DateTime, fromIsoFormat, isPythonDate } from './dateTime.js';
import { exactDecimal } from './exactDecimal.js';
import { isoTime } from './isoForms.js';
import { readUuid } from './uuid.js';
import { Decimal, PlainDate, PlainTime, Uuid } from './values.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How values of one class are written as `{"__type__": …, "__value__": …}`, and read.
 * Kombu: `register_type`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Marker {
  /** The `__type__`. */
  readonly type: string;
  /** The `__value__` of a value of this type; `None` for any other value. */
  readonly encode: (value: unknown) => O.Option<unknown>;
  /** What a `__value__` of this type stands for; a `Left` says what is wrong with it. */
  readonly decode: (value: unknown) => E.Either<string, unknown>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The marker of a class of the user's own; Python reads it after a `register_type` of
 * the same name.
 *
 * @example
 * import { defaultMarkers, jsonWith, marker } from 'chordis'
 * import * as E from 'fp-ts/lib/Either.js'
 *
 * class Money {
 *   constructor(readonly amount: string) {}
 * }
 * const money = marker({
 *   type: 'money',
 *   is: (u): u is Money => u instanceof Money,
 *   encode: (m) => m.amount,
 *   decode: (u) => (typeof u === 'string' ? E.right(new Money(u)) : E.left('no amount')),
 * })
 * const json = jsonWith([money, ...defaultMarkers])
 *
 * @category constructors
 * @since 0.1.0
 */
export const marker = <A>(definition: {
  readonly type: string;
  readonly is: (value: unknown) => value is A;
  readonly encode: (value: A) => unknown;
  readonly decode: (value: unknown) => E.Either<string, A>;
}): Marker => ({
  type: definition.type,
  encode: (value) => (definition.is(value) ? O.some(definition.encode(value)) : O.none),
  decode: definition.decode,
});

const text =
  <A>(what: string, read: (text: string) => O.Option<A>) =>
  (value: unknown): E.Either<string, A> =>
    typeof value === 'string'
      ? E.fromOption(() => `not a ${what}: ${value.slice(0, 80)}`)(read(value))
      : E.left(`not a ${what}: a ${typeof value}`);

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/** @internal */
export const datetime = marker({
  type: 'datetime',
  is: (u): u is Date =>
    u instanceof DateTime ? !Number.isNaN(u.getTime()) : u instanceof Date && isPythonDate(u),
  encode: (date) => (date instanceof DateTime ? date : DateTime.utc(date)).text,
  decode: text('datetime', fromIsoFormat),
});

/** @internal */
export const date = marker({
  type: 'date',
  is: (u) => u instanceof PlainDate,
  encode: (plain) => plain.text,
  // Python reads a date and time; 5.3 wrote the midnight.
  decode: text('date', (value) =>
    O.map(({ text: read }: DateTime) => new PlainDate(read.slice(0, 10)))(fromIsoFormat(value)),
  ),
});

/** @internal */
export const time = marker({
  type: 'time',
  is: (u) => u instanceof PlainTime,
  encode: (plain) => plain.text,
  decode: text('time', (value) => {
    const read = isTime(value) ? value : isoTime(value);
    return read !== undefined && isTime(read) ? O.some(new PlainTime(read)) : O.none;
  }),
});

const isTime = (value: string): boolean =>
  !Number.isNaN(new DateTime(`1970-01-01T${value}`).getTime());

const uuid = marker({
  type: 'uuid',
  is: (u) => u instanceof Uuid,
  encode: (id) => ({ hex: id.hex }),
  decode: readUuid,
});

const decimalText = text('decimal', (value) =>
  /^\s*[+-]?(?:(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?|inf(?:inity)?|s?nan\d*)\s*$/i.test(
    value,
  )
    ? O.some(new Decimal(value))
    : O.none,
);

/** @internal */
export const decimal = marker({
  type: 'decimal',
  is: (u) => u instanceof Decimal,
  encode: (d) => d.text,
  decode: (value) =>
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
      ? E.right(new Decimal(exactDecimal(value)))
      : decimalText(value),
});

const bytes = marker({
  type: 'bytes',
  is: (u): u is Uint8Array => u instanceof Uint8Array && isUtf8(u),
  encode: (utf8) => Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength).toString('utf8'),
  decode: text('bytes', (value) => O.some(Buffer.from(value, 'utf8'))),
});

const base64 = marker({
  type: 'base64',
  is: (u) => u instanceof Uint8Array,
  encode: (raw) => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64'),
  decode: text('base64', (value) => O.some(Buffer.from(value, 'base64'))),
});

/**
 * Kombu's own: datetime, date, time, uuid, decimal, bytes and base64 (bytes that are
 * not UTF-8). The first marker that takes a value writes it.
 *
 * @category instances
 * @since 0.1.0
 */
export const defaultMarkers: ReadonlyArray<Marker> = [
  datetime,
  date,
  time,
  uuid,
  decimal,
  bytes,
  base64,
];
