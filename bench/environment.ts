/** What the figures were measured on and with. */
import { cpus } from 'node:os';
import { packageVersion } from './packages.js';
import { celeryVersions } from './processes.js';

export interface Environment {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly redis: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly celery: string;
}

const PACKAGES = ['ioredis', 'celery-node', 'bullmq', 'rxjs', 'fp-ts', 'io-ts'];

export const environment = (redis: string): Environment => ({
  date: new Date().toISOString(),
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.versions.node,
  redis,
  packages: Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])),
  celery: celeryVersions(),
});

export const environmentText = ({
  processor,
  cores,
  node,
  redis,
  packages,
  celery,
}: Environment): string =>
  [
    `${processor}, ${cores} cores; Node ${node}; Redis ${redis}; Celery ${celery}`,
    Object.entries(packages)
      .map((pair) => pair.join(' '))
      .join(', '),
  ].join('\n');
