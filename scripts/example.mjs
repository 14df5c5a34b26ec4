// `npm run example -- <name>`: one of `examples`, as it was built; it is given what comes after.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The demos have commands of their own. */
const OTHERS = ['demo', 'web'];

const names = readdirSync(fileURLToPath(new URL('../examples', import.meta.url)))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !OTHERS.includes(name));

const [name = ''] = process.argv.splice(2, 1);
if (names.includes(name)) await import(`../build/examples/${name}.js`);
else {
  console.error(`Which example? npm run example -- <name>, one of ${names.join(', ')}`);
  process.exitCode = 1;
}
