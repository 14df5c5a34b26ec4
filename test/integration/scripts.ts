/**
 * The scripts of `processes/`, compiled, and run by plain Node as processes of their own.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnBound } from './childProcess.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Ended {
  readonly code: number | null;
  /** What it printed, line by line. */
  readonly lines: ReadonlyArray<string>;
  readonly errors: string;
}

export interface Script {
  /** The next line that it prints; `undefined` once there is none any more. */
  readonly line: () => Promise<string | undefined>;
  readonly ended: Promise<Ended>;
  readonly kill9: () => void;
}

export interface Scripts {
  /** Starts a script of `processes/` by its name. */
  readonly start: (name: string, ...args: ReadonlyArray<string>) => Script;
  /** Removes what was compiled. */
  readonly remove: () => void;
}

// -------------------------------------------------------------------------------------
// constructor
// -------------------------------------------------------------------------------------

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Compiles them into a directory of their own beside `node_modules`, so that imports resolve. */
export const compileScripts = (): Scripts => {
  mkdirSync(join(root, 'build'), { recursive: true });
  const directory = mkdtempSync(join(root, 'build', 'processes-'));
  const tsc = spawnSync(
    process.execPath,
    [
      ...['node_modules/typescript/bin/tsc', '-p', 'test/integration/processes'],
      ...['--outDir', directory],
    ],
    { cwd: root, encoding: 'utf8' },
  );
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  if (tsc.status !== 0) {
    remove();
    throw new Error(`tsc: ${tsc.stdout}${tsc.stderr}`);
  }
  return {
    start: (name, ...args) => start(join(directory, `test/integration/processes/${name}.js`), args),
    remove,
  };
};

const start = (file: string, args: ReadonlyArray<string>): Script => {
  const child = spawnBound(process.execPath, ['--expose-gc', file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('no pipes');
  const lines: Array<string> = [];
  let errors = '';
  const output = createInterface({ input: stdout });
  output.on('line', (line) => lines.push(line));
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const closed = once(child, 'close');
  const finished = once(output, 'close');
  let taken = 0;
  return {
    line: async () => {
      while (taken >= lines.length && child.exitCode === null) {
        await Promise.race([once(output, 'line'), finished]);
      }
      taken += 1;
      return lines[taken - 1];
    },
    ended: closed.then(([code]) => ({ code, lines, errors })),
    kill9: () => void child.kill('SIGKILL'),
  };
};
