/**
 * The packages of the peers. They are installed apart, in `packages/`, so that nobody
 * needs them who only builds chordis; and typed here by what is used of them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// as seen from build/bench
const folder = new URL('../../bench/packages/', import.meta.url);

/** Loads one of them. What it exports is only known to its file under `peers/`. */
export const loadPackage = createRequire(folder);

/** Whether they are there now. */
export const packagesInstalled = (): boolean => {
  const { dependencies }: { readonly dependencies: object } = loadPackage('./package.json');
  const names = Object.keys(dependencies);
  const there = () => names.every((name) => existsSync(new URL(`node_modules/${name}/`, folder)));
  if (there()) return true;
  console.log('Installing the peers in bench/packages …');
  // no peer needs a script of a package to be run
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
  spawnSync('npm', args, { cwd: fileURLToPath(folder), stdio: 'inherit' });
  return there();
};

/** Of a package of the peers, or of chordis itself. */
export const packageVersion = (name: string): string => {
  const places = [folder, new URL('../../', import.meta.url)];
  for (const place of places) {
    const file = new URL(`node_modules/${name}/package.json`, place);
    if (!existsSync(file)) continue;
    const { version }: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'));
    return version;
  }
  return 'not installed';
};
