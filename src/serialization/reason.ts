/**
 * What somebody else's code threw, in words.
 *
 * @since 0.1.0
 */

/**
 * Total: what is thrown may be a proxy that throws when it is looked at.
 *
 * @internal
 */
export const reasonOf = (thrown: unknown): string => {
  try {
    return thrown instanceof Error ? String(thrown.message) : typeof thrown;
  } catch {
    return 'something that cannot be looked at';
  }
};
