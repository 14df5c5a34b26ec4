/** A user's project, which has the packed chordis and its peers installed. */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(command, args, { cwd, timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

/** Runs a command there. */
export const inProject = (command: string, ...args: ReadonlyArray<string>): Promise<Ended> =>
  run(inject('project'), command, ...args);

/** Writes a file there, and tells its path. */
export const write = (name: string, text: string): string => {
  const path = join(inject('project'), name);
  writeFileSync(path, text);
  return path;
};

/** Where a tool is, which the step before the tests has installed. */
export const tool = (path: string): string => join(ROOT, 'build/package-tools/node_modules', path);

const hasTool = (path: string): boolean => existsSync(tool(path));

/** Without its tools a test is skipped by name; not so where nothing may be left out. */
export const isSkipped = (path: string): boolean => process.env.CI !== 'true' && !hasTool(path);

// -------------------------------------------------------------------------------------
// programs
// -------------------------------------------------------------------------------------

const PROGRAM = `
const program = async () => {
  for (const [serializer, serializers] of [['json', []], ['yaml', [yaml]], ['msgpack', [msgpack]]]) {
    const backend = new RedisBackend({ url: 'memory://', serializer, serializers, accept: [serializer] });
    await backend.storeResult('smoke', { answer: 42 }, 'SUCCESS')();
    const meta = await backend.getTaskMeta('smoke')();
    console.log(serializer, meta._tag, meta.right.status, JSON.stringify(meta.right.result));
    await backend.close()();
  }
  console.log(pendingMeta('smoke').status, typeof testBackend, typeof Producer, typeof amqpBroker);
  const backend = new RedisBackend({ url: 'memory://' });
  const handler = taskEvents(backend, { authorize: () => true });
  await backend.markAsDone('pushed', { answer: 42 })();
  const url = 'http://localhost/tasks?task=pushed';
  const stream = await (await handler(new Request(url))).text();
  console.log(stream.match(/^event: .*$/gm).join());
  const fetch = async (...request) => handler(new Request(...request));
  for await (const state of watchTask(url, undefined, { fetch })) console.log(JSON.stringify(state.result));
  await backend.close()();
};
`;

const names = {
  chordis: 'RedisBackend',
  'chordis/yaml': 'yaml',
  'chordis/msgpack': 'msgpack',
  'chordis/producer': 'Producer',
  'chordis/amqp': 'amqpBroker',
  'chordis/wire': 'pendingMeta',
  'chordis/testing': 'testBackend',
  'chordis/http': 'taskEvents',
  'chordis/browser': 'watchTask',
};

/** Stores a result and reads it back, with each serializer; `start` runs it. */
export const importing = (start = 'program();'): string =>
  Object.entries(names)
    .map(([module, name]) => `import { ${name} } from '${module}';\n`)
    .join('') +
  PROGRAM +
  start;

/** The same by `require`. */
export const requiring = (start = 'program();'): string =>
  Object.entries(names)
    .map(([module, name]) => `const { ${name} } = require('${module}');\n`)
    .join('') +
  PROGRAM +
  start;

/** What either prints. */
export const PRINTED = [
  ...['json', 'yaml', 'msgpack'].map((name) => `${name} Right SUCCESS {"answer":42}\n`),
  'PENDING function function function\n',
  'event: state,event: end\n',
  '{"answer":42}\n',
].join('');
