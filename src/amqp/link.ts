/**
 * A link: one connection to a broker, from when it is open until it is lost. It never opens
 * itself anew: so one retry policy, the caller's, decides how often that is tried, and no
 * message goes out twice behind its back.
 *
 * @since 0.1.0
 */
import type { Socket } from 'node:net';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { constVoid } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { connectionOptions } from '../config/tls.js';
import { Closed, CommandTimeout, ConnectionError } from '../errors/errors.js';
import { Silence } from '../operation/silence.js';
import { type AmqpAddress, placeText } from './addresses.js';
import { type Asked, openingFailure } from './failure.js';
import type { AmqpConfig } from './options.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export class Link {
  /** Never emits; fails once it is lost, or with `Closed` where it was closed from here. */
  readonly lost$ = new Rx.ReplaySubject<never>();
  private cause: Error | undefined;
  private isClosing = false;
  private isOverdue = false;
  private blocked: NodeJS.Timeout | undefined;
  private readonly silence: Silence;

  constructor(
    private readonly model: ChannelModel,
    readonly address: string,
    private readonly config: Pick<AmqpConfig, 'socketTimeout'>,
  ) {
    this.silence = new Silence({
      limit: this.limit,
      bytesRead: () => this.socket?.bytesRead ?? 0,
      bytesWaiting: () => this.socket?._handle?.writeQueueSize ?? 0,
      onOverdue: () => {
        this.isOverdue = true;
        this.reset(new Error('no reply in time'));
      },
    });
    this.lost$.subscribe({ error: () => clearTimeout(this.blocked) });
    model.on('error', (error) => {
      this.cause ??= error;
    });
    model.on('close', (error) => {
      this.cause ??= error ?? new Error('connection closed');
      this.lost$.error(this.isClosing ? new Closed('broker') : this.lost());
      this.socket?.destroy();
    });
    // it still gives signs of life then, and takes nothing
    model.on('blocked', (reason) => {
      this.blocked ??= setTimeout(() => this.reset(new Error(`blocked: ${reason}`)), this.limit);
    });
    model.on('unblocked', () => {
      clearTimeout(this.blocked);
      this.blocked = undefined;
    });
  }

  get isLost(): boolean {
    return this.lost$.hasError;
  }

  /** Fails with a `ConnectionError`. */
  channel(): Promise<Channel> {
    return this.opened(this.model.createChannel());
  }

  /** One on which the broker says of each message that it has it. Fails likewise. */
  confirmChannel(): Promise<ConfirmChannel> {
    return this.opened(this.model.createConfirmChannel());
  }

  /** Of what the broker owes a reply to: where none comes, and nothing else, it is overdue. */
  owed<A>(reply: Promise<A>): Promise<A> {
    this.silence.begin();
    return reply.finally(() => this.silence.end());
  }

  /** What has been met by whatever was asked and had no reply when the link was lost. */
  lost(asked?: Asked, sent = true): ConnectionError | CommandTimeout {
    return this.isOverdue && sent && asked !== undefined
      ? new CommandTimeout(asked.command, asked.key, this.config.socketTimeout, 'RabbitMQ')
      : new ConnectionError(this.address, sent, this.cause ?? gone, 'RabbitMQ');
  }

  /** Says goodbye, and does not wait for long for the answer. */
  async close(): Promise<void> {
    if (this.isLost) return;
    this.isClosing = true;
    const impatience = setTimeout(() => this.reset(gone), this.limit);
    await this.model.close().catch(() => undefined);
    clearTimeout(impatience);
  }

  /** The broker tells whoever is at a channel that it closes it. */
  private async opened<C extends Channel>(opening: Promise<C>): Promise<C> {
    try {
      const channel = await this.owed(opening);
      return channel.on('error', constVoid);
    } catch (reason) {
      // where the link lives, it has no channel left to give
      const isRefused = !this.isLost && reason instanceof Error;
      throw isRefused
        ? new ConnectionError(this.address, false, reason, 'RabbitMQ')
        : this.lost(undefined, false);
    }
  }

  private reset(reason: Error): void {
    this.socket?.destroy(reason);
  }

  private get limit(): number {
    return this.config.socketTimeout * 1000;
  }

  /** The client library keeps it, and its types do not tell. */
  private get socket(): Stream | undefined {
    return (this.model.connection as { readonly stream?: Stream }).stream;
  }
}

/** What the kernel has not taken yet, since the peer takes no more, Node counts for its own timeouts. */
type Stream = Socket & { readonly _handle?: { readonly writeQueueSize?: number } | null };

const gone = new Error('connection lost');

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Of the frames that a message is cut into, in bytes; as Celery’s client proposes. */
const FRAME_MAX = 131_072;

/** Fails with a `ResultStoreError`. */
export const openLink = async (address: AmqpAddress, config: AmqpConfig): Promise<Link> => {
  const { host: hostname, port, username, password, vhost, tls } = address;
  try {
    const model = await connect(
      {
        ...{ hostname, port, username, password, frameMax: FRAME_MAX },
        protocol: tls === null ? 'amqp' : 'amqps',
        heartbeat: config.heartbeat,
        vhost: encodeURIComponent(vhost),
      },
      {
        ...(tls !== null && ofTls(tls)),
        noDelay: true,
        keepAlive: true,
        timeout: config.connectionTimeout * 1000,
        clientProperties: { connection_name: config.clientName },
      },
    );
    return new Link(model, placeText(address), config);
  } catch (reason) {
    throw openingFailure(reason, placeText(address), vhost);
  }
};

/** Certificates are read anew each time. Throws `ImproperlyConfigured`. */
const ofTls = (tls: NonNullable<AmqpAddress['tls']>) => {
  const options = connectionOptions(tls)();
  if (options._tag === 'Left') throw options.left;
  return options.right;
};
