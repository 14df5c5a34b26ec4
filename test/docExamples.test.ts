import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  docExamples,
  examplesOfPage,
  examplesOfSource,
  expectedOutput,
  fileName,
  withoutSpace,
} from './docExamples.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Inside the project, so that `chordis` is the built package itself. */
const FOLDER = join(ROOT, 'build', 'doc-examples');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const ENDS_WITHIN = 20_000;

const TSCONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    rootDir: '.',
    outDir: 'out',
    noEmit: false,
    noUnusedLocals: false,
    allowJs: false,
    checkJs: false,
    paths: {},
  },
  include: ['*.ts'],
};

/** Of those that are for a page. */
const TSX = {
  extends: './tsconfig.json',
  compilerOptions: {
    noEmit: true,
    jsx: 'react-jsx',
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
    // the names of a page, and not those of Node
    types: [],
  },
  include: ['*.tsx'],
};

interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const node = (args: ReadonlyArray<string>, timeout: number): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: ROOT, timeout },
      (error, stdout, stderr) =>
        resolve({
          code: error?.killed
            ? `did not end within ${timeout} ms: what it opened is to be closed`
            : child.exitCode,
          stdout,
          stderr,
        }),
    );
  });

describe('documentation', () => {
  const examples = docExamples(ROOT);
  let compiled: Ended;
  let compiledForPages: Ended;

  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    // With nothing to compile, tsc would complain of that.
    writeFileSync(join(FOLDER, 'none.ts'), 'export {};\n');
    for (const example of examples) {
      // An example without imports is a module all the same.
      writeFileSync(join(FOLDER, fileName(example)), `${example.code}\nexport {};\n`);
    }
    writeFileSync(join(FOLDER, 'tsconfig.tsx.json'), JSON.stringify(TSX));
    compiled = await node([TSC, '-p', FOLDER], 120_000);
    compiledForPages = await node([TSC, '-p', join(FOLDER, 'tsconfig.tsx.json')], 120_000);
  });

  it('every example compiles', () => {
    expect(inject('buildFailure')).toBe('');
    expect(compiled.stdout + compiled.stderr).toBe('');
    expect(compiledForPages.stdout + compiledForPages.stderr).toBe('');
  });

  for (const example of examples.filter(({ isRun }) => isRun)) {
    it.concurrent(`${example.origin} does what it says`, async () => {
      const file = join(FOLDER, 'out', `${basename(fileName(example), '.ts')}.js`);
      const { code, stdout, stderr } = await node([file], ENDS_WITHIN);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const expected = expectedOutput(example.code);
      if (expected !== undefined) expect(withoutSpace(stdout)).toBe(expected);
    });
  }
});

describe('docExamples', () => {
  const doc = (...lines: ReadonlyArray<string>): string =>
    ['/**', ...lines.map((line) => ` * ${line}`), ' */', 'export const a = 1;'].join('\n');

  it('finds a fenced example, and ends it at its fence', () => {
    const source = doc('One.', '', '@example', '```ts', 'a();', '```', 'More.', '@since 0.1.0');
    expect(examplesOfSource('src/a.ts', source)).toEqual([
      { origin: 'src/a.ts:4', code: 'a();\n', isRun: true, language: 'ts' },
    ]);
  });

  it('finds an example without a fence, and ends it at the next tag', () => {
    const source = doc('@example', 'if (a) {', '  b();', '}', '', '@since 0.1.0');
    expect(examplesOfSource('src/a.ts', source)).toMatchObject([{ code: 'if (a) {\n  b();\n}\n' }]);
  });

  it('finds every example of a comment, also where the comment is indented', () => {
    const source = doc('@example', 'a();', '@example', 'b();').replace(/^/gm, '  ');
    expect(examplesOfSource('src/a.ts', source)).toMatchObject([
      { code: 'a();\n' },
      { code: 'b();\n' },
    ]);
  });

  it('a decorator or an address in an example does not end it', () => {
    const source = doc('@example', "dial('redis://u@host');", "b('@x');");
    expect(examplesOfSource('src/a.ts', source)).toMatchObject([
      { code: "dial('redis://u@host');\nb('@x');\n" },
    ]);
  });

  it('takes the ts blocks of a page, each with those it continues', () => {
    const text = [
      ...['```ts', "import { a } from 'a';", '```', 'and then', '```ts', 'a(); // => 1', '```'],
      ...['```sh', 'ls', '```', '```ts', "import { b } from 'b';", '```'],
    ].join('\n');
    expect(examplesOfPage('README.md', text)).toMatchObject([
      { code: "import { a } from 'a';\n\na(); // => 1\n", isRun: true },
      { code: "import { b } from 'b';\n", isRun: false },
    ]);
  });

  it('reads what is printed off the comments, in order', () => {
    expect(expectedOutput('f(); // => { a: 1 }\n// => [ 2,\n// => 3 ]')).toBe('{a:1}[2,3]');
    expect(expectedOutput('f();')).toBeUndefined();
  });
});
