import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Ended, ROOT, run } from './project.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the compiler complained of; empty where the package was built. */
    readonly buildFailure: string;
    /** The folder of a user's project, in which the packed package is installed. */
    readonly project: string;
    /** What the tarball carries. */
    readonly files: ReadonlyArray<string>;
  }
}

/** The peers, and what a TypeScript project on Node has besides. */
const BESIDE = [
  ...['rxjs', 'fp-ts', 'io-ts', 'ioredis', 'yaml', '@msgpack/msgpack'],
  ...['eventsource-parser', 'jose', 'react', '@nestjs/common', 'amqplib'],
  ...['@types/node', '@types/react'],
];

/** What is packed, and what examples import as `chordis`, is the built package. */
export default async ({ provide }: TestProject): Promise<() => void> => {
  const build = await run(ROOT, 'npm', 'run', '--silent', 'build');
  provide('buildFailure', build.code === 0 ? '' : `${build.stdout}${build.stderr}`);
  const project = mkdtempSync(join(tmpdir(), 'chordis-project-'));
  provide('project', project);
  provide('files', await install(project));
  return () => rmSync(project, { recursive: true, force: true });
};

const install = async (project: string): Promise<ReadonlyArray<string>> => {
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  );
  // What `prepack` does was done before.
  const packed = await run(
    ROOT,
    ...['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project],
  );
  const [tarball = 'no tarball'] = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  const installed = await run(
    project,
    ...['npm', 'install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund'],
    `./${tarball}`,
  );
  if (installed.code !== 0) throw new Error(outputOf(packed) + outputOf(installed));
  for (const name of BESIDE) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  return filesOf(packed.stdout);
};

const outputOf = ({ stdout, stderr }: Ended): string => `${stdout}${stderr}`;

/** Of what `npm pack --json` prints; npm 10 and 11 print an array of one. */
const filesOf = (json: string): ReadonlyArray<string> => {
  const parsed: unknown = JSON.parse(json);
  const packed = Array.isArray(parsed) ? parsed[0] : Object.values(parsed as object)[0];
  return (packed as { files: ReadonlyArray<{ path: string }> }).files.map(({ path }) => path);
};
