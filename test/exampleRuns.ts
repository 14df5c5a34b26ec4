/** The examples as a reader runs them: compiled, each a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject } from 'vitest';

const TSC = 'node_modules/typescript/bin/tsc';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const built = (name: string): string => join(ROOT, 'build', 'examples', `${name}.js`);

export interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ENDS_WITHIN = 60_000;

export const run = (
  command: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const { REDIS_URL: _, ...inherited } = process.env;
    const child = execFile(
      command,
      args,
      { cwd: ROOT, env: { ...inherited, ...env }, timeout: ENDS_WITHIN },
      (error, stdout, stderr) =>
        resolve({
          code: error?.killed ? `did not end within ${ENDS_WITHIN} ms` : child.exitCode,
          stdout,
          stderr,
        }),
    );
  });

export const node = (
  name: string,
  env: Readonly<Record<string, string>> = {},
  args: ReadonlyArray<string> = [],
): Promise<Ended> => run(process.execPath, [built(name), ...args], env);

/** For `beforeAll`. */
export const compileExamples = async (): Promise<void> => {
  expect(inject('buildFailure')).toBe('');
  const compiled = await run(process.execPath, [TSC, '-p', 'tsconfig.examples.json']);
  expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
};
