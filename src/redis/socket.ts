/**
 * The one place where sockets are opened. Whoever opens a client, a link or a user with the
 * first command, comes by here, so that no byte leaves before TLS and the credentials are
 * settled; both are settled anew each time, since they may have changed.
 *
 * ioredis keeps no secret: a password is in the client only while it greets the server.
 *
 * @since 0.1.0
 */
import { createConnection, isIP, Socket as NetSocket } from 'node:net';
import { createSecureContext, connect as tlsConnect } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import { constFalse } from 'fp-ts/lib/function.js';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { Address, Tcp } from '../config/address.js';
import type { Config } from '../config/config.js';
import type { Credentials, CredentialsProvider } from '../config/credentials.js';
import { connectionOptions } from '../config/tls.js';
import { ConnectionError } from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import { assertValidity } from './credentials.js';
import type { Locator } from './locator.js';
import { redacted } from './redacted.js';
import { refusal } from './replies.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Where to, and how. A `credentials` provider is asked at each connect.
 *
 * @category model
 * @since 0.1.0
 */
export interface SocketOptions {
  readonly locator: Locator;
  readonly config: Pick<
    Config,
    | 'db'
    | 'username'
    | 'password'
    | 'credentials'
    | 'protocol'
    | 'clientName'
    | 'socketTimeout'
    | 'socketConnectTimeout'
    | 'socketKeepalive'
  >;
}

/** Replies keep ioredis' default mapping, so that its types hold. */
type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

