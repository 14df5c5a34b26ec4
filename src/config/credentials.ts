/**
 * Credentials that come from a function: it is asked at each connect, and again before
 * the answer runs out.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a provider answers. `validFor` is in seconds, and over 0; without it the answer
 * holds for as long as the link does.
 *
 * @category model
 * @since 0.1.0
 */
export interface Credentials {
  readonly username?: string;
  readonly password: string;
  readonly validFor?: number;
}

/**
 * Asked at each connect, and where the answer has a `validFor`, again in time. It has
 * `socketConnectTimeout` to answer. Where it fails, or the server refuses what it answered,
 * it is asked again under the retry policy.
 *
 * @category model
 * @since 0.1.0
 */
export type CredentialsProvider = () => Promise<Credentials>;
