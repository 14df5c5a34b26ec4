// The page of `npm run demo:web`: its modules as one file, beside its markup and its styles.
import { cpSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

/** @param {string} path */
const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const from = inRoot('examples/web/page');
const to = inRoot('build/examples/web/page');

await build({
  input: `${from}/main.ts`,
  platform: 'browser',
  output: { dir: to, entryFileNames: 'page.js', format: 'esm', minify: true },
  logLevel: 'warn',
});
for (const name of readdirSync(from)) {
  if (/\.(html|css|svg)$/.test(name)) cpSync(`${from}/${name}`, `${to}/${name}`);
}
