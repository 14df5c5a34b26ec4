/**
 * The longest that a timer of Node can wait; a longer one would fire at once.
 *
 * @since 0.1.0
 */

export const MAX_MILLISECONDS = 2_147_483_647;

export const MAX_SECONDS = Math.floor(MAX_MILLISECONDS / 1000);
