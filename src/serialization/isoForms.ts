/**
 * The rarer forms of ISO 8601 that Python's `fromisoformat` takes since 3.11: without
 * dashes or colons, by week, cut off after the hour or minute, with a comma.
 *
 * @since 0.1.0
 */

/**
 * A date, or a date and time, as `isoformat()` writes it; a bare date is its midnight.
 * Whether there is such a day is not looked at. Undefined where it has no such form.
 *
 * @internal
 */
export const isoDateTime = (text: string): string | undefined => {
  for (const form of dates) {
    const found = form.exec(text);
    if (found === null) continue;
    const date = dateOf(found.groups);
    const rest = text.slice(found[0].length);
    // Between the two there is any one character.
    const time = rest === '' ? '00:00:00' : clockOf([...rest].slice(1).join(''));
    if (date !== undefined && time !== undefined) return `${date}T${time}`;
  }
  return undefined;
};

/**
 * A time as `isoformat()` writes it.
 *
 * @internal
 */
export const isoTime = (text: string): string | undefined => clockOf(text.replace(/^T/, ''));

type Groups = Readonly<Record<string, string | undefined>>;

// -------------------------------------------------------------------------------------
// dates
// -------------------------------------------------------------------------------------

/** A day is looked for before there is none; the digits behind a week may be the hour. */
const dates: ReadonlyArray<RegExp> = [
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/,
  /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)/,
  /^(?<year>\d{4})-W(?<week>\d\d)-(?<weekday>\d)(?!\d)/,
  /^(?<year>\d{4})-W(?<week>\d\d)/,
  /^(?<year>\d{4})W(?<week>\d\d)(?<weekday>\d)(?!\d(?:\d\d)*(?!\d))/,
  /^(?<year>\d{4})W(?<week>\d\d)/,
];

const dateOf = ({ year = '', month, day, week, weekday = '1' }: Groups = {}): string | undefined =>
  week === undefined
    ? `${year}-${month}-${day}`
    : dayOfWeek(Number(year), Number(week), Number(weekday));

const dayInMs = 86_400_000;

/** The first week of a year is the one with its fourth of January. */
const dayOfWeek = (year: number, week: number, weekday: number): string | undefined => {
  if (year === 0 || weekday === 0 || weekday > 7 || week === 0) return undefined;
  const monday = firstMonday(year) + (week - 1) * 7 * dayInMs;
  if (monday >= firstMonday(year + 1)) return undefined;
  return new Date(monday + (weekday - 1) * dayInMs).toISOString().slice(0, 10);
};

const firstMonday = (year: number): number => {
  const fourth = new Date(0);
  fourth.setUTCFullYear(year, 0, 4);
  return fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * dayInMs;
};

// -------------------------------------------------------------------------------------
// times
// -------------------------------------------------------------------------------------

/** Python takes a fraction behind the hour or the minute as well, for one of a second. */
const clock =
  /^(?<hour>\d\d)(?:(?<colon>:?)(?<minute>\d\d)(?:\k<colon>(?<second>\d\d))?)?(?:[.,](?<fraction>\d*))?$/;

const clockOf = (text: string): string | undefined => {
  const [, time = '', sign, zone] = /^([^-+Z]*)(?:(Z$|[-+])(.*))?$/.exec(text) ?? [];
  const groups = clock.exec(time)?.groups;
  if (groups === undefined) return undefined;
  const own = written(groups, true);
  if (sign === undefined) return own;
  if (sign === 'Z') return `${own}+00:00`;
  const offset = clock.exec(zone ?? '')?.groups;
  return offset && `${own}${sign}${written(offset, /[1-9]/.test(secondsOf(offset)))}`;
};

const secondsOf = ({ second = '00', fraction }: Groups): string => {
  const micros = (fraction ?? '').slice(0, 6).padEnd(6, '0');
  return Number(micros) === 0 ? second : `${second}.${micros}`;
};

const written = (time: Groups, withSeconds: boolean): string => {
  const { hour, minute = '00' } = time;
  return `${hour}:${minute}${withSeconds ? `:${secondsOf(time)}` : ''}`;
};
