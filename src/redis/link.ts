/**
 * A link: one ioredis client whose reconnecting is ours.
 *
 * The client never reconnects or resends by itself. When the socket drops, each
 * unanswered command fails at once, and the next one that asks for `ready$` opens
 * the socket again. So one retry policy, the caller's, decides how often that is
 * tried, and no command can run twice behind its back.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { Redis, type RedisOptions } from 'ioredis';
import * as Rx from 'rxjs';
import { address, type Socket, type Tcp } from '../config/address.js';
import { connectionOptions } from '../config/tls.js';
import {
  AuthenticationError,
  Closed,
  ConnectionError,
  type ResultStoreError,
} from '../errors/errors.js';
import {
  assertValidity,
  type Credentials,
  type CredentialsProvider,
  renewing,
} from './credentials.js';
import { fromReplyError } from './replyError.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Where to, and who is asked for the credentials at each connect.
 *
 * @category model
 * @since 0.1.0
 */
export interface LinkOptions {
  readonly parameters: Tcp | Socket;
  readonly credentials: CredentialsProvider | null;
}

export class Link {
  readonly redis: Redis;
  readonly address: string;
  private lastError: Error | undefined;
  private opened = false;
  private closed = false;

  constructor(
    private readonly options: LinkOptions,
    name = options.parameters.settings.clientName,
  ) {
    const { parameters } = options;
    this.address = address(parameters);
    this.redis = new Redis(clientOptions(parameters, name));
    // not by the constructor, for which undefined is its default
    if (!parameters.settings.socketKeepalive) this.redis.options.keepAlive = undefined;
    this.redis.on('error', (error: Error) => {
      this.lastError = error;
    });
    this.redis.on('connecting', () => {
      this.lastError = undefined;
      this.opened = false;
    });
  }

  /** The deadline of a reply, in seconds. */
  get socketTimeout(): number {
    return this.options.parameters.settings.socketTimeout;
  }

  /** Whether it can be written to. ioredis says so a moment too early: also where SELECT has failed. */
  get isReady(): boolean {
    return this.opened && isWritable(this.redis);
  }

  /** The client once it can be written to; opens the socket where there is none. Shared by all who wait. */
  readonly ready$: Rx.Observable<Redis> = Rx.defer(() =>
    this.isReady ? Rx.of(this.redis) : this.opening$,
  );

  /** Fails once the socket is lost. */
  readonly lost$: Rx.Observable<never> = Rx.defer(() => Rx.fromEvent(this.redis, 'end')).pipe(
    Rx.map(() => {
      throw this.lost();
    }),
  );

  /** What a command has met that was sent and got no reply before the socket dropped. */
  lost(): ConnectionError {
    return new ConnectionError(this.address, true, this.lastError ?? new Error('connection lost'));
  }

  /** Drops the socket at once, without waiting for a peer that may be gone. */
  reset(): void {
    const { redis } = this;
    // told to drop a socket that is gone already, ioredis would wait two seconds for its
    // end, and then hide why the next one could not be opened
    if (redis.stream?.destroyed && redis.status !== 'connecting') return;
    redis.disconnect();
    redis.stream?.destroy();
  }

  close(): void {
    this.closed = true;
    this.reset();
  }

  // ---------------------------------------------------------------------------------
  // opening
  // ---------------------------------------------------------------------------------

  /** Goes on though all who waited have left, so that a socket is never half open. */
  private readonly opening$ = Rx.defer(() => this.prepare()).pipe(
    Rx.mergeMap((credentials) => this.open().pipe(Rx.tap(() => this.renew(credentials)))),
    Rx.share({ resetOnRefCountZero: false }),
  );

  private get connectTimeout(): number {
    return this.options.parameters.settings.socketConnectTimeout * 1000;
  }

  /** Certificates and credentials may have changed since the last time. */
  private async prepare(): Promise<Credentials | undefined> {
    const { parameters, credentials: provider } = this.options;
    if (parameters._tag === 'Tcp' && parameters.tls !== null) {
      const tls = connectionOptions(parameters.tls)();
      if (E.isLeft(tls)) throw tls.left;
      this.redis.options.tls = tls.right;
    }
    const credentials = provider === null ? undefined : await this.ask(provider);
    if (credentials !== undefined) {
      const { username, password } = credentials;
      Object.assign(this.redis.options, { username, password });
    }
    return credentials;
  }

  private ask(provider: CredentialsProvider): Promise<Credentials> {
    const unanswered = new Error('the credentials provider gave no answer in time');
    return Rx.firstValueFrom(
      Rx.defer(provider).pipe(
        Rx.tap(assertValidity),
        Rx.catchError((reason) => fail(new AuthenticationError(this.address, E.toError(reason)))),
        Rx.timeout({
          first: this.connectTimeout,
          with: () => fail(new ConnectionError(this.address, false, unanswered)),
        }),
      ),
    );
  }

  private open(): Rx.Observable<Redis> {
    if (this.closed) return fail(new Closed('connection'));
    return Rx.defer(() => this.dial()).pipe(
      Rx.timeout({ first: this.connectTimeout, with: () => fail(new Error('connect timed out')) }),
      // where SELECT fails, ioredis goes on in database 0 and only tells by an error event
      Rx.mergeMap(() => (this.lastError === undefined ? Rx.of(this.redis) : fail(this.lastError))),
      Rx.tap(() => {
        this.opened = true;
      }),
      Rx.catchError((error: Error) => {
        this.reset();
        return fail(this.refusal(this.lastError ?? error));
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

  private renew(credentials: Credentials | undefined): void {
    const { credentials: provider } = this.options;
    if (provider === null || credentials === undefined) return;
    renewing(this.redis, () => this.ask(provider), credentials)
      .pipe(Rx.takeUntil(Rx.fromEvent(this.redis, 'end')))
      .subscribe({ error: () => this.reset() });
  }

  private refusal(cause: Error): ResultStoreError {
    return cause.name === 'ReplyError'
      ? fromReplyError(cause, this.address, 'SELECT', String(this.options.parameters.db))
      : new ConnectionError(this.address, false, cause);
  }
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** Replies keep ioredis' default mapping, so that its types hold. */
type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

const clientOptions = (parameters: Tcp | Socket, name: string): ClientOptions => ({
  ...endpoint(parameters),
  connectionName: name,
  commandTimeout: parameters.settings.socketTimeout * 1000,
  connectTimeout: parameters.settings.socketConnectTimeout * 1000,
  lazyConnect: true,
  retryStrategy: () => null,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  enableReadyCheck: false,
  disableClientInfo: true,
});

const endpoint = (parameters: Tcp | Socket): ClientOptions => ({
  ...(parameters._tag === 'Tcp'
    ? { host: parameters.host, port: parameters.port }
    : { path: parameters.path }),
  db: parameters.db,
  ...(parameters.username === null ? {} : { username: parameters.username }),
  ...(parameters.password === null ? {} : { password: parameters.password }),
  ...(Number(parameters.query.protocol) === 2 ? { protocol: 2 } : {}),
});

/** A socket that was dropped is called ready until it has ended. */
const isWritable = ({ status, stream }: Redis): boolean => status === 'ready' && !stream.destroyed;

const fail = (error: Error): Rx.Observable<never> => Rx.throwError(() => error);
