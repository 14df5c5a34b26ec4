/**
 * chordis beside its peers, on the same work, in the same run. `npm run bench -- --help`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.js';
import { environment, environmentText } from './environment.js';
import { readOptions } from './options.js';
import { leftOut } from './processes.js';
import { startRedisServer } from './redisServer.js';
import { type Outcome, outcomes } from './report.js';
import { planned, runRow } from './runner.js';
import { table } from './table.js';
import { workloads } from './workloads.js';

const options = readOptions(process.argv.slice(2));
if (options === undefined) process.exit(1);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const server = await startRedisServer().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
const measuredOn = environment(server.version);
console.log(`${environmentText(measuredOn)}\n`);
for (const line of leftOut()) console.log(`${line}\n`);

const progress = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\x1b[2K\r${line}`);
};
const all: Array<Outcome> = [];
for (const [workload, variant] of planned(workloads, options)) {
  const row = await runRow(workload, variant, server, options, progress);
  progress('');
  const measured = outcomes(row);
  all.push(...measured);
  console.log(`${table(measured)}\n`);
}
await server.stop();

const folder = new URL(options.save ? '../../bench/' : './', import.meta.url);
const results = { ...measuredOn, outcomes: all };
writeFileSync(new URL('results.json', folder), `${JSON.stringify(results, null, 2)}\n`);
writeFileSync(new URL('results.svg', folder), chart(all));
console.log(`Written: results.json and results.svg in ${fileURLToPath(folder)}`);
process.exit();
