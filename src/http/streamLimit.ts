/**
 * How many streams each client has open.
 *
 * @since 0.1.0
 */

/**
 * So many streams at once for each client; who that is, `of` says of a request: a user, a
 * session, an address (`remoteAddress`). `undefined` is nobody in particular, and has no limit.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamLimit {
  readonly streams: number;
  /** Which client a request is of; undefined where it is not counted. */
  readonly of: (request: Request) => string | undefined;
}

export class OpenStreams {
  private readonly counts = new Map<string, number>();

  constructor(private readonly limit: StreamLimit | undefined) {}

  /** Opens one: what closes it, which may be called again; `undefined` where there are too many. */
  open(request: Request): (() => void) | undefined {
    const client = this.limit?.of(request);
    if (this.limit === undefined || client === undefined) return () => undefined;
    const count = this.counts.get(client) ?? 0;
    if (count >= this.limit.streams) return undefined;
    this.counts.set(client, count + 1);
    let isOpen = true;
    return () => {
      if (isOpen) this.close(client);
      isOpen = false;
    };
  }

  private close(client: string): void {
    const count = (this.counts.get(client) ?? 0) - 1;
    if (count > 0) this.counts.set(client, count);
    else this.counts.delete(client);
  }
}
