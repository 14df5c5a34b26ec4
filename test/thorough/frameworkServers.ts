/**
 * The examples of `examples/frameworks` as servers: the packed chordis and each framework in a
 * project of their own (`build/framework-tools`), compiled and started as a user would.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { end, hasEnded, spawnBound } from '../integration/childProcess.js';
import { freePort } from '../integration/redisProcess.js';
import { until } from '../integration/scenario.js';
import { ROOT, tool } from '../package/project.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Framework {
  readonly name: string;
  /** In the project. */
  readonly folder?: string;
  readonly command: (port: number) => readonly [command: string, ...args: ReadonlyArray<string>];
  /** Nest's `@Sse()` is by GET. */
  readonly isGetAlone?: boolean;
}

export interface Serving {
  readonly url: string;
  /** Asks it to end, and tells whether it did in time. */
  readonly stop: () => Promise<boolean>;
}

const PROJECT = join(ROOT, 'build/framework-tools');

const NODE_22 = tool('node-22-linux-x64/bin/node');
const NODE_24 = tool('node-24-linux-x64/bin/node');
const DENO = tool('@deno/linux-x64-glibc/deno');
const BUN = tool('@oven/bun-linux-x64-baseline/bin/bun');

const node = (name: string) => () => ['node', `out/${name}.js`] as const;

export const FRAMEWORKS: ReadonlyArray<Framework> = [
  { name: 'Hono', command: node('hono') },
  { name: 'Express', command: node('express') },
  { name: 'Fastify', command: node('fastify') },
  {
    name: 'Next.js',
    folder: 'out/next',
    command: (port) => ['node', join(PROJECT, NEXT), 'start', '--port', String(port)],
  },
  { name: 'Nest 11', command: node('nest'), isGetAlone: true },
  {
    name: 'Nest 12',
    folder: 'nest-12',
    command: () => [NODE_22, 'nest.js'],
    isGetAlone: true,
  },
  {
    name: 'Deno',
    command: (port) => [
      ...([DENO, 'serve', '--allow-all', '--quiet', '--cached-only', '--port'] as const),
      ...[String(port), 'examples/fetch.ts'],
    ],
  },
  { name: 'Bun', command: () => [BUN, 'run', 'examples/fetch.ts'] },
];

const NEXT = 'node_modules/next/dist/bin/next';

/** Whether all is there; under CI=true nothing may be missing. */
export const hasFrameworks: boolean =
  process.env.CI === 'true' || [join(PROJECT, 'node_modules'), DENO].every(existsSync);

// -------------------------------------------------------------------------------------
// the project
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
  await run('out/next', 'node', join(PROJECT, NEXT), 'build');
};

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

const environment = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  // those of the test runner would change what is built and run
  const { NODE_ENV, VITEST, NODE_OPTIONS, ...env } = process.env;
  return { ...env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', ...own } as NodeJS.ProcessEnv;
};

// -------------------------------------------------------------------------------------
// servers
// -------------------------------------------------------------------------------------

/** Once it answers. */
export const serve = async (
  { folder = '.', command }: Framework,
  redis: string,
): Promise<Serving> => {
  const port = await freePort();
  const [program, ...args] = command(port);
  const child = spawnBound(program, args, {
    cwd: join(PROJECT, folder),
    env: environment({ REDIS_URL: redis, PORT: String(port) }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = outputOf(child);
  const url = `http://localhost:${port}/tasks`;
  // asked for nothing, it says so
  const answers = async () => hasEnded(child) || (await statusOf(url)) === 400;
  await until(answers, 30).catch((error: unknown) => {
    throw new Error(printed(), { cause: error });
  });
  if (hasEnded(child)) throw new Error(printed());
  return {
    url,
    stop: async () => {
      await end(child, 'SIGTERM', 3000);
      return child.signalCode !== 'SIGKILL';
    },
  };
};

const statusOf = (url: string): Promise<number> =>
  fetch(url).then(
    async ({ status, body }) => {
      await body?.cancel();
      return status;
    },
    () => 0,
  );

const outputOf = (child: ChildProcess): (() => string) => {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
    });
  }
  return () => text;
};
