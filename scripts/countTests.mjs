// `node scripts/countTests.mjs <vitest's JSON report> <exit status of vitest>`: prints
// `N passed, N failed` (with `, N skipped` where so), and fails unless some test passed
// and none failed.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ readonly status: string, readonly assertionResults: ReadonlyArray<{ readonly status: string }> }} TestFile
 */

const [report = '', exitStatus = '1'] = process.argv.slice(2);

/** @type {ReadonlyArray<TestFile>} */
const files = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];

const tests = files.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
const passed = tests.filter((status) => status === 'passed').length;
const failedTests = tests.filter((status) => status === 'failed').length;
const skipped = tests.length - passed - failedTests;
// A file can fail outside its tests: where it does not load, or in a hook.
const failedFiles = files.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
).length;
// And a run outside its files: an unhandled rejection, or no report at all.
const seen = failedTests + failedFiles;
const failed = seen === 0 && exitStatus !== '0' ? 1 : seen;

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
