/** The examples of `examples/frameworks` as servers. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { end, hasEnded, spawnBound } from '../integration/childProcess.js';
import { freePort } from '../integration/redisProcess.js';
import { until } from '../integration/scenario.js';
import { tool } from '../package/project.js';
import { environment, NEXT, PROJECT } from './frameworkProject.js';

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

const NODE_22 = tool('node-22-linux-x64/bin/node');
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
    command: (port) => ['node', NEXT, 'start', '--port', String(port)],
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
