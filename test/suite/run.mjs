// Celery's own integration tests as the judge: runs those of the pinned version with its
// Redis backend, and again with chordis in its place, and prints where they differ. Ends
// with 1 where a test passes each time with Celery's backend, and not with chordis.
//
//   npm run suite                      all of them; some half an hour
//   npm run suite -- -k chord          as pytest selects
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { furnish, suite } from '../../scripts/machineRoom.mjs';

const CELERY = '5.7.0';

const FILES = ['canvas', 'tasks', 'redis_backend', 'backend', 'group_chains'];

/** How often a test is run in all where the two differ in the first run. */
const RUNS = 3;

const here = fileURLToPath(new URL('.', import.meta.url));
const environment = suite();
const python = join(environment.directory, 'bin', 'python');

/** Celery's tests, as its source distribution on PyPI brings them. */
const fetchTests = () => {
  const directory = join(environment.directory, 'source');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const download = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check'];
  const what = ['--no-deps', '--no-binary', ':all:', `celery==${CELERY}`, '--dest', directory];
  execFileSync(python, [...download, ...what], { stdio: 'inherit' });
  const archive = join(directory, `celery-${CELERY}.tar.gz`);
  const parts = ['t', 'pyproject.toml'].map((part) => `celery-${CELERY}/${part}`);
  // without Celery itself, which is to be the installed one
  execFileSync('tar', ['-xzf', archive, '-C', directory, ...parts]);
  return join(directory, `celery-${CELERY}`);
};

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** A server of its own for each run, so that none finds what another has left. */
const withRedis = async (/** @type {(port: number) => Promise<unknown>} */ use) => {
  const directory = mkdtempSync(join(tmpdir(), 'chordis-suite-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--save', '', '--dir', directory];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
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
 * @param {string} tests where they are
 * @param {'celery' | 'chordis'} backend
 * @param {ReadonlyArray<string>} selection
 * @returns {Promise<Map<string, string>>} the outcome of each test
 */
const run = async (tests, backend, selection) => {
  const report = join(environment.directory, `${backend}.xml`);
  rmSync(report, { force: true });
  const plugins = ['celery.contrib.pytest', ...(backend === 'chordis' ? ['chordis_backend'] : [])];
  const options = ['-q', '-p', 'no:cacheprovider', '--timeout', '100', '--junitxml', report];
  const args = [...plugins.flatMap((plugin) => ['-p', plugin]), ...options, ...selection];
  await withRedis((port) => {
    const url = `redis://localhost:${port}/0`;
    const env = { TEST_BROKER: url, TEST_BACKEND: url, REDIS_PORT: String(port), PYTHONPATH: here };
    const pytest = spawn(python, ['-m', 'pytest', ...args], {
      cwd: tests,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return new Promise((resolve) => pytest.once('exit', resolve));
  });
  return outcomes(readFileSync(report, 'utf8'));
};

/** @param {string} xml of JUnit */
const outcomes = (xml) => {
  const found = new Map();
  for (const [, attributes = '', rest = ''] of xml.matchAll(
    /<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs,
  )) {
    const [, name] = / ?\bname="([^"]*)"/.exec(attributes) ?? [];
    const [, module = ''] = /classname="([^"]*)"/.exec(attributes) ?? [];
    const [, outcome = 'passed'] = /<(failure|error|skipped)\b/.exec(rest) ?? [];
    found.set(`${module}::${name}`, outcome);
  }
  return found;
};

/** As pytest names it: the module's path, its class, its own name. */
const nodeId = (/** @type {string} */ test) => {
  const [place = '', name = ''] = test.split('::');
  const [, path = '', klass] =
    /^(t\.integration\.test_[a-z_]+?)(?:\.(test_\w+|\w+))?$/.exec(place) ?? [];
  return [`${path.replaceAll('.', '/')}.py`, ...(klass ? [klass] : []), name].join('::');
};

/** @param {ReadonlyArray<Map<string, string>>} runs */
const passes = (runs, /** @type {string} */ test) =>
  runs.filter((outcome) => outcome.get(test) === 'passed').length;

const missing = await furnish([environment]);
if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
const tests = fetchTests();
const chosen = process.argv.slice(2);
const selection = [...FILES.map((name) => `t/integration/test_${name}.py`), ...chosen];

const runs = {
  celery: [await run(tests, 'celery', selection)],
  chordis: [await run(tests, 'chordis', selection)],
};
const [first = new Map()] = runs.celery;
const differing = [...first.keys()].filter(
  (test) => first.get(test) === 'passed' && passes(runs.chordis, test) === 0,
);
for (let i = 1; i < RUNS && differing.length > 0; i += 1) {
  const again = differing.map(nodeId);
  runs.celery.push(await run(tests, 'celery', again));
  runs.chordis.push(await run(tests, 'chordis', again));
}

const lost = differing.filter((test) => passes(runs.celery, test) === runs.celery.length);
const count = (/** @type {Map<string, string> | undefined} */ outcome) =>
  [...(outcome ?? [])].filter(([, how]) => how === 'passed').length;
console.log(
  `\nCelery ${CELERY}: ${count(runs.celery[0])} passed with its own backend, ${count(runs.chordis[0])} with chordis`,
);
for (const test of differing) {
  console.log(
    `${test}: ${passes(runs.celery, test)} of ${runs.celery.length} with Celery's, ` +
      `${passes(runs.chordis, test)} of ${runs.chordis.length} with chordis`,
  );
}
process.exitCode = lost.length > 0 ? 1 : 0;
