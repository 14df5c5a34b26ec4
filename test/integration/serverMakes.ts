/** The servers that the tests run on: the machine's own, and those of the machine room. */
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { isInstalled } from './childProcess.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface ServerMake {
  readonly name: string;
  readonly binary: string;
  /** Arguments that it takes and others do not. */
  readonly args: ReadonlyArray<string>;
}

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/** Whoever stops it does not wait for its replicas. */
const AT_ONCE = ['--shutdown-timeout', '0'];

const furnished = (name: string, directory: string, args: ReadonlyArray<string>): ServerMake => ({
  name,
  binary: fileURLToPath(new URL(`../../build/servers/${directory}/server`, import.meta.url)),
  args,
});

/** What most tests run on. */
export const installed: ServerMake = {
  name: 'the installed Redis',
  binary: 'redis-server',
  args: AT_ONCE,
};

const makes: ReadonlyArray<ServerMake> = [
  installed,
  furnished('Redis 6.2', 'redis-6.2', []),
  furnished('Redis 8.2', 'redis-8.2', AT_ONCE),
  furnished('Valkey 9.1', 'valkey-9.1', AT_ONCE),
];

// -------------------------------------------------------------------------------------
// availability
// -------------------------------------------------------------------------------------

const missing: ReadonlySet<ServerMake> = new Set(
  makes.filter(({ binary }) => !isInstalled(binary, '--version')),
);

if (missing.size > 0 && process.env.CI === 'true') {
  const names = [...missing].map(({ name }) => name).join(', ');
  throw new Error(`not there: ${names}; CI=true allows no test to be left out`);
}

const describeOn = (make: ServerMake): typeof describe | typeof describe.skip =>
  missing.has(make) ? describe.skip : describe;

/** `describe`; where there is no `redis-server`, its tests are skipped by name. */
export const describeRedis: typeof describe | typeof describe.skip = describeOn(installed);

/** The same on each make of server; on one that is not there, they are skipped by name. */
export const describeEachServer = (name: string, tests: (make: ServerMake) => void): void => {
  for (const make of makes) describeOn(make)(`${name} (${make.name})`, () => tests(make));
};

export const redisAvailable: boolean = !missing.has(installed);
