/**
 * A real RabbitMQ of a test's own: own node, own directory, own ports and an own `epmd`, all
 * gone with the test process.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Channel, type ChannelModel, connect, type GetMessage } from 'amqplib';
import { describe } from 'vitest';
import { type Certificates, makeCertificates } from '../integration/certificates.js';
import { end, isInstalled, spawnBound } from '../integration/childProcess.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface RabbitOptions {
  /** Serves TLS too, on `tlsPort`. */
  readonly tls?: boolean;
  /** Lines of `rabbitmq.conf`. */
  readonly config?: ReadonlyArray<string>;
}

export interface RabbitServer {
  readonly port: number;
  readonly tlsPort: number;
  readonly certificates: Certificates | undefined;
  /** Of the default user, guest. */
  readonly url: string;
  /** Nothing answers, all sockets stay open. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly kill9: () => Promise<void>;
  /** With what it has on disk; it must not run. */
  readonly start: () => Promise<void>;
  /** Runs `use` on a channel of the test's own. */
  readonly admin: <A>(use: (channel: Channel, model: ChannelModel) => Promise<A>) => Promise<A>;
  /** Takes what is in a queue, oldest first. */
  readonly taken: (queue: string) => Promise<ReadonlyArray<GetMessage>>;
  /** `rabbitmqctl`: what it prints. */
  readonly ctl: (...args: ReadonlyArray<string>) => Promise<string>;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** A user whose name and password are not to be written as they are into a URL. */
export const USER = { name: 'us:er@shop', password: 'p@ss/w;rd %41' };

/** A virtual host of the kind. */
export const VHOST = 'shop/eu';

// -------------------------------------------------------------------------------------
// availability
// -------------------------------------------------------------------------------------

/** Past the wrapper in the path, which runs as a user of its own. */
const BIN = '/usr/lib/rabbitmq/bin';

const isAvailable = isInstalled('sh', '-c', `test -x ${BIN}/rabbitmq-server && command -v epmd`);

if (!isAvailable && process.env.CI === 'true') {
  throw new Error('RabbitMQ is not installed, and CI=true allows no test to be left out');
}

/** `describe`; where there is no RabbitMQ, its tests are skipped by name. */
export const describeRabbit: typeof describe | typeof describe.skip = isAvailable
  ? describe
  : describe.skip;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const READY_WITHIN = 90_000;

export const startRabbit = async (options: RabbitOptions = {}): Promise<RabbitServer> => {
  const directory = mkdtempSync(join(tmpdir(), 'chordis-rabbitmq-'));
  const [port = 0, tlsPort = 0, epmdPort = 0, distPort = 0] = await freePorts(4);
  const certificates = options.tls ? makeCertificates(directory) : undefined;
  writeFileSync(join(directory, 'definitions.json'), JSON.stringify(definitions));
  writeFileSync(
    join(directory, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `load_definitions = ${join(directory, 'definitions.json')}`,
      'log.console = true',
      ...(certificates === undefined ? [] : ofTls(tlsPort, certificates)),
      ...(options.config ?? []),
      '',
    ].join('\n'),
  );
  const env = {
    ...process.env,
    HOME: directory,
    RABBITMQ_NODENAME: `chordis${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'plugins'),
    RABBITMQ_DIST_PORT: String(distPort),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // the node is this very process then, and no child of a shell that waits for it
    RUNNING_UNDER_SYSTEMD: 'true',
  };
  const epmd = spawnBound('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {
    stdio: 'ignore',
  });
  let text = '';
  let node: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    text = '';
    const child = spawnBound(`${BIN}/rabbitmq-server`, [], {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    node = child;
    await new Promise<void>((resolve, reject) => {
      const failed = (reason: string): void => {
        clearTimeout(deadline);
        reject(new Error(`RabbitMQ ${reason}\n${text}`));
      };
      const deadline = setTimeout(() => failed('was not ready in time'), READY_WITHIN);
      const keep = (chunk: Buffer): void => {
        text += chunk.toString();
        if (!text.includes('Server startup complete')) return;
        clearTimeout(deadline);
        resolve();
      };
      child.stdout?.on('data', keep);
      child.stderr?.on('data', keep);
      child.once('exit', (code) => failed(`ended with ${code}`));
    });
  };

  const kill9 = async (): Promise<void> => {
    if (node !== undefined) await end(node, 'SIGKILL', 0);
  };

  const stop = async (): Promise<void> => {
    await kill9();
    await end(epmd, 'SIGKILL', 0);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }

  const url = `amqp://guest:guest@127.0.0.1:${port}//`;
  const admin: RabbitServer['admin'] = async (use) => {
    const model = await connect(`amqp://guest:guest@127.0.0.1:${port}/%2F`);
    model.on('error', () => {});
    try {
      const channel = await model.createChannel();
      channel.on('error', () => {});
      return await use(channel, model);
    } finally {
      await model.close().catch(() => {});
    }
  };

  return {
    ...{ port, tlsPort, certificates, url, kill9, start, stop, admin },
    pause: () => void node?.kill('SIGSTOP'),
    resume: () => void node?.kill('SIGCONT'),
    taken: (queue) =>
      admin(async (channel) => {
        const messages: Array<GetMessage> = [];
        for (;;) {
          const message = await channel.get(queue, { noAck: true });
          if (message === false) return messages;
          messages.push(message);
        }
      }),
    ctl: async (...args) =>
      (await promisify(execFile)(`${BIN}/rabbitmqctl`, ['--quiet', ...args], { env })).stdout,
    log: () => text,
  };
};

const definitions = {
  users: [
    { name: 'guest', password: 'guest', tags: 'administrator' },
    { name: USER.name, password: USER.password, tags: '' },
  ],
  vhosts: [{ name: '/' }, { name: VHOST }],
  permissions: [
    { user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' },
    { user: USER.name, vhost: VHOST, configure: '.*', write: '.*', read: '.*' },
  ],
};

const ofTls = (
  port: number,
  { ca, serverCert, serverKey }: Certificates,
): ReadonlyArray<string> => [
  `listeners.ssl.1 = 127.0.0.1:${port}`,
  `ssl_options.cacertfile = ${ca}`,
  `ssl_options.certfile = ${serverCert}`,
  `ssl_options.keyfile = ${serverKey}`,
  'ssl_options.verify = verify_peer',
  'ssl_options.fail_if_no_peer_cert = false',
];

/** Held together, so that they differ. */
const freePorts = async (count: number): Promise<ReadonlyArray<number>> => {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : Number.NaN);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
