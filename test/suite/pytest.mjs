// Celery's tests by pytest: which there are, running some of them, and what came of each.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Seconds for each test: what Celery's own suite allows the slow ones. */
const TIME_LIMIT = '300';

/** A file with more tests than this is run class by class. */
const MANY = 100;

/**
 * The tests that pytest selects, by their names, in parts: a file, or where that has many a class.
 * A class of a smaller one may need the worker that another has started.
 *
 * @param {string} python
 * @param {string} tests where they are
 * @param {ReadonlyArray<string>} selection
 * @returns {ReadonlyArray<ReadonlyArray<string>>}
 */
export const collect = (python, tests, selection) => {
  const args = ['-m', 'pytest', '-p', 'celery.contrib.pytest', '-p', 'no:cacheprovider'];
  const told = execFileSync(python, [...args, '--collect-only', '-q', ...selection], {
    cwd: tests,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const names = told.split('\n').filter((line) => line.startsWith('t/'));
  // without the parameters, in which there may be anything
  const plain = (/** @type {string} */ name) => name.split('[')[0] ?? '';
  const file = (/** @type {string} */ name) => plain(name).split('::')[0] ?? '';
  const sizes = grouped(names, file);
  return [
    ...grouped(names, (name) =>
      (sizes.get(file(name))?.length ?? 0) > MANY
        ? plain(name).split('::').slice(0, -1).join('::')
        : file(name),
    ).values(),
  ];
};

/**
 * @param {ReadonlyArray<string>} names
 * @param {(name: string) => string} by
 */
const grouped = (names, by) => {
  /** @type {Map<string, Array<string>>} */
  const groups = new Map();
  for (const name of names) groups.set(by(name), [...(groups.get(by(name)) ?? []), name]);
  return groups;
};

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * It ends with this process, whatever ends that.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
const bound = (child) => {
  const kill = () => child.kill();
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
};

/** A server of its own for each run, so that none finds what another has left. */
const withRedis = async (/** @type {(port: number) => Promise<unknown>} */ use) => {
  const directory = mkdtempSync(join(tmpdir(), 'chordis-suite-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--save', '', '--dir', directory];
  const server = bound(spawn('redis-server', settings, { stdio: 'ignore' }));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    await use(port);
  } finally {
    server.kill();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
};

/**
 * The report, as JUnit's, is there once all have run.
 *
 * @param {string} python
 * @param {string} tests where they are
 * @param {ReadonlyArray<string>} plugins
 * @param {ReadonlyArray<string>} selection
 * @param {string} report
 */
export const runTests = async (python, tests, plugins, selection, report) => {
  const unfinished = `${report}.part`;
  const options = ['-q', '-p', 'no:cacheprovider', '--timeout', TIME_LIMIT];
  const to = ['--junitxml', unfinished];
  const args = [...plugins.flatMap((plugin) => ['-p', plugin]), ...options, ...to, ...selection];
  await withRedis((port) => {
    const url = `redis://localhost:${port}/0`;
    const env = { TEST_BROKER: url, TEST_BACKEND: url, REDIS_PORT: String(port), PYTHONPATH: here };
    const pytest = bound(
      spawn(python, ['-m', 'pytest', ...args], {
        cwd: tests,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    );
    return new Promise((resolve) => pytest.once('exit', resolve));
  });
  renameSync(unfinished, report);
};

/**
 * @param {string} xml of JUnit
 * @returns {Map<string, string>} by pytest's names
 */
export const outcomes = (xml) => {
  const found = new Map();
  for (const [, attributes = '', rest = ''] of xml.matchAll(
    /<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs,
  )) {
    const [, name = ''] = / ?\bname="([^"]*)"/.exec(attributes) ?? [];
    const [, place = ''] = /classname="([^"]*)"/.exec(attributes) ?? [];
    const [, outcome = 'passed'] = /<(failure|error|skipped)\b/.exec(rest) ?? [];
    const test = nodeId(place, name);
    // A test that is run again, or has parts, is told of several times.
    if (found.get(test) !== 'failure' || outcome !== 'passed') found.set(test, outcome);
  }
  return found;
};

/** As pytest names it: the module's path, its class, its own name. */
const nodeId = (/** @type {string} */ place, /** @type {string} */ name) => {
  const [, path = '', klass] =
    /^(t\.integration\.test_[a-z_]+?)(?:\.(test_\w+|\w+))?$/.exec(place) ?? [];
  return [`${path.replaceAll('.', '/')}.py`, ...(klass ? [klass] : []), name].join('::');
};
