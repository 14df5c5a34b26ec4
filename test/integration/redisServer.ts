/**
 * A real `redis-server` of a test's own: own directory, own port, gone with the test
 * process. Its state is seen and its faults are made through an admin client that the
 * server knows as `test-admin`, so that it can be told from the clients under test.
 */
import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Certificates } from './certificates.js';
import { ADMIN, ADMIN_PASSWORD, CELERY, type RedisOptions, startProcess } from './redisProcess.js';

export type { RedisOptions } from './redisProcess.js';
export { describeEachServer, describeRedis, type ServerMake } from './serverMakes.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly addr: string;
  /** `celery` where it connected by `celeryUrl`, else `default` or a user of the test's. */
  readonly user: string;
  /** Channels it is subscribed to. */
  readonly sub: number;
  /** Each field of CLIENT LIST, such as `cmd`, `resp`, `lib-name`. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface RedisServer {
  readonly port: number;
  readonly directory: string;
  /** Where it is to be reached with `unixsocket: true`. */
  readonly socketPath: string;
  /** Where it was started with `tls: true`. */
  readonly certificates: Certificates | undefined;
  readonly admin: Redis;
  readonly pid: () => number;
  readonly url: (db?: number) => string;
  /** For a Celery worker or client: it logs in as a user of its own, see `Client.user`. */
  readonly celeryUrl: (db?: number) => string;
  /** A command and its reply as `redis-cli` prints it into a pipe: one item a line, nil is empty. */
  readonly cli: (command: string, ...args: ReadonlyArray<string | number>) => Promise<string>;
  /** Without the admin. */
  readonly clients: () => Promise<ReadonlyArray<Client>>;
  readonly channels: () => Promise<ReadonlyArray<string>>;
  readonly numsub: (channel: string) => Promise<number>;
  /** Closes the connections of a kind, or those with the ids; how many. Never the admin's. */
  readonly killClients: (which: 'normal' | 'pubsub' | ReadonlyArray<string>) => Promise<number>;
  /** The process is stopped, its sockets stay open: nothing answers. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly kill9: () => Promise<void>;
  /** Stops it if it runs, and starts it on the same port: empty, or with the data kept. */
  readonly restart: (options?: { readonly keep?: boolean }) => Promise<void>;
  /** What it logged since it was last started. */
  readonly log: () => string;
  /** Ends it for good and removes its directory. */
  readonly stop: () => Promise<void>;
}

// -------------------------------------------------------------------------------------
// constructor
// -------------------------------------------------------------------------------------

export const startRedis = async (options: RedisOptions = {}): Promise<RedisServer> => {
  const server = await startProcess(options);
  const { port, certificates } = server;
  const scheme = certificates ? 'rediss' : 'redis';
  const credentials =
    options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;

  const admin = new Redis({
    host: '127.0.0.1',
    port,
    username: ADMIN,
    password: ADMIN_PASSWORD,
    connectionName: ADMIN,
    lazyConnect: true,
    commandTimeout: 20_000,
    retryStrategy: () => null,
    ...(certificates && { tls: certificates.clientOptions }),
  });
  // Losing the server is what many tests are about; a command of the admin's still rejects.
  admin.on('error', () => {});
  await admin.connect();

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const disconnected = admin.status === 'ready' ? once(admin, 'end') : undefined;
    admin.disconnect();
    await server.end(signal);
    await disconnected;
  };

  return {
    port,
    directory: server.directory,
    socketPath: server.socketPath,
    certificates,
    admin,
    pid: server.pid,
    url: (db = 0) => `${scheme}://${credentials}127.0.0.1:${port}/${db}`,
    celeryUrl: (db = 0) => `${scheme}://${CELERY}:any@127.0.0.1:${port}/${db}`,
    cli: async (command, ...args) => printed(await admin.call(command, ...args)),
    clients: async () =>
      parseClients(String(await admin.call('CLIENT', 'LIST'))).filter(({ name }) => name !== ADMIN),
    channels: async () => (await admin.pubsub('CHANNELS')).map(String),
    numsub: async (channel) => Number((await admin.pubsub('NUMSUB', channel))[1]),
    killClients: async (which) => {
      const filters = typeof which === 'string' ? [['TYPE', which]] : which.map((id) => ['ID', id]);
      const counts = await Promise.all(
        filters.map((filter) => admin.call('CLIENT', 'KILL', ...filter)),
      );
      return counts.map(Number).reduce((sum, count) => sum + count, 0);
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill9: () => end('SIGKILL'),
    restart: async ({ keep = false } = {}) => {
      if (keep && !options.persistent && server.isRunning()) await admin.save();
      await end('SIGTERM');
      if (!keep) server.removeData();
      await server.launch();
      await admin.connect();
    },
    log: server.log,
    stop: async () => {
      await end('SIGTERM');
      server.removeDirectory();
    },
  };
};

// -------------------------------------------------------------------------------------
// replies
// -------------------------------------------------------------------------------------

const printed = (reply: unknown): string =>
  Array.isArray(reply) ? reply.map(printed).join('\n') : reply === null ? '' : String(reply);

const parseClients = (list: string): ReadonlyArray<Client> =>
  list
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields: Record<string, string> = Object.fromEntries(
        line.split(' ').map((field) => {
          const at = field.indexOf('=');
          return [field.slice(0, at), field.slice(at + 1)];
        }),
      );
      const { id = '', name = '', addr = '', user = '', sub } = fields;
      return { id, name, addr, user, sub: Number(sub), fields };
    });
