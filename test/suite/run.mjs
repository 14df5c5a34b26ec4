// Celery's own integration tests as the judge: runs those of the pinned version with Celery
// alone, and again with chordis in the place of its backend, its client or both, and prints
// where they differ. Ends with 1 where a test passes each time with Celery, and not with
// chordis.
//
//   npm run suite                      chordis as the backend; some half an hour
//   npm run suite -- --client          as the client, which sends what the tests send
//   npm run suite -- --both
//   npm run suite -- --client -k chord         as pytest selects
//
// It runs in parts, and keeps the outcome of each in `build/suite/outcomes` as long as
// what it is of stays the same: a run that was broken off goes on where it was, and Celery's
// own outcomes are there for the next one. `--fresh` forgets them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { furnish, suite } from '../../scripts/machineRoom.mjs';
import { collect, outcomes, runTests } from './pytest.mjs';

const CELERY = '5.7.0';

const FILES = ['canvas', 'tasks', 'redis_backend', 'backend', 'group_chains'];

/** How often a test is run in all where the two differ in the first run. */
const RUNS = 3;

/**
 * Not counted where the client is another process: they forget what the worker has told
 * them once `delay` returns, and it is told by then.
 */
const RACING = new Set([
  't/integration/test_tasks.py::test_task_replacement::test_replaced_task_nesting_level_0',
]);

const here = fileURLToPath(new URL('.', import.meta.url));
const environment = suite();
const python = join(environment.directory, 'bin', 'python');
const kept = join(environment.directory, 'outcomes');

/** Celery's tests, as its source distribution on PyPI brings them. */
const fetchTests = () => {
  const directory = join(environment.directory, 'source');
  const tests = join(directory, `celery-${CELERY}`);
  if (existsSync(join(tests, 'pyproject.toml'))) return tests;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const download = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check'];
  const what = ['--no-deps', '--no-binary', ':all:', `celery==${CELERY}`, '--dest', directory];
  execFileSync(python, [...download, ...what], { stdio: 'inherit' });
  const archive = join(directory, `celery-${CELERY}.tar.gz`);
  const parts = ['t', 'pyproject.toml'].map((part) => `celery-${CELERY}/${part}`);
  // without Celery itself, which is to be the installed one
  execFileSync('tar', ['-xzf', archive, '-C', directory, ...parts]);
  return tests;
};

// -------------------------------------------------------------------------------------
// the sides
// -------------------------------------------------------------------------------------

/** @typedef {'celery' | 'backend' | 'client' | 'both'} Side */

/** @type {Record<Side, ReadonlyArray<string>>} */
const PLUGINS = {
  celery: [],
  backend: ['chordis_backend'],
  client: ['chordis_client'],
  both: ['chordis_backend', 'chordis_client'],
};

const files = (/** @type {string} */ directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** What an outcome is of, besides the tests. */
const digestOf = (/** @type {Side} */ side) => {
  const own = side === 'celery' ? [] : [...files(join(here, '../../dist')), ...files(here)];
  const digest = createHash('sha256').update(environment.pins());
  for (const file of own) digest.update(readFileSync(file));
  return digest.digest('hex').slice(0, 12);
};

/**
 * @param {string} tests where they are
 * @param {Side} side
 * @param {ReadonlyArray<string>} selection
 * @param {number} [time] which of several runs
 * @returns {Promise<Map<string, string>>} the outcome of each test
 */
const run = async (tests, side, selection, time = 1) => {
  const of = createHash('sha256')
    .update(JSON.stringify([...selection, time]))
    .digest('hex');
  const report = join(kept, `${side}-${digestOf(side)}-${of.slice(0, 12)}.xml`);
  if (!existsSync(report)) {
    console.log(`\n${side}: ${selection.join(' ').slice(0, 200)}`);
    await runTests(python, tests, ['celery.contrib.pytest', ...PLUGINS[side]], selection, report);
  }
  return outcomes(readFileSync(report, 'utf8'));
};

// -------------------------------------------------------------------------------------
// the comparison
// -------------------------------------------------------------------------------------

/** @param {ReadonlyArray<Map<string, string>>} runs */
const passes = (runs, /** @type {string} */ test) =>
  runs.filter((outcome) => outcome.get(test) === 'passed').length;

const chosen = process.argv.slice(2);
const side = chosen.includes('--both')
  ? 'both'
  : chosen.includes('--client')
    ? 'client'
    : 'backend';
const selectors = chosen.filter((one) => !['--both', '--client', '--fresh'].includes(one));

const missing = await furnish([environment]);
if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
const tests = fetchTests();
if (chosen.includes('--fresh')) rmSync(kept, { recursive: true, force: true });
mkdirSync(kept, { recursive: true });

const all = FILES.map((name) => `t/integration/test_${name}.py`);
const runs = { celery: [new Map()], chordis: [new Map()] };
for (const part of collect(python, tests, [...all, ...selectors])) {
  for (const [test, how] of await run(tests, 'celery', part)) runs.celery[0]?.set(test, how);
  for (const [test, how] of await run(tests, side, part)) runs.chordis[0]?.set(test, how);
}
const first = runs.celery[0] ?? new Map();
const differing = [...first.keys()].filter(
  (test) => first.get(test) === 'passed' && passes(runs.chordis, test) === 0,
);
for (let i = 2; i <= RUNS && differing.length > 0; i += 1) {
  runs.celery.push(await run(tests, 'celery', differing, i));
  runs.chordis.push(await run(tests, side, differing, i));
}

const isRacing = (/** @type {string} */ test) => side !== 'backend' && RACING.has(test);
const lost = differing.filter(
  (test) => passes(runs.celery, test) === runs.celery.length && !isRacing(test),
);
for (const file of all) {
  const count = (/** @type {Map<string, string> | undefined} */ outcome) =>
    [...(outcome ?? [])].filter(([test, how]) => test.startsWith(`${file}::`) && how === 'passed')
      .length;
  const [theirs, ours] = [count(runs.celery[0]), count(runs.chordis[0])];
  console.log(`${file}: ${theirs} passed with Celery, ${ours} with chordis (${side})`);
}
for (const test of differing) {
  console.log(
    `${test}: ${passes(runs.celery, test)} of ${runs.celery.length} with Celery, ` +
      `${passes(runs.chordis, test)} of ${runs.chordis.length} with chordis`,
  );
}
process.exitCode = lost.length > 0 ? 1 : 0;
