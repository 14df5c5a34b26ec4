import { spawnSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the compiler complained of; empty where the package was built. */
    readonly buildFailure: string;
  }
}

/** What is packed, and what examples import as `chordis`, is the built package. */
export default ({ provide }: TestProject): void => {
  const build = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  provide('buildFailure', build.status === 0 ? '' : `${build.stdout}${build.stderr}`);
};
