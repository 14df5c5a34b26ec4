/**
 * A link: one ioredis client whose reconnecting is ours.
 *
 * The client never reconnects or resends by itself. When the socket drops, each
 * unanswered command fails at once, and the next one that asks for `ready` opens
 * the socket again. So one retry policy, the caller's, decides how often that is
 * tried, and no command can run twice behind its back.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { addressText } from '../config/address.js';
import type { Credentials } from '../config/credentials.js';
import {
  Closed,
  CommandTimeout,
  ConnectionError,
  isResultStoreError,
  type ResultStoreError,
} from '../errors/errors.js';
import { fromSource, type Run, settled } from '../operation/run.js';
import { Silence } from '../operation/silence.js';
import { renewing } from './credentials.js';
import { fromReplyError } from './replyError.js';
import {
  askFor,
  client,
  isGreetingRefused,
  type OpenedClient,
  type SocketOptions,
} from './socket.js';
import { toldAtTheDoor } from './toldAtTheDoor.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export class Link {
  readonly redis: Redis;
  /** Of the commands under way. Whoever sends one tells. */
  readonly silence: Silence;
  private readonly opened: OpenedClient;
  private lastError: Error | undefined;
  private isOpen = false;
  private isOverdue = false;
  private isClosed = false;

  constructor(
    private readonly options: SocketOptions,
    name = options.config.clientName,
    onOverdue: (link: Link) => void = constVoid,
  ) {
    this.opened = client(options, name, { retryStrategy: () => null });
    this.redis = this.opened.redis;
    this.redis.on('error', (error: Error) => {
      this.lastError = error;
    });
    this.redis.on('connecting', () => {
      this.lastError = undefined;
      this.isOpen = false;
      this.isOverdue = false;
    });
    this.silence = new Silence({
      limit: this.socketTimeout * 1000,
      bytesRead: () => this.bytesRead,
      bytesWaiting: () => bytesWaiting(this.redis),
      onOverdue: () => {
        this.isOverdue = true;
        this.reset();
        onOverdue(this);
      },
    });
  }

  /** Where it leads to, as an error names it. */
  get address(): string {
    const address = this.opened.address();
    return address === undefined ? this.options.locator.sought : addressText(address);
  }

  /** How long it may be silent while a reply is owed, in seconds. */
  get socketTimeout(): number {
    return this.options.config.socketTimeout;
  }

  /** How much has arrived on the socket that is open. */
  get bytesRead(): number {
    return this.redis.stream?.bytesRead ?? 0;
  }

  /** Whether the credentials are a provider's, who may know better ones by now. */
  get provided(): boolean {
    return this.options.config.credentials !== null;
  }

  /** Whether it can be written to. ioredis says so a moment too early: also where SELECT has failed. */
  get isReady(): boolean {
    return this.isOpen && isWritable(this.redis);
  }

  /** This link once it can be written to; opens the socket where there is none. Shared by all who wait. */
  readonly ready: Run<Link> = (settle) =>
    this.isReady ? settled<Link>(E.right(this))(settle) : fromSource(this.opening$)(settle);

  /** Fails once the socket is lost. */
  readonly lost$: Rx.Observable<never> = Rx.defer(() => Rx.fromEvent(this.redis, 'end')).pipe(
    Rx.map(() => {
      throw this.lost();
    }),
  );

  /** What a command has met that was sent and got no reply before the socket dropped. */
  lost(command?: string, key = ''): ConnectionError | CommandTimeout {
    return this.isOverdue && command !== undefined
      ? new CommandTimeout(command, key, this.socketTimeout)
      : new ConnectionError(this.address, true, this.lastError ?? new Error('connection lost'));
  }

  /** Drops the socket at once, without waiting for a peer that may be gone. */
  reset(): void {
    const { redis } = this;
    // told to drop a socket that is gone already, ioredis would hide why the next one
    // could not be opened
    if (redis.stream?.destroyed && redis.status !== 'connecting') return;
    redis.disconnect();
  }

  close(): void {
    this.isClosed = true;
    this.reset();
  }

  // ---------------------------------------------------------------------------------
  // opening
  // ---------------------------------------------------------------------------------

  /** Goes on though all who waited have left, so that a socket is never half open. */
  private readonly opening$: Rx.Observable<Link> = Rx.defer(() => this.open()).pipe(
    Rx.tap(() => this.renew()),
    Rx.map((): Link => this),
    Rx.share({ resetOnRefCountZero: false }),
  );

  private open(again = true): Rx.Observable<unknown> {
    if (this.isClosed) return fail(new Closed('connection'));
    const { redis } = this;
    const seconds = this.options.config.socketConnectTimeout;
    return Rx.defer(() => this.dial()).pipe(
      Rx.timeout({
        // the credentials, the socket and the greeting have as long each
        first: (this.provided ? 3 : 2) * seconds * 1000,
        with: () => fail(new Error('no reply to the greeting in time')),
      }),
      // where SELECT fails, ioredis goes on in database 0 and only tells by an error event
      Rx.mergeMap(() => (this.lastError === undefined ? Rx.of(redis) : fail(this.lastError))),
      Rx.tap(() => {
        this.isOpen = true;
      }),
      Rx.catchError((error: Error) => {
        const heard = this.bytesRead > 0;
        this.reset();
        const reason = this.lastError ?? error;
        if (again && isGreetingRefused(reason)) return this.open(false);
        return Rx.from(this.refusal(reason, heard)).pipe(Rx.mergeMap(fail));
      }),
    );
  }

  private dial(): Rx.ObservableInput<unknown> {
    const { redis } = this;
    const once = (event: string) => Rx.fromEvent(redis, event).pipe(Rx.take(1));
    switch (redis.status) {
      case 'wait':
      case 'end':
        return redis.connect();
      case 'connecting':
      case 'connect':
        return Rx.race(once('ready'), this.lost$);
      default:
        return isWritable(redis)
          ? Rx.of(redis)
          : once('end').pipe(Rx.mergeMap(() => redis.connect()));
    }
  }

  /** A server that hangs up before it has said anything may say why to one who only listens. */
  private async refusal(cause: Error, heard: boolean): Promise<ResultStoreError> {
    if (isResultStoreError(cause)) return cause;
    if (this.isClosed) return new Closed('connection');
    const { address, provided } = this;
    if (cause.name === 'ReplyError') {
      const { name = 'HELLO', args: [arg] = [] } = (cause as { command?: Command }).command ?? {};
      const key = name === 'select' ? String(arg) : '';
      return fromReplyError(cause, { address, provided, command: name.toUpperCase(), key });
    }
    const door = this.opened.address();
    const told =
      heard || !isHangUp(cause) || door === undefined ? undefined : await toldAtTheDoor(door);
    return told === undefined
      ? new ConnectionError(address, false, cause)
      : fromReplyError(told, { address, provided, command: 'HELLO', key: '' });
  }

  // ---------------------------------------------------------------------------------
  // credentials
  // ---------------------------------------------------------------------------------

  private renew(): void {
    const { credentials: provider } = this.options.config;
    const current = this.opened.current();
    if (provider === null || current === undefined) return;
    const renew = async (): Promise<Credentials> => {
      const next = await askFor(this.options, provider);
      // with RESP2 a link that listens takes no AUTH; it lives for as long as the server lets it
      if (this.redis.mode === 'normal') {
        await this.redis.auth(next.username ?? 'default', next.password);
      }
      return next;
    };
    renewing(renew, current)
      .pipe(Rx.takeUntil(Rx.fromEvent(this.redis, 'end')))
      .subscribe({ error: () => this.reset() });
  }
}

interface Command {
  readonly name: string;
  readonly args: ReadonlyArray<unknown>;
}

/** What the kernel has not taken yet, since the peer takes no more. Node counts it for its own timeouts. */
const bytesWaiting = ({ stream }: Redis): number =>
  (stream as { _handle?: { writeQueueSize?: number } } | undefined)?._handle?.writeQueueSize ?? 0;

/** A socket that was dropped is called ready until it has ended. */
const isWritable = ({ status, stream }: Redis): boolean => status === 'ready' && !stream.destroyed;

const isHangUp = ({ message }: Error): boolean =>
  /ECONNRESET|EPIPE|Connection is closed|connection closed|connection lost/.test(message);

const fail = (error: Error): Rx.Observable<never> => Rx.throwError(() => error);
