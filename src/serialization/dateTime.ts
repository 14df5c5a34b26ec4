/**
 * `DateTime`: a `Date` that remembers how the wire wrote it, since JavaScript has
 * neither microseconds nor offsets and Python has both.
 *
 * @since 0.1.0
 */
import * as O from 'fp-ts/lib/Option.js';

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
    const seconds = date.toISOString().slice(0, 19);
    const micros = date instanceof DateTime ? date.microsecond : date.getUTCMilliseconds() * 1000;
    const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`;
    return new DateTime(`${seconds}${fraction}+00:00`, date.getTime());
  }

  /** 0 to 999999. */
  get microsecond(): number {
    const fraction = /\.(\d+)/.exec(this.text)?.[1] ?? '';
    return Number(fraction.slice(0, 6).padEnd(6, '0'));
  }

  override toJSON(): string {
    return this.text;
  }
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

const iso =
  /^(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;

/** Milliseconds since 1970, or NaN. `Date.parse` alone would take a text without an offset for local time. */
const instant = (text: string): number => {
  const match = iso.exec(text);
  if (match === null) return Number.NaN;
  const [, date = '', time = '', zone = 'Z'] = match;
  if (!isDate(date)) return Number.NaN;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  return Date.parse(`${date}T${time}${offset}`);
};

/**
 * Whether there is such a day, in a year that Python has. Takes `YYYY-MM-DD`.
 *
 * @internal
 */
export const isDate = (text: string): boolean => {
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  if (text.startsWith('0000') || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= daysIn(Number(text.slice(0, 4)), month);
};

const daysIn = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};
