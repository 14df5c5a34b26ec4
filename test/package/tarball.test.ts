import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALLED = join(ROOT, 'node_modules');
/** The peers, and what a TypeScript project on Node has besides. */
const BESIDE = ['rxjs', 'fp-ts', 'io-ts', 'ioredis', '@types/node'];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(command, args, { cwd, timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

/** The same program for `import` and `require`: stores a result and reads it back. */
const SMOKE = `
const program = async () => {
  const backend = new chordis.RedisBackend({ url: 'memory://' });
  await backend.storeResult('smoke', { answer: 42 }, 'SUCCESS')();
  const meta = await backend.getTaskMeta('smoke')();
  await backend.close()();
  console.log(meta._tag, meta.right.status, JSON.stringify(meta.right.result));
};
program();
`;

const CONSUMER = `
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { from, type Observable } from 'rxjs';
import { type Operation, RedisBackend, type ResultStoreError } from 'chordis';

const backend = new RedisBackend({ url: 'memory://' });
const state: Operation<string> = backend.getState('task');
export const seen: Observable<string> = from(state);
export const length: TE.TaskEither<ResultStoreError, number> = pipe(
  state,
  TE.map((text) => text.length),
);
`;

const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['consumer.ts'],
};

describe('the tarball', () => {
  const project = mkdtempSync(join(tmpdir(), 'chordis-tarball-'));
  const write = (name: string, text: string): void => writeFileSync(join(project, name), text);
  let files: ReadonlyArray<string> = [];

  beforeAll(async () => {
    write('package.json', JSON.stringify({ name: 'consumer', private: true }));
    // What `prepack` does was done before the tests.
    const packed = await run(
      ROOT,
      ...['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project],
    );
    files = filesOf(packed.stdout);
    const [tarball = 'no tarball'] = readdirSync(project).filter((name) => name.endsWith('.tgz'));
    const installed = await run(
      project,
      ...['npm', 'install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund'],
      `./${tarball}`,
    );
    if (installed.code !== 0) throw new Error(`${installed.stdout}${installed.stderr}`);
    for (const name of BESIDE) {
      const link = join(project, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(INSTALLED, name), link);
    }
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('is built', () => {
    expect(inject('buildFailure')).toBe('');
  });

  it('carries the built package and nothing of its making', () => {
    expect(files).toContain('dist/index.js');
    expect(files).toContain('dist/index.d.ts');
    const expected = /^(dist\/.*\.(js|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
    expect(files.filter((path) => !expected.test(path))).toEqual([]);
  });

  it('works in plain Node by import', async () => {
    write('smoke.mjs', `import * as chordis from 'chordis';\n${SMOKE}`);
    expect(await run(project, 'node', 'smoke.mjs')).toEqual({
      code: 0,
      stdout: 'Right SUCCESS {"answer":42}\n',
      stderr: '',
    });
  });

  it('works in plain Node by require', async () => {
    write('smoke.cjs', `const chordis = require('chordis');\n${SMOKE}`);
    expect(await run(project, 'node', 'smoke.cjs')).toEqual({
      code: 0,
      stdout: 'Right SUCCESS {"answer":42}\n',
      stderr: '',
    });
  });

  it('its testing kit loads in plain Node', async () => {
    write(
      'kit.mjs',
      "import { testBackend } from 'chordis/testing';\nconsole.log(typeof testBackend);",
    );
    expect(await run(project, 'node', 'kit.mjs')).toMatchObject({ code: 0, stdout: 'function\n' });
  });

  it('refuses deep imports', async () => {
    write('deep.mjs', "import 'chordis/dist/operation.js';");
    const { code, stderr } = await run(project, 'node', 'deep.mjs');
    expect(code).not.toBe(0);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('its types hold in a strict project that checks its libraries too', async () => {
    write('consumer.ts', CONSUMER);
    write('tsconfig.json', JSON.stringify(TSCONFIG));
    const tsc = join(INSTALLED, 'typescript', 'bin', 'tsc');
    expect(await run(project, 'node', tsc, '-p', '.')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

/** Of what `npm pack --json` prints; npm 10 and 11 print an array of one. */
const filesOf = (json: string): ReadonlyArray<string> => {
  const parsed: unknown = JSON.parse(json);
  const packed = Array.isArray(parsed) ? parsed[0] : Object.values(parsed as object)[0];
  return (packed as { files: ReadonlyArray<{ path: string }> }).files.map(({ path }) => path);
};
