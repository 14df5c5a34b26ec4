/**
 * What was asked for in a way that cannot work.
 *
 * @since 0.1.0
 */
import { Tagged } from './tagged.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * An option, URL or setting that cannot work. Celery: `ImproperlyConfigured`.
 *
 * @category model
 * @since 0.1.0
 */
export class ImproperlyConfigured extends Tagged<'ImproperlyConfigured'> {
  readonly _tag = 'ImproperlyConfigured';
  constructor(
    /** The option, parameter of the URL, or setting. */
    readonly option: string,
    /** What is wrong with it. */
    readonly problem: string,
  ) {
    super(`${option}: ${problem}`);
  }
}

/**
 * An argument of a call that cannot work, such as an empty task id.
 *
 * @category model
 * @since 0.1.0
 */
export class InvalidArgument extends Tagged<'InvalidArgument'> {
  readonly _tag = 'InvalidArgument';
  constructor(
    /** The name of the argument. */
    readonly argument: string,
    /** What is wrong with it. */
    readonly problem: string,
  ) {
    super(`${argument} ${problem}`);
  }
}
