/**
 * What is a dict to Python.
 *
 * @since 0.1.0
 */

/**
 * Whether a value that was read is one.
 *
 * @internal
 */
export const isDict = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === 'object' && u !== null && !Array.isArray(u);
