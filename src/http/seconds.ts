/**
 * How long is waited: seconds of an option, as a timer takes them, and until a reader comes back.
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

/**
 * When a reader is to come back after a cut, in milliseconds: drawn, so that those of a server
 * that has stopped do not come back all at once.
 */
export const comeBackAfter = (random: () => number = Math.random): number =>
  Math.round(1000 + 3000 * random());
