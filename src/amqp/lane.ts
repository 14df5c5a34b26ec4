/**
 * A channel on which each message is confirmed: what becomes of it once the broker has it,
 * or will not have it. Any number are under way at once.
 *
 * @since 0.1.0
 */
import type { ConfirmChannel } from 'amqplib';
import { EncodeError } from '../errors/errors.js';
import { reasonOf } from '../serialization/reason.js';
import type { Link } from './link.js';
import type { Publication } from './publication.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * - `Queued`: a queue has it, or all those that are bound;
 * - `Returned`: no queue is there for it;
 * - `Nacked`: the broker can't take it now;
 * - `Refused`: the broker has closed the channel over it;
 * - `Suspect`: over this one or over another, so that it is not known what became of it;
 * - `Lost`: the link was lost.
 */
export type Fate =
  | { readonly _tag: 'Queued' | 'Returned' | 'Nacked' | 'Suspect' | 'Lost' }
  | { readonly _tag: 'Refused'; readonly error: Error };

const fate = (_tag: Exclude<Fate['_tag'], 'Refused'>): Fate => ({ _tag });

export class Lane {
  /** Told just before the same messages are confirmed. */
  private readonly returned = new Set<string>();
  private underWay = 0;
  private refused: { readonly error: Error; readonly isAlone: boolean } | undefined;
  isClosed = false;

  constructor(
    private readonly link: Link,
    private readonly channel: ConfirmChannel,
  ) {
    channel.on('return', ({ fields: { exchange, routingKey }, properties }) => {
      this.returned.add(nameOf(exchange, routingKey, properties.correlationId));
    });
    channel.on('error', (error) => {
      this.isClosed = true;
      this.refused = { error, isAlone: this.underWay === 1 };
    });
    channel.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Leaves at once. Fails with an `EncodeError` alone. */
  publish({ exchange, routingKey, body, options }: Publication): Promise<Fate> {
    if (this.isClosed) return Promise.resolve(fate('Suspect'));
    return this.link.owed(
      new Promise((resolve, reject) => {
        this.underWay += 1;
        const end = (error: Error | null): void => {
          resolve(
            error === null
              ? this.confirmed(nameOf(exchange, routingKey, options.correlationId))
              : this.unconfirmed(error),
          );
          this.underWay -= 1;
        };
        try {
          this.channel.publish(exchange, routingKey, body, options, end);
        } catch (thrown) {
          this.underWay -= 1;
          reject(new EncodeError('$.headers', reasonOf(thrown)));
        }
      }),
    );
  }

  close(): Promise<void> {
    return this.channel.close();
  }

  private confirmed(name: string): Fate {
    return fate(this.returned.delete(name) ? 'Returned' : 'Queued');
  }

  private unconfirmed(error: Error): Fate {
    if (error.message === 'message nacked') return fate('Nacked');
    if (this.refused === undefined) return fate('Lost');
    return this.refused.isAlone ? { _tag: 'Refused', error: this.refused.error } : fate('Suspect');
  }
}

/** Where it goes decides whether it is returned, so this is enough to know it by. */
const nameOf = (exchange: string, routingKey: string, correlationId: unknown): string =>
  `${exchange}\n${routingKey}\n${correlationId ?? ''}`;
