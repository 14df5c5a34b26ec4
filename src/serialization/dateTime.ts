/**
 * `DateTime`: a `Date` that remembers how the wire wrote it, since JavaScript has
 * neither microseconds nor offsets and Python has both.
 *
 * @since 0.1.0
 */
import * as O from 'fp-ts/lib/Option.js';
import { codeAt } from './codeAt.js';
import { isoDateTime } from './isoForms.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * An instant with the ISO 8601 text it was read from. A text without an offset is UTC,
 * as Celery means it, but is written back without one. Treat it as immutable: the
 * setters inherited from `Date` leave `text` behind.
 *
 * @example
 * import { DateTime } from 'chordis'
 *
 * const done = new DateTime('2024-05-06T12:38:09.123456+05:30')
 * done.toISOString() // '2024-05-06T07:08:09.123Z'
 * done.microsecond // 123456
 * JSON.stringify(done) // '"2024-05-06T12:38:09.123456+05:30"'
 *
 * @category model
 * @since 0.1.0
 */
export class DateTime extends Date {
  /** What the wire says, to the letter. */
  readonly text: string;

  /** Like `new Date(text)`: a text that is no ISO 8601 date and time makes an Invalid Date. */
  constructor(text: string);
  /** @internal For a text whose time is known. */
  constructor(text: string, time: number);
  constructor(text: string, time = instant(text)) {
    super(time);
    this.text = text;
  }

  /** `None` where the text is no date and time that Python can hold. */
  static fromText(text: string): O.Option<DateTime> {
    const dateTime = new DateTime(text);
    return Number.isNaN(dateTime.getTime()) ? O.none : O.some(dateTime);
  }

  /** The same instant as Python's `isoformat()` writes it in UTC: six digits or no fraction, `+00:00`. */
  static utc(date: Date): DateTime {
    const micros = date instanceof DateTime ? date.microsecond : date.getUTCMilliseconds() * 1000;
    const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`;
    return new DateTime(`${upToSecond(date.getTime())}${fraction}+00:00`, date.getTime());
  }

  /** 0 to 999999. */
  get microsecond(): number {
    const fraction = /\.(\d+)/.exec(this.text)?.[1] ?? '';
    return Number(fraction.slice(0, 6).padEnd(6, '0'));
  }

  /** The text, for `JSON.stringify`. */
  override toJSON(): string {
    return this.text;
  }
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * A date and time in any form that Python's `fromisoformat` takes. One of the rarer forms
 * becomes the common one; a bare date is its midnight.
 *
 * @internal
 */
export const fromIsoFormat = (text: string): O.Option<DateTime> => {
  const dateTime = DateTime.fromText(text);
  if (O.isSome(dateTime)) return dateTime;
  const common = isoDateTime(text);
  return common === undefined ? O.none : DateTime.fromText(common);
};

/** `YYYY-MM-DDTHH:MM:SS`. Many results are stored in a second, and this takes longest of each date. */
const upToSecond = (time: number): string => {
  const second = Math.floor(time / 1000);
  if (second !== latest.second) {
    latest = { second, text: new Date(time).toISOString().slice(0, 19) };
  }
  return latest.text;
};

let latest = { second: Number.NaN, text: '' };

const iso =
  /^\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d(?::?[0-5]\d(?:\.\d+)?)?)?$/;

/**
 * Milliseconds since 1970, or NaN. `Date.parse` would take a text without an offset for
 * local time, and several times as long.
 */
const instant = (text: string): number => {
  if (!iso.test(text) || !isDate(text)) return Number.NaN;
  const time = Date.UTC(
    // A year below 100 would be one of the twentieth century.
    yearOf(text) + 400,
    twoDigits(text, 5) - 1,
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    text[16] === ':' ? twoDigits(text, 17) : 0,
    text[19] === '.' ? milliseconds(text) : 0,
  );
  return time - fourCenturies - offsetOf(text);
};

const minute = 60_000;
const fourCenturies = 146_097 * 24 * 60 * minute;

/** The first three digits of the fraction, which may have fewer. */
const milliseconds = (text: string): number => {
  let sum = 0;
  for (let at = 20, worth = 100; worth >= 1; at++, worth /= 10) {
    const digit = codeAt(text, at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    sum += digit * worth;
  }
  return sum;
};

/** How far the text's own clock is ahead of UTC, in milliseconds. */
const offsetOf = (text: string): number => {
  if (text.endsWith('+00:00')) return 0;
  const sign = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'));
  // That of the day, as there is no other.
  if (sign < 16) return 0;
  const minutes = sign + (text[sign + 3] === ':' ? 4 : 3);
  const seconds = minutes + (text[minutes + 2] === ':' ? 3 : 2);
  const size =
    (twoDigits(text, sign + 1) * 60 + twoDigits(text, minutes)) * minute +
    Math.trunc(Number(text.slice(seconds)) * 1000);
  return text[sign] === '-' ? -size : size;
};

/**
 * Whether there is such a day, in a year that Python has. Takes a text that begins with
 * `YYYY-MM-DD`.
 *
 * @internal
 */
export const isDate = (text: string): boolean => {
  const year = yearOf(text);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  return year > 0 && month > 0 && month <= 12 && day > 0 && day <= daysIn(year, month);
};

const daysIn = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

const yearOf = (text: string): number => twoDigits(text, 0) * 100 + twoDigits(text, 2);

const twoDigits = (text: string, at: number): number =>
  (codeAt(text, at) - 0x30) * 10 + codeAt(text, at + 1) - 0x30;

const firstInstant = Date.parse('0001-01-01T00:00:00Z');
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Whether Python's `datetime` can hold it.
 *
 * @internal
 */
export const isPythonDate = (date: Date): boolean =>
  date.getTime() >= firstInstant && date.getTime() <= lastInstant;
