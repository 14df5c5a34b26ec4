import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { RedisBackend } from 'chordis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built, compileExamples, type Ended, node, ROOT, run } from './exampleRuns.js';
import { describeCelery, interpreter } from './integration/celery.js';
import { end, isInstalled, spawnBound } from './integration/childProcess.js';
import { expectNoLeaks } from './integration/leaks.js';
import { describeRedis, type RedisServer, startRedis } from './integration/redisServer.js';

beforeAll(compileExamples, 120_000);

// -------------------------------------------------------------------------------------
// what they print
// -------------------------------------------------------------------------------------

const PRINTED: Readonly<Record<string, ReadonlyArray<string>>> = {
  rxjs: [
    ...['task 4: SUCCESS 16', 'task 3: SUCCESS 9', 'task 2: SUCCESS 4', 'task 1: SUCCESS 1'],
    ...['task 0: SUCCESS 0', 'STARTED seen 5 times', 'SUCCESS seen 5 times'],
  ],
  fpTs: ['two orders: 42 euros', 'three orders: no total: ValueError ["out of stock"]'],
  await: [
    'known to the store: false',
    "result: { thumbnail: 'cat-64.png' }",
    'nobody runs it: ResultTimeout',
    "thrown: Task … FAILURE: ValueError('too many cats')",
  ],
  typed: [
    '2024-17: 450 cents',
    expect.stringMatching(/^InvalidResult: Task …: Invalid value, a string, .*cents: Int$/),
  ],
  sse: [
    'PROGRESS {"done":1}',
    'The connection breaks. Meanwhile the task goes on.',
    'PROGRESS {"done":3}',
    'SUCCESS "thumbnail.png"',
  ],
};

const TABLE = [
  'TASK             STATE    RESULT',
  'nightly report   SUCCESS  {"pages":12}',
  'resize photos    SUCCESS  {"photos":1204}',
  'transcode video  SUCCESS  "holiday.mp4"',
  'import orders    SUCCESS  {"orders":88,"skipped":[17,42]}',
  "charge card      FAILURE  ValueError('card expired', {'code': 402})",
  "send newsletter  REVOKED  TaskRevokedError('the editor found a typo')",
  'photo album      SUCCESS  {"pages":11,"missing":1}',
].join('\n');

const lines = (text: string): ReadonlyArray<string> => text.trimEnd().split(/\r?\n/);

it('are told by name where none of that name is there', async () => {
  const { code, stderr } = await run(process.execPath, ['scripts/example.mjs', 'demo.js']);
  expect(code).toBe(1);
  expect(stderr).toBe(
    'Which example? npm run example -- <name>, one of await, celery, fpTs, rxjs, sse, typed, worker\n',
  );
});

it('is run by its name, with what comes after it', async () => {
  const { code, stdout } = await run(process.execPath, ['scripts/example.mjs', 'rxjs']);
  expect(code).toBe(0);
  expect(lines(stdout)).toEqual(PRINTED.rxjs);
});

const examples = (env: () => Readonly<Record<string, string>>): void => {
  for (const [name, expected] of Object.entries(PRINTED)) {
    it.concurrent(`${name} prints what it promises, and ends`, async () => {
      const { code, stdout, stderr } = await node(name, env());
      expect(stderr).toBe('');
      expect(lines(stdout)).toEqual(expected);
      expect(code).toBe(0);
    });
  }
};

// -------------------------------------------------------------------------------------
// without Redis
// -------------------------------------------------------------------------------------

