/** Starts what a run needs beside itself: the measured process of a peer, and the writer. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packagesInstalled } from './packages.js';
import { type PeerName, peers } from './peers.js';
import { type Remote, startRemote } from './remote.js';

// -------------------------------------------------------------------------------------
// what is there
// -------------------------------------------------------------------------------------

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** That of the tests, else the machine's own. */
const PYTHON = [beside('../celery-5.7.0/bin/python'), 'python3', '/usr/bin/python3'].find(
  (python) => spawnSync(python, ['-c', 'import celery, redis']).status === 0,
);

const missing = {
  celery: PYTHON === undefined ? 'node scripts/pretest.mjs' : undefined,
  packages: packagesInstalled() ? undefined : 'npm ci --prefix bench/packages',
};

/** How to install what a peer needs and has not. */
export const missingFor = (name: PeerName): string | undefined => {
  const { needs } = peers[name];
  return needs === undefined ? undefined : missing[needs];
};

export const leftOut = (): ReadonlyArray<string> => [
  ...(missing.celery === undefined ? [] : [`Celery is left out: ${missing.celery}`]),
  ...(missing.packages === undefined
    ? []
    : [`celery-node and BullMQ are left out: ${missing.packages}`]),
];

/** The versions of Celery and what it stands on. */
export const celeryVersions = (): string =>
  PYTHON === undefined ? 'not installed' : `${spawnSync(PYTHON, ['-c', VERSIONS]).stdout}`.trim();

const VERSIONS = `
import celery, platform, redis
parser = redis.connection.DefaultParser.__name__
print(celery.__version__, 'redis-py', redis.__version__, parser, 'Python', platform.python_version())
`;

// -------------------------------------------------------------------------------------
// processes
// -------------------------------------------------------------------------------------

/** `nodeArguments` may ask for a profile. */
export const startPeer = (
  name: PeerName,
  workload: string,
  port: number,
  nodeArguments: ReadonlyArray<string>,
): Promise<Remote> => {
  const { load } = peers[name];
  return typeof load === 'function'
    ? startRemote(process.execPath, [
        ...['--expose-gc', ...nodeArguments],
        ...[beside('./measured.js'), workload, name, `${port}`],
      ])
    : startRemote(PYTHON ?? 'python3', [
        ...[beside('../../bench/peers/celeryClient.py'), `${port}`, ...load],
      ]);
};

/** The readers of a server of events. */
export const startAudience = (port: number): Promise<Remote> =>
  startRemote(process.execPath, [beside('./audience.js'), `${port}`]);

export const startWriter = (wire: 'celery' | 'bullmq', port: number): Promise<Remote> =>
  startRemote(process.execPath, [beside('./writer.js'), `${port}`, wire]);
