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
import { constVoid } from 'fp-ts/lib/function.js';
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

  private async publishOn(lane: Lane, one: Needing, again = true): Promise<void> {
    const declared = this.declared(one);
    const fate = await lane.publish(one);
    if (fate._tag === 'Suspect') return this.alone(one);
    if (!again || one.need === null || !isMissing(fate)) return this.end(one, fate);
    // it was there, and somebody may have deleted it since
    await this.renew(one, one.need, declared);
    return this.publishOn(await this.sharedLane(), one, false);
  }

  /** After the suspects before it. */
  private alone(one: Needing): Promise<void> {
    const tried = this.last.then(() => this.publishAlone(one));
    this.last = tried.catch(constVoid);
    return tried;
  }

  private async publishAlone(one: Needing, again = true): Promise<void> {
    const declared = this.declared(one);
    const lane = new Lane(this.link, await this.ownChannel(one));
    const fate = await lane.publish(one);
    if (!lane.isClosed) await lane.close().catch(constVoid);
    if (!again || one.need === null || !isMissing(fate)) return this.end(one, fate);
    await this.renew(one, one.need, declared);
    return this.publishAlone(one, false);
  }

  private declared({ need }: Needing): Promise<void> | undefined {
    return need === null ? undefined : this.declarations.current(need);
  }

  private async renew(one: Needing, need: Need, declared: Promise<void> | undefined) {
    try {
      await this.declarations.renew(need, declared);
    } catch (error) {
      throw isNowhere(error) ? unroutable(one.exchange, one.routingKey) : error;
    }
  }

  private async end(one: Needing, fate: Fate): Promise<void> {
    const { exchange, routingKey } = one;
    switch (fate._tag) {
      case 'Queued':
        return;
      case 'Returned':
        throw unroutable(exchange, routingKey);
      case 'Nacked':
        throw new Unavailable('NACK', this.link.address, nacked, 'RabbitMQ');
      case 'Refused':
        throw codeOf(fate.error) === NOT_FOUND
          ? unroutable(exchange, routingKey)
          : refusal(fate.error, askedOf(one));
      case 'Suspect':
      case 'Lost':
        // that the link is lost is told a moment after its channels have been closed
        await Promise.resolve();
        throw this.link.lost(askedOf(one));
    }
  }

  /** It may be out already. */
  private async ownChannel(one: Needing): Promise<ConfirmChannel> {
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
