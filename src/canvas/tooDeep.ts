/**
 * A canvas that is nested deeper than the stack, or in itself.
 *
 * @since 0.1.0
 */
import { InvalidArgument } from '../errors/errors.js';

/** Whether that is why something was thrown. */
export const isTooDeep = (thrown: unknown): boolean =>
  thrown instanceof RangeError && thrown.message.includes('call stack');

export const tooDeep = (): InvalidArgument =>
  new InvalidArgument('signature', 'is nested too deep, or holds itself.');
