/**
 * What a connection may be called: a server refuses all else, and what is refused beside a
 * handshake is dropped in silence.
 *
 * Source: `validateClientName` in Redis' `networking.c`.
 *
 * @since 0.1.0
 */

/** In words. */
export const CLIENT_NAME = 'printable ASCII without spaces';

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/**
 * @category refinements
 * @since 0.1.0
 */
export const isClientName = (name: string): boolean => /^[!-~]*$/.test(name);
