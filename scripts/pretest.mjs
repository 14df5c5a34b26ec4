// Before the tests: the servers that integration tests start. Installs them where that
// is possible; else says what is missing, and those tests are skipped by name. Under
// CI=true nothing may be missing.
import { spawnSync } from 'node:child_process';
import { getuid } from 'node:process';

/**
 * @param {string} command
 * @param {ReadonlyArray<string>} args
 */
const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const canImportCelery = () =>
  ['python3', '/usr/bin/python3'].some((python) => succeeds(python, '-c', 'import celery, redis'));

const NEEDED = [
  { apt: 'redis-server', isThere: () => succeeds('redis-server', '--version') },
  { apt: 'python3-celery', isThere: canImportCelery, with: ['python3-redis'] },
  { apt: 'openssl', isThere: () => succeeds('openssl', 'version') },
];

const missing = () => NEEDED.filter(({ isThere }) => !isThere());

/** How to become root: not at all, by sudo without a password, or `undefined`: not possible. */
const asRoot = () => {
  if (getuid?.() === 0) return [];
  return succeeds('sudo', '-n', 'true') ? ['sudo', '-n'] : undefined;
};

/** @param {ReadonlyArray<string>} packages */
const install = (packages) => {
  const prefix = asRoot();
  if (prefix === undefined || !succeeds('apt-get', '--version')) return;
  console.log(`Installing ${packages.join(', ')} for the integration tests …`);
  const apt = [
    // In run level 1 no package starts its service: the tests start servers of their own.
    ...[...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'],
    ...['apt-get', '-qq', '-y', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20'],
  ];
  for (const args of [['update'], ['install', '--no-install-recommends', ...packages]]) {
    const [command = '', ...rest] = [...apt, ...args];
    spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
  }
};

const wanted = missing();
if (wanted.length > 0) install(wanted.flatMap(({ apt, with: more = [] }) => [apt, ...more]));

const left = missing().map(({ apt }) => apt);
if (left.length > 0) {
  const isCi = process.env.CI === 'true';
  const consequence = isCi
    ? 'under CI=true that is a failure'
    : 'the tests that need them are skipped by name';
  console.log(
    `Not installed: ${left.join(', ')}; ${consequence}. apt-get install ${left.join(' ')}`,
  );
  if (isCi) process.exitCode = 1;
}
