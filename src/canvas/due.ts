/**
 * When a task is to start and when it is too late for it.
 * Source: `send_task` in `celery/app/base.py`, `as_task_v2` in `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import { DateTime } from '../serialization/dateTime.js';

const second = 1_000_000;

/** Microseconds since 1970: JavaScript's numbers hold them until the year 2255. */
const micros = (date: Date): number => {
  const within = date instanceof DateTime ? date.microsecond % 1000 : 0;
  return date.getTime() * 1000 + within;
};

/** So many seconds later, to the microsecond, as Python writes it. */
export const secondsAfter = (now: Date, seconds: number): DateTime => {
  const at = micros(now) + Math.round(seconds * second);
  const upTo = new Date(Math.floor(at / 1000));
  // Beyond what a date can say.
  if (Number.isNaN(upTo.getTime())) return new DateTime('');
  const fraction = ((at % second) + second) % second;
  const upToSecond = upTo.toISOString().slice(0, -5);
  const digits = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`;
  return new DateTime(`${upToSecond}${digits}+00:00`);
};

/** Whole milliseconds from now on, for the broker; none where it is past. */
export const millisecondsUntil = (now: Date, then: Date): number =>
  Math.max(0, Math.floor((micros(then) - micros(now)) / 1000));
