// Before the tests: what they run beside chordis. Installs it where that is possible;
// else says in one line what is missing, and the tests that need it are skipped by name.
// Under CI=true nothing may be missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { getuid } from 'node:process';
import { furnish, hasPython } from './machineRoom.mjs';

/**
 * @param {string} command
 * @param {ReadonlyArray<string>} args
 */
const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const isCi = process.env.CI === 'true';

const NEEDED = [
  { apt: 'redis-server', isThere: async () => succeeds('redis-server', '--version') },
  { apt: 'python3-venv', isThere: hasPython },
  { apt: 'openssl', isThere: async () => succeeds('openssl', 'version') },
  // Large ones, for the tests under `test/thorough`, which a plain `npm test` leaves out.
  ...(isCi
    ? [
        { apt: 'rabbitmq-server', isThere: async () => existsSync('/usr/sbin/rabbitmq-server') },
        { apt: 'chromium', isThere: async () => existsSync('/usr/bin/chromium') },
      ]
    : []),
];

/** @returns {Promise<ReadonlyArray<string>>} */
const missing = async () => {
  const found = await Promise.all(NEEDED.map(({ isThere }) => isThere()));
  return NEEDED.filter((_, i) => !found[i]).map(({ apt }) => apt);
};

/** How to become root: not at all, by sudo without a password, or `undefined`: not possible. */
const asRoot = () => {
  if (getuid?.() === 0) return [];
  return succeeds('sudo', '-n', 'true') ? ['sudo', '-n'] : undefined;
};

/** @param {ReadonlyArray<string>} packages */
const install = (packages) => {
  const prefix = asRoot();
  if (prefix === undefined || !succeeds('apt-get', '--version')) return;
  console.log(`Installing ${packages.join(', ')} …`);
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

const wanted = await missing();
if (wanted.length > 0) install(wanted);

const packages = await missing();
const left = [...packages, ...(await furnish())];
if (left.length > 0) {
  const consequence = isCi
    ? 'under CI=true that is a failure'
    : 'the tests that need them are skipped by name';
  const advice = packages.length > 0 ? `. apt-get install ${packages.join(' ')}` : '';
  console.log(`Not installed: ${left.join(', ')}; ${consequence}${advice}`);
  if (isCi) process.exitCode = 1;
}
