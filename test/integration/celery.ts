/**
 * Real Celery beside the code under test: workers, and a Python session that sends
 * tasks and reads results as a Python client would. Both run the app of `tasks.py`, in
 * the virtual environments that `scripts/machineRoom.mjs` makes.
 */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { end, isInstalled, spawnBound } from './childProcess.js';
import { redisAvailable } from './serverMakes.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** The newest, which is the target, the one before it, and the oldest that chordis works with. */
export type CeleryVersion = '5.7.0' | '5.6.3' | '5.2.7';

export interface CeleryOptions {
  /** 5.7.0 where it is left out. */
  readonly version?: CeleryVersion | undefined;
  /** Best `server.celeryUrl(db)`, whose connections are known to be Celery's. */
  readonly broker: string;
  readonly backend: string;
  /** Celery settings, such as `{ result_extended: true }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface WorkerOptions extends CeleryOptions {
  /** `solo` runs one task at a time, in the process itself; `prefork` four. */
  readonly pool?: 'solo' | 'prefork';
  /** More arguments of `celery worker`, such as `['-Q', 'other']`. */
  readonly args?: ReadonlyArray<string>;
}

export interface Worker {
  readonly pid: () => number;
  readonly log: () => string;
  readonly kill9: () => Promise<void>;
  /** Tasks that run may finish for up to five seconds. */
  readonly stop: () => Promise<void>;
}

/** An exception, as Python saw it. */
export interface Raised {
  readonly raised: {
    /** `__qualname__` */
    readonly type: string;
    readonly module: string;
    readonly args: ReadonlyArray<unknown>;
    readonly message: string;
  };
}

export interface PythonSession {
  /**
   * Runs the body of a function of `args`, and resolves with what it returns or raises.
   * In scope: `app`, `tasks`, `celery`, `json`, `AsyncResult`, `GroupResult`,
   * `result_from_tuple` and `send`.
   */
  readonly python: (code: string, args?: unknown) => Promise<unknown>;
  /** Sends a task of `tasks.py` by its short name; its id. Nobody subscribes to its result. */
  readonly send: (
    task: string,
    args?: ReadonlyArray<unknown>,
    kwargs?: Readonly<Record<string, unknown>>,
    options?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
  readonly stop: () => Promise<void>;
}

// -------------------------------------------------------------------------------------
// availability
// -------------------------------------------------------------------------------------

const VERSIONS: ReadonlyArray<CeleryVersion> = ['5.7.0', '5.6.3', '5.2.7'];

/** The Python that has it. */
export const interpreter = (version: CeleryVersion): string =>
  fileURLToPath(new URL(`../../build/celery-${version}/bin/python`, import.meta.url));

const missing: ReadonlySet<CeleryVersion> = new Set(
  VERSIONS.filter((version) => !isInstalled(interpreter(version), '-c', 'import celery, redis')),
);

if (missing.size > 0 && process.env.CI === 'true') {
  const names = [...missing].join(' and ');
  throw new Error(`Celery ${names} is not installed, and CI=true allows no test to be left out`);
}

const describeOn = (version: CeleryVersion): typeof describe | typeof describe.skip =>
  redisAvailable && !missing.has(version) ? describe : describe.skip;

/** `describe`; where there is no Celery 5.7.0 or no Redis, its tests are skipped by name. */
export const describeCelery: typeof describe | typeof describe.skip = describeOn('5.7.0');

type DescribeEach = (name: string, tests: (version: CeleryVersion) => void) => void;

const describeEachOf =
  (versions: ReadonlyArray<CeleryVersion>): DescribeEach =>
  (name, tests) => {
    for (const version of versions) {
      describeOn(version)(`${name} (Celery ${version})`, () => tests(version));
    }
  };

/** Where it is set before this is loaded, what `describeEachCelery` runs on instead. */
const chosen = VERSIONS.filter((version) => process.env.CHORDIS_CELERY === version);

/** The same on the newest and the oldest; on one that is not there, they are skipped by name. */
export const describeEachCelery: DescribeEach = describeEachOf(
  chosen.length > 0 ? chosen : ['5.7.0', '5.2.7'],
);

/** The same on each version. */
export const describeMatrix: DescribeEach = describeEachOf(VERSIONS);

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const READY_WITHIN = 60_000;
const STOPPED_WITHIN = 5_000;

let workers = 0;

export const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const { pool = 'solo', args = [] } = options;
  workers += 1;
  const child = spawnPython(options, [
    ...['-m', 'celery', '-A', 'tasks', 'worker', '--loglevel', 'INFO'],
    ...['--without-gossip', '--without-mingle', '--without-heartbeat'],
    ...['--pool', pool, '--concurrency', pool === 'solo' ? '1' : '4'],
    ...['--hostname', `worker-${process.pid}-${workers}@localhost`],
    ...args,
  ]);
  const log = logOf(child);
  await saying(child, log, / ready\.$/m);
  return {
    pid: () => child.pid ?? Number.NaN,
    log,
    kill9: () => end(child, 'SIGKILL', STOPPED_WITHIN),
    stop: () => end(child, 'SIGTERM', STOPPED_WITHIN),
  };
};

