import { join } from 'node:path';
import { ROOT, run } from '../package/project.js';

/** Examples as their users run them, once the package is built that they import. */
export default async (): Promise<void> => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  for (const args of [[tsc, '-p', 'tsconfig.examples.json'], ['scripts/buildPage.mjs']]) {
    const { code, stdout, stderr } = await run(ROOT, process.execPath, ...args);
    if (code !== 0) throw new Error(stdout + stderr);
  }
};
