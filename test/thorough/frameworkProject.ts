/**
 * The project in which the examples of `examples/frameworks` are tried (`build/framework-tools`):
 * the packed chordis and the frameworks, compiled and run as a user would.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { ROOT, tool } from '../package/project.js';

export const PROJECT = join(ROOT, 'build/framework-tools');

const NODE_24 = tool('node-24-linux-x64/bin/node');

export const NEXT = join(PROJECT, 'node_modules/next/dist/bin/next');

/** Whether all is there; under CI=true nothing may be missing. */
export const hasFrameworks: boolean =
  process.env.CI === 'true' || [NEXT, NODE_24].every((path) => existsSync(path));

// -------------------------------------------------------------------------------------
// building
// -------------------------------------------------------------------------------------

const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    experimentalDecorators: true,
    skipLibCheck: true,
    rootDir: 'examples',
    outDir: 'out',
  },
  include: ['examples'],
};

const ANGULAR = {
  extends: './tsconfig.json',
  compilerOptions: { outDir: 'out/angular' },
  include: ['examples/angular.ts'],
  angularCompilerOptions: { compilationMode: 'full', strictTemplates: true },
};

const NEXT_CONFIG = `
import { fileURLToPath } from 'node:url';
export default { turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) } };
`;

/** A page that is rendered by the server, with hooks in it. */
const NEXT_PAGE = {
  'layout.tsx': `
    import type { ReactNode } from 'react';
    export default ({ children }: { children: ReactNode }) => <html><body>{children}</body></html>;
  `,
  'page.tsx': `
    import { ChordisProvider } from 'chordis/react';
    import { Status } from './status';
    export default () => <ChordisProvider url="/tasks"><Status id="4f1b" /></ChordisProvider>;
  `,
  'status.tsx': `
    'use client';
    import { useTask } from 'chordis/react';
    export const Status = ({ id }: { id: string }) => <p>{useTask(id).phase}</p>;
  `,
};

/** Rejects with what a compiler complains of. */
export const build = async (): Promise<void> => {
  const packed = join(inject('project'), 'node_modules/chordis');
  for (const folder of ['.', 'nest-12', 'react-18']) {
    const installed = join(PROJECT, folder, 'node_modules/chordis');
    rmSync(installed, { recursive: true, force: true });
    cpSync(packed, installed, { recursive: true });
  }
  for (const folder of ['examples', 'out']) {
    rmSync(join(PROJECT, folder), { recursive: true, force: true });
  }
  cpSync(join(ROOT, 'examples/frameworks'), join(PROJECT, 'examples'), { recursive: true });
  for (const [n, code] of pagesOfNest().entries()) {
    writeFileSync(join(PROJECT, `examples/page-${n}.ts`), code);
  }
  writeFileSync(join(PROJECT, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(join(PROJECT, 'tsconfig.angular.json'), JSON.stringify(ANGULAR));
  await run('.', 'node', join(ROOT, 'node_modules/typescript/bin/tsc'));
  cpSync(join(PROJECT, 'out/nest.js'), join(PROJECT, 'nest-12/nest.js'));
  const ngc = join(PROJECT, 'node_modules/@angular/compiler-cli/bundles/src/bin/ngc.js');
  await Promise.all([run('.', NODE_24, ngc, '-p', 'tsconfig.angular.json'), buildNext()]);
};

/** The blocks of the page on Nest that show no file. */
const pagesOfNest = (): ReadonlyArray<string> =>
  [
    ...readFileSync(join(ROOT, 'docs/nest.md'), 'utf8').matchAll(
      /^```typescript\n([\s\S]*?)^```/gm,
    ),
  ].map(([, code = '']) => code);

const buildNext = async (): Promise<void> => {
  const folder = join(PROJECT, 'out/next');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, 'examples/frameworks/next'), folder, { recursive: true });
  writeFileSync(join(folder, 'next.config.mjs'), NEXT_CONFIG);
  for (const [name, text] of Object.entries(NEXT_PAGE)) {
    writeFileSync(join(folder, 'app', name), text);
  }
  await run('out/next', 'node', NEXT, 'build');
};

// -------------------------------------------------------------------------------------
// running
// -------------------------------------------------------------------------------------

/** What a program prints, in a folder of the project; rejects with that where it fails. */
const run = async (
  folder: string,
  command: string,
  ...args: ReadonlyArray<string>
): Promise<string> => {
  const options = { cwd: join(PROJECT, folder), env: environment(), timeout: 120_000 };
  return promisify(execFile)(command, args, options).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }) => Promise.reject(new Error(`${stdout}${stderr}`)),
  );
};

/** A component's part: it shows the states of a task as a signal. */
const ANGULAR_PROGRAM = `
import { effect, Injector } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Thumbnails } from './out/angular/angular.js';

const [url, id] = process.argv.slice(2);
globalThis.location = { href: url };
const injector = Injector.create({ providers: [{ provide: Thumbnails }] });
const states$ = injector.get(Thumbnails).states(id);
const state = toSignal(states$, { injector });
states$.subscribe({ complete: () => console.log(state().status, state().result) });
`;

/** What the service of `examples/frameworks/angular.ts` gives for a task, compiled by Angular. */
export const angular = (url: string, id: string): Promise<string> => {
  writeFileSync(join(PROJECT, 'angular.mjs'), ANGULAR_PROGRAM);
  return run('.', NODE_24, 'angular.mjs', url, id);
};

/** A page of its own, in which a component shows a task. */
const REACT_PROGRAM = `
import { Window } from 'happy-dom';
import { createElement, StrictMode, version } from 'react';
import { ChordisProvider, useTask } from 'chordis/react';

const window = new Window();
const { document, navigator } = window;
for (const [name, value] of Object.entries({ window, document, navigator })) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
const { createRoot } = await import('react-dom/client');
const [url, id] = process.argv.slice(2);
const Task = () => {
  const { phase, state } = useTask(id);
  return createElement('p', null, [version, phase, state?.status, state?.result].join(' '));
};
createRoot(document.body).render(
  createElement(StrictMode, null, createElement(ChordisProvider, { url }, createElement(Task))),
);
while (!/ready/.test(document.body.textContent)) await new Promise((resolve) => setTimeout(resolve, 5));
console.log(document.body.textContent);
process.exit();
`;

/** What `useTask` shows of a task, in the React of that folder. */
export const shownByReact = (folder: string, url: string, id: string): Promise<string> => {
  writeFileSync(join(PROJECT, folder, 'page.mjs'), REACT_PROGRAM);
  return run(folder, 'node', 'page.mjs', url, id);
};

export const environment = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  // those of the test runner would change what is built and run
  const { NODE_ENV, VITEST, NODE_OPTIONS, ...env } = process.env;
  return { ...env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', ...own } as NodeJS.ProcessEnv;
};
