/**
 * How links are made and kept, wherever they lead to: what an option may set and the query of
 * the URL may override.
 *
 * @since 0.1.0
 */

/**
 * Times are in seconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface LinkSettings {
  readonly maxConnections: number;
  /** The deadline of a reply. */
  readonly socketTimeout: number;
  readonly socketConnectTimeout: number;
  readonly socketKeepalive: boolean;
  /** Between two PINGs; 0 sends none. */
  readonly healthCheckInterval: number;
  readonly clientName: string;
}