describe('examples without a Redis', () => {
  examples(() => ({}));

  it('celery tells how to start a worker', async () => {
    const { code, stdout, stderr } = await node('celery');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toContain('celery -A tasks worker');
  });

  it.concurrent('demo falls back on the store in its process, and says so', async () => {
    const { code, stdout, stderr } = await node('demo', { PATH: '' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('kept in this process, since no redis-server was found');
    expect(stdout).toContain("import orders    RETRY TimeoutError('warehouse is busy')");
    expect(stdout).toContain('photo album      12 of 12, 1 failed');
    expect(stdout.trimEnd().endsWith(TABLE)).toBe(true);
  });

  it.concurrent('demo says soon that the Redis of REDIS_URL is out of reach', async () => {
    const began = Date.now();
    const { code, stdout, stderr } = await node('demo', { REDIS_URL: 'redis://127.0.0.1:1/0' });
    expect(Date.now() - began).toBeLessThan(15_000);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('cannot be kept in the Redis of REDIS_URL');
    expect(stderr).toContain('connect ECONNREFUSED 127.0.0.1:1');
  });

  it.concurrent('demo says what is wrong with REDIS_URL, without its password', async () => {
    const REDIS_URL = 'http://:secret@localhost';
    const { code, stdout, stderr } = await node('demo', { REDIS_URL });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain("Unknown result backend: 'http'");
    expect(stderr).not.toContain('secret');
  });
});

// -------------------------------------------------------------------------------------
// with Redis
// -------------------------------------------------------------------------------------

describeRedis('examples with a Redis', () => {
  let server: RedisServer;
  const temporary = mkdtempSync(join(tmpdir(), 'chordis-examples-'));
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(temporary, { recursive: true, force: true });
  });

  describe('each', () => {
    examples(() => ({ REDIS_URL: server.url() }));
  });

  it('leave no connection and no subscription behind', () => expectNoLeaks(server));

  it('celery prints each state of the task, and ends', async () => {
    const backend = new RedisBackend({ url: server.url(1) });
    const watching = node('celery', { RESULT_URL: server.url(1) }, ['an-id']);
    while ((await server.numsub('celery-task-meta-an-id')) === 0);
    await backend.markAsStarted('an-id')();
    await backend.markAsFailure('an-id', new RangeError('too far'))();
    await backend.close()();
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    const [, started, failed] = lines(stdout);
    expect(started).toBe('… STARTED {}');
    expect(failed).toMatch(/^\d{4}-\S+Z FAILURE ValueError\('too far'\)$/);
  });

  it.concurrent('demo runs in the Redis of REDIS_URL, and leaves it as it was', async () => {
    const { code, stdout, stderr } = await node('demo', { REDIS_URL: server.url(2) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('kept in the Redis of REDIS_URL');
    expect(stdout.trimEnd().endsWith(TABLE)).toBe(true);
    expect(await server.cli('keys', '*chordis-demo*')).toBe('');
  });

  it.concurrent('demo starts a server of its own, and ends it', async () => {
    const TMPDIR = mkdtempSync(join(temporary, 'own-'));
    const { code, stdout, stderr } = await node('demo', { TMPDIR });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('kept in a redis-server of its own');
    expect(stdout.trimEnd().endsWith(TABLE)).toBe(true);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it.concurrent('demo ends with its server where it is interrupted', async () => {
    const TMPDIR = mkdtempSync(join(temporary, 'cut-'));
    const child = spawn(process.execPath, [built('demo')], { env: { ...process.env, TMPDIR } });
    child.stdout.once('data', () => child.kill('SIGINT'));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(130);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  const TERMINAL = isInstalled('python3', '-c', 'import pty');

  const inTerminal = (columns: number): Promise<Ended> => {
    const spawned = `import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)`;
    const sized = `stty cols ${columns}; exec "$0" "$@"`;
    return run('python3', ['-c', spawned, 'sh', '-c', sized, process.execPath, built('demo')]);
  };

  it.runIf(TERMINAL).concurrent('demo draws bars in a terminal', async () => {
    const { code, stdout } = await inTerminal(80);
    expect(code).toBe(0);
    expect(stdout).toMatch(/transcode video {2}█+░+ +\d+% {2}PROGRESS/);
    expect(stdout).toMatch(/transcode video {2}█+ +100% {2}.*SUCCESS "holiday\.mp4"/);
    expect(stdout).toMatch(/photo album {6}█+░+ +\d+% {2}\d+ of 12, 1 failed/);
    expect(stdout.replaceAll('\r', '').trimEnd().endsWith(TABLE)).toBe(true);
  });

  it.runIf(TERMINAL).concurrent('demo has its bars fit a narrow terminal', async () => {
    const { code, stdout } = await inTerminal(46);
    expect(code).toBe(0);
    const drawn = stripVTControlCharacters(stdout)
      .split(/[\r\n]+/)
      .filter((line) => /[█░]/.test(line));
    expect(drawn.filter((line) => line.length >= 46)).toEqual([]);
    expect(drawn).toContain('photo album      ████████ 100%  SUCCESS {"pa…');
    expect(stdout.replaceAll('\r', '').trimEnd().endsWith(TABLE)).toBe(true);
  });
});

// -------------------------------------------------------------------------------------
// with Celery
// -------------------------------------------------------------------------------------

describeCelery('examples beside a Celery worker', () => {
  const PYTHON = interpreter('5.7.0');
  const cwd = join(ROOT, 'examples');
  let server: RedisServer;
  let env: NodeJS.ProcessEnv;
  let worker: ChildProcess;
  beforeAll(async () => {
    server = await startRedis();
    env = {
      ...process.env,
      BROKER_URL: server.celeryUrl(0),
      RESULT_URL: server.celeryUrl(1),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const solo = ['worker', '--pool', 'solo', '--without-gossip', '--without-mingle'];
    worker = spawnBound(PYTHON, ['-m', 'celery', '-A', 'tasks', ...solo], {
      ...{ cwd, env, stdio: 'ignore' },
    });
  });
  afterAll(async () => {
    if (worker) await end(worker, 'SIGTERM', 5_000);
    await server?.stop();
  });

  /** What it prints. */
  const python = (code: string): Promise<string> =>
    new Promise((resolve) =>
      execFile(PYTHON, ['-c', `from tasks import *; ${code}`], { cwd, env }, (error, stdout) =>
        resolve(error?.message ?? stdout.trim()),
      ),
    );

  it('celery watches a task of examples/tasks.py from its start to its end', async () => {
    const sent = await python('print(count.delay(3).id)');
    const { code, stdout } = await node('celery', { RESULT_URL: server.url(1) }, [sent]);
    expect(code).toBe(0);
    expect(lines(stdout).at(-1)).toMatch(/^\d{4}-\S+Z SUCCESS 3$/);
  });

  it('worker takes its part in a chord, and what it has not done goes back at SIGTERM', async () => {
    const total = python('print(squares(60).get(timeout=60))');
    const child = spawn(process.execPath, [built('worker')], {
      env: { ...process.env, BROKER_URL: server.url(0), RESULT_URL: server.url(1) },
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const isAmidst = lines(printed).filter((line) => line.endsWith('SUCCESS')).length > 10;
      if (isAmidst && !child.killed) child.kill();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(0);
    expect(printed).toMatch(/^Working on 'celery' …/);
    expect(await total).toBe('70210');
    await expect.poll(() => server.admin.hlen('unacked')).toBe(0);
    await expectNoLeaks(server);
  });
});
