/**
 * Seconds of an option, as a timer takes them.
 *
 * @since 0.1.0
 */
import { ImproperlyConfigured } from '../errors/errors.js';
import { MAX_MILLISECONDS } from '../operation/maxWait.js';

/** Throws for none; what is longer than a timer can wait, `Infinity` too, is as long as that. */
export const millisecondsOf = (name: string, seconds: number): number => {
  if (!(seconds > 0)) throw new ImproperlyConfigured(name, 'must be more than 0 seconds');
  return Math.min(seconds * 1000, MAX_MILLISECONDS);
};