export interface OpenedClient {
  readonly redis: Redis;
  /** What the socket that is open was authenticated with, where that is a provider's. */
  readonly current: () => Credentials | undefined;
  /** Where the latest socket was opened to. */
  readonly address: () => Address | undefined;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** A client that has no socket yet; it opens one when it is first used, unless `isClosed` by then. */
export const client = (
  options: SocketOptions,
  name: string,
  more: ClientOptions,
  isClosed: () => boolean = constFalse,
): OpenedClient => {
  const { locator, config } = options;
  let current: Credentials | undefined;
  let address: Address | undefined;

  class Connector extends AbstractConnector {
    constructor() {
      super(0);
    }

    /** Where it fails, ioredis is given a socket that is gone: only then it may try again. */
    override async connect(): Promise<NetSocket> {
      this.connecting = true;
      try {
        if (isClosed()) throw new Error('Connection is closed.');
        current = await credentialsOf(options);
        if (!this.connecting) throw new Error('Connection is closed.');
        const found = await fromRun(locator.locate)();
        if (E.isLeft(found)) throw found.left;
        if (!this.connecting) throw new Error('Connection is closed.');
        address = found.right;
        Object.assign(redis.options, hostOf(address));
        authenticate(redis, current ?? config);
        this.stream = dial(address);
        await connected(this.stream, config.socketConnectTimeout);
      } catch (reason) {
        this.firstError = E.toError(reason);
        this.stream = new NetSocket().destroy();
      }
      return this.stream;
    }

    /** At once, also while it is being made, without waiting for a peer that may be gone. */
    override disconnect(): void {
      this.connecting = false;
      this.stream?.destroy();
    }
  }

  const redis = new Redis({
    db: config.db,
    ...(config.protocol === 2 ? { protocol: 2 } : {}),
    connectionName: name,
    lazyConnect: true,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    ...more,
    Connector,
  });
  // not by the constructor, for which undefined is its default
  if (!config.socketKeepalive) redis.options.keepAlive = undefined;
  for (const event of ['ready', 'close']) redis.on(event, () => delete redis.condition?.auth);
  redis.on('error', (error) => {
    if (isGreetingRefused(error)) redis.options.protocol = 2;
    hideSecrets(error);
  });
  return { redis, current: () => current, address: () => address };
};

/**
 * Whether the server does not take HELLO, in whatever words: RESP2 is spoken from then on.
 * ioredis itself knows only those of Redis.
 */
export const isGreetingRefused = (error: Error & { readonly command?: { name: string } }) =>
  error.command?.name.toLowerCase() === 'hello' &&
  ['Refused', 'Permission'].includes(refusal(error.message).meaning);

/** ioredis hangs the arguments of a command on its error, and the greeting has the password. */
const hideSecrets = (error: Error): void => {
  const { command } = error as { command?: { name: string; args: ReadonlyArray<unknown> } };
  if (command === undefined || !/^(hello|auth)$/i.test(command.name)) return;
  error.message = redacted(error.message, command);
  error.stack = `${error.name}: ${error.message}`;
  command.args = [];
};

// -------------------------------------------------------------------------------------
// credentials
// -------------------------------------------------------------------------------------

const credentialsOf = async (options: SocketOptions): Promise<Credentials | undefined> =>
  options.config.credentials === null ? undefined : askFor(options, options.config.credentials);

/** Asks a provider, which has as long as a connection to answer. What fails may do better later. */
export const askFor = async (
  { locator, config }: SocketOptions,
  provider: CredentialsProvider,
): Promise<Credentials> => {
  const seconds = config.socketConnectTimeout;
  let timer: NodeJS.Timeout | undefined;
  try {
    const credentials = await Promise.race([
      provider(),
      new Promise<never>((_, reject) => {
        const overdue = new Error('the credentials provider gave no answer in time');
        timer = setTimeout(() => reject(overdue), seconds * 1000);
      }),
    ]);
    assertValidity(credentials);
    return credentials;
  } catch (reason) {
    const problem = `the credentials provider failed: ${E.toError(reason).message}`;
    throw new ConnectionError(locator.sought, false, new Error(problem));
  } finally {
    clearTimeout(timer);
  }
};

/** For the greeting of the socket that is being made. */
const authenticate = (
  { condition }: Redis,
  { username, password }: Readonly<{ username?: string | null; password: string | null }>,
): void => {
  if (condition === null || password === null) return;
  // by a getter, which is not printed
  const get = () => (username ? [username, password] : password);
  Object.defineProperty(condition, 'auth', { get, configurable: true });
};

// -------------------------------------------------------------------------------------
// the socket
// -------------------------------------------------------------------------------------

/** Only for what ioredis tells of itself. */
const hostOf = (address: Address): Pick<RedisOptions, 'host' | 'port' | 'path'> =>
  address._tag === 'Tcp' ? { host: address.host, port: address.port } : { path: address.path };

const dial = (address: Address): NetSocket => {
  const socket = address._tag === 'Socket' ? createConnection(address.path) : tcp(address);
  // ioredis listens only later, and to one error only
  socket.on('error', () => {});
  return socket;
};

/** With TLS the server is told the host of the URL, by which a proxy chooses the certificate. */
const tcp = ({ host, port, tls }: Tcp): NetSocket => {
  if (tls === null) return createConnection({ host, port });
  const read = connectionOptions(tls)();
  if (E.isLeft(read)) throw read.left;
  const { rejectUnauthorized, checkServerIdentity, ...context } = read.right;
  return tlsConnect({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(checkServerIdentity === undefined ? {} : { checkServerIdentity }),
    secureContext: createSecureContext(context),
  });
};

const connected = (socket: NetSocket, seconds: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const event = 'encrypted' in socket ? 'secureConnect' : 'connect';
    const overdue = setTimeout(() => fail(new Error('connect timed out')), seconds * 1000);
    const closed = (): void => fail(new Error('connection closed while it was made'));
    const done = (): void => {
      clearTimeout(overdue);
      socket.off(event, succeed).off('error', fail).off('close', closed);
    };
    const succeed = (): void => {
      done();
      resolve();
    };
    const fail = (error: Error): void => {
      done();
      socket.destroy();
      reject(error);
    };
    socket.once(event, succeed).once('error', fail).once('close', closed);
  });
