/**
 * Publishing over one link: what a message needs is declared, it leaves, and it is done once
 * the broker has it in a queue.
 *
 * Where the broker closes the channel, the one message that it did not like takes others with
 * it. So those of which it is not known what became of them are published once more, each
 * alone on a channel: a worker may get one of them twice.
 *
 * @since 0.1.0
 */
import type { ConfirmChannel } from 'amqplib';
import { ResponseError, Unavailable } from '../errors/errors.js';
import { Declarations } from './declarations.js';
import { type Asked, codeOf, NOT_FOUND, refusal, unroutable } from './failure.js';
import { type Fate, Lane } from './lane.js';
import type { Link } from './link.js';
import type { Need } from './needs.js';
import type { Publication } from './publication.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Needing extends Publication {
  readonly need: Need | null;
}

export class Publisher {
  private readonly declarations: Declarations;
  private shared: Promise<Lane> | undefined;
  private lane: Lane | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly link: Link) {
    this.declarations = new Declarations(link);
  }

  get isLost(): boolean {
    return this.link.isLost;
  }

  close(): Promise<void> {
    return this.link.close();
  }

  /** In order, all at once; what becomes of each. Fails with a `ResultStoreError`. */
  async publish(all: ReadonlyArray<Needing>): Promise<ReadonlyArray<PromiseSettledResult<void>>> {
    const needs = all.flatMap(({ need }) => need ?? []);
    const missing = this.declarations.missing(needs);
    if (missing.length > 0) await this.declare(missing, all);
    const lane = await this.sharedLane();
    return Promise.allSettled(all.map((one) => this.publishOn(lane, one)));
  }

  private async declare(missing: ReadonlyArray<Need>, all: ReadonlyArray<Needing>): Promise<void> {
    for (const need of missing) {
      try {
        await this.declarations.make(need);
      } catch (error) {
        const one = all.find(({ need: own }) => own?.id === need.id);
        throw one !== undefined && isNowhere(error)
          ? unroutable(one.exchange, one.routingKey)
          : error;
      }
    }
  }

  private async publishOn(lane: Lane, one: Needing): Promise<void> {
    const { need } = one;
    const declared = need === null ? undefined : this.declarations.current(need);
    const fate = await lane.publish(one);
    if (fate._tag === 'Suspect') return this.alone(one);
    if (need === null || !isMissing(fate)) return this.end(one, fate);
    // it was there, and somebody may have deleted it since
    await this.renew(one, need, declared);
    return this.end(one, await (await this.sharedLane()).publish(one));
  }

  private async renew(one: Needing, need: Need, declared: Promise<void> | undefined) {
    try {
      await this.declarations.renew(need, declared);
    } catch (error) {
      throw isNowhere(error) ? unroutable(one.exchange, one.routingKey) : error;
    }
  }

  private end(one: Needing, fate: Fate): Promise<void> {
    const { exchange, routingKey } = one;
    switch (fate._tag) {
      case 'Queued':
        return Promise.resolve();
      case 'Returned':
        return Promise.reject(unroutable(exchange, routingKey));
      case 'Nacked':
        return Promise.reject(new Unavailable('NACK', this.link.address, nacked, 'RabbitMQ'));
      case 'Suspect':
        return this.alone(one);
      case 'Refused':
        return Promise.reject(
          codeOf(fate.error) === NOT_FOUND
            ? unroutable(exchange, routingKey)
            : refusal(fate.error, askedOf(one)),
        );
      case 'Lost':
        // that it is lost is told a moment after its channels have been closed
        return Promise.resolve().then(() => {
          throw this.link.lost(askedOf(one));
        });
    }
  }

  /** After the suspects before it. */
  private alone(one: Needing): Promise<void> {
    const tried = this.last.then(async () => {
      const lane = new Lane(this.link, await this.confirmChannel(one));
      await this.end(one, await lane.publish(one));
      if (!lane.isClosed) await lane.close();
    });
    this.last = tried.catch(() => undefined);
    return tried;
  }

  /** It may be out already. */
  private async confirmChannel(one: Needing): Promise<ConfirmChannel> {
    try {
      return await this.link.confirmChannel();
    } catch {
      throw this.link.lost(askedOf(one));
    }
  }

  private sharedLane(): Promise<Lane> {
    if (this.shared === undefined || this.lane?.isClosed) {
      this.lane = undefined;
      const opening = this.link.confirmChannel().then((channel) => {
        this.lane = new Lane(this.link, channel);
        return this.lane;
      });
      this.shared = opening;
      opening.catch(() => {
        this.shared = undefined;
      });
    }
    return this.shared;
  }
}

const nacked = new Error('a queue takes no more messages, or is not there now');

const isNowhere = (error: unknown): boolean =>
  error instanceof ResponseError &&
  error.code === 'NOT_FOUND' &&
  error.command === 'exchange.declare';

const isMissing = (fate: Fate): boolean =>
  fate._tag === 'Returned' || (fate._tag === 'Refused' && codeOf(fate.error) === NOT_FOUND);

const askedOf = ({ exchange, routingKey }: Publication): Asked => ({
  command: 'basic.publish',
  key: exchange === '' ? routingKey : `${exchange} ${routingKey}`,
});