export const startPython = async (options: CeleryOptions): Promise<PythonSession> => {
  const child = spawnPython(options, ['session.py']);
  const log = logOf(child);
  const waiting: Array<(answer: unknown) => void> = [];
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('The Python session has no pipes');
  createInterface({ input: stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  // A session that broke answers what it was asked, and what it is asked later, with its log.
  let isClosed = false;
  const broke = (): Raised => ({
    raised: { type: 'EOFError', module: 'builtins', args: [], message: log() },
  });
  stdin.on('error', () => {});
  child.once('close', () => {
    isClosed = true;
    for (const answer of waiting.splice(0)) answer(broke());
  });

  const ask = (request: object): Promise<object> =>
    new Promise((resolve) => {
      if (isClosed) return resolve(broke());
      waiting.push((answer) => resolve(answer as object));
      stdin.write(`${JSON.stringify(request)}\n`);
    });
  const python: PythonSession['python'] = async (code, args = null) => {
    const answer = await ask({ code, args });
    return 'returned' in answer ? answer.returned : answer;
  };
  return {
    python,
    send: async (task, args = [], kwargs = {}, sendOptions = {}) => {
      const answer = await ask({ send: task, args, kwargs, options: sendOptions });
      if ('returned' in answer) return String(answer.returned);
      throw new Error(`Python could not send ${task}: ${JSON.stringify(answer)}`);
    },
    stop: () => end(child, 'SIGTERM', STOPPED_WITHIN),
  };
};

// -------------------------------------------------------------------------------------
// the processes
// -------------------------------------------------------------------------------------

const spawnPython = (
  { version = '5.7.0', broker, backend, config = {}, env = {} }: CeleryOptions,
  args: ReadonlyArray<string>,
): ChildProcess =>
  spawnBound(interpreter(version), args, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: {
      ...process.env,
      BROKER_URL: broker,
      RESULT_URL: backend,
      TASKS_CONFIG: JSON.stringify(config),
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });

const logOf = (child: ChildProcess): (() => string) => {
  let text = '';
  const keep = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => text;
};

const saying = (child: ChildProcess, log: () => string, line: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = (reason: string): void => {
      clearTimeout(deadline);
      child.kill('SIGKILL');
      reject(new Error(`The Celery worker ${reason}\n${log()}`));
    };
    const deadline = setTimeout(() => failed(`was not ready in ${READY_WITHIN} ms`), READY_WITHIN);
    const look = (): void => {
      if (!line.test(log())) return;
      clearTimeout(deadline);
      resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('error', (error) => failed(`did not start: ${error.message}`));
    child.once('close', (code) => failed(`ended with ${code}`));
  });
