/**
 * The process behind a `RedisServer`: its directory, its files, its port and its ends.
 */
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from './certificates.js';
import { end, hasEnded, spawnBound } from './childProcess.js';
import { installed, type ServerMake } from './serverMakes.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface RedisOptions {
  /** The installed one where it is left out. */
  readonly make?: ServerMake;
  /** More arguments of `redis-server`, such as `['--maxmemory', '10mb']`. */
  readonly args?: ReadonlyArray<string>;
  /** Serves TLS, and nothing else, on the port; a client certificate is optional. */
  readonly tls?: boolean;
  /** Listens on a Unix socket too. */
  readonly unixsocket?: boolean;
  /** A free one where it is left out. */
  readonly port?: number;
  /** The password of the default user. */
  readonly password?: string;
  /** ACL users as in an ACL file, without the word `user`: `alice on >secret ~* +get`. */
  readonly users?: ReadonlyArray<string>;
  /** Writes every change to disk, so that it survives `kill9` and `restart({ keep: true })`. */
  readonly persistent?: boolean;
}

export interface RedisProcess {
  readonly port: number;
  readonly directory: string;
  readonly socketPath: string;
  readonly certificates: Certificates | undefined;
  readonly pid: () => number;
  readonly isRunning: () => boolean;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** What it logged since it was last launched. */
  readonly log: () => string;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
  /** On the same port, with what the directory holds. */
  readonly launch: () => Promise<void>;
  readonly removeData: () => void;
  readonly removeDirectory: () => void;
}

/** The user whom the tests' own client logs in as, whatever a test does to the others. */
export const ADMIN = 'test-admin';
export const ADMIN_PASSWORD = 'of the tests';

/** The user whom Celery logs in as, so that its connections can be told from those under test. */
export const CELERY = 'celery';

// -------------------------------------------------------------------------------------
// constructor
// -------------------------------------------------------------------------------------

const PORT_ATTEMPTS = 20;

export const startProcess = async (options: RedisOptions): Promise<RedisProcess> => {
  const { make = installed } = options;
  const directory = newDirectory();
  const socketPath = join(directory, 'redis.sock');
  const certificates = options.tls ? makeCertificates(directory) : undefined;
  writeFileSync(join(directory, 'users.acl'), aclFile(options));

  const launch = (port: number): Promise<Launched> =>
    launched(
      spawnBound(make.binary, serverArguments(options, port, socketPath, certificates), {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  const launchOnFreePort = async (attempts: number): Promise<readonly [number, Launched]> => {
    const candidate = options.port ?? (await freePort());
    try {
      return [candidate, await launch(candidate)];
    } catch (error) {
      const taken = /address already in use/i.test(String(error));
      if (!taken || options.port !== undefined || attempts <= 1) throw error;
      return launchOnFreePort(attempts - 1);
    }
  };

  const [port, first] = await launchOnFreePort(PORT_ATTEMPTS).catch((error: unknown) => {
    removeDirectory(directory);
    throw error;
  });
  let current = first;

  return {
    port,
    directory,
    socketPath,
    certificates,
    pid: () => current.child.pid ?? Number.NaN,
    isRunning: () => !hasEnded(current.child),
    signal: (signal) => void current.child.kill(signal),
    log: () => current.log(),
    end: (signal) => end(current.child, signal, 5_000),
    launch: async () => {
      current = await launch(port);
    },
    removeData: () => {
      for (const name of ['dump.rdb', 'appendonly.aof', 'appendonlydir']) {
        rmSync(join(directory, name), { recursive: true, force: true });
      }
    },
    removeDirectory: () => removeDirectory(directory),
  };
};

interface Launched {
  readonly child: ChildProcess;
  readonly log: () => string;
}

const launched = (child: ChildProcess): Promise<Launched> =>
  new Promise((resolve, reject) => {
    let text = '';
    const failed = (reason: string): void => reject(new Error(`redis-server ${reason}\n${text}`));
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.includes('Ready to accept connections')) resolve({ child, log: () => text });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => failed(`did not start: ${error.message}`));
    // `close`, not `exit`: only then has its last line been read.
    child.once('close', (code) => failed(`ended with ${code}`));
  });

const serverArguments = (
  { make = installed, args = [], persistent, unixsocket }: RedisOptions,
  port: number,
  socketPath: string,
  certificates: Certificates | undefined,
): ReadonlyArray<string> => [
  ...(certificates
    ? ['--port', '0', '--tls-port', `${port}`, ...certificates.serverArguments]
    : ['--port', `${port}`]),
  ...['--bind', '127.0.0.1', '--aclfile', 'users.acl', '--save', '', ...make.args],
  ...(persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : []),
  ...(unixsocket ? ['--unixsocket', socketPath] : []),
  ...args,
];

const aclFile = ({ password, users = [] }: RedisOptions): string =>
  [
    `${ADMIN} on #${sha256(ADMIN_PASSWORD)} ~* &* +@all`,
    `${CELERY} on nopass ~* &* +@all`,
    ...(password === undefined ? [] : [`default on #${sha256(password)} ~* &* +@all`]),
    ...users,
  ]
    .map((user) => `user ${user}\n`)
    .join('');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Below the ephemeral range, lest a client that dials a stopped server is given the
 * very port it dials and connects to itself; and with a cluster's bus port (+10000)
 * below it as well.
 */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const candidate = 11_000 + Math.floor(Math.random() * 11_000);
    const probe = createServer();
    probe.once('error', () => resolve(freePort()));
    probe.listen(candidate, '127.0.0.1', () => probe.close(() => resolve(candidate)));
  });

// -------------------------------------------------------------------------------------
// the directory
// -------------------------------------------------------------------------------------

const directories = new Set<string>();

process.on('exit', () => {
  for (const directory of directories) removeDirectory(directory);
});

const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'chordis-redis-'));
  directories.add(directory);
  return directory;
};

const removeDirectory = (directory: string): void => {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
};
