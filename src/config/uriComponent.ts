/**
 * Percent-encoding as Python's `urllib.parse.quote(safe='')` and `unquote` do it, so
 * that a URL means the same on both sides. Both are total: a stray `%` stays as it
 * is, and bytes that are not UTF-8 become U+FFFD.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * @category conversions
 * @since 0.1.0
 */
export const quote = (text: string): string =>
  text.replace(/[^\w.~-]+/g, (run) =>
    Buffer.from(run).toString('hex').toUpperCase().replace(/../g, '%$&'),
  );

/**
 * @category conversions
 * @since 0.1.0
 */
export const unquote = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
  );
