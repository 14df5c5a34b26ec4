/** `npm run demo -- --celery`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { built, compileExamples, type Ended, node, ROOT, run } from '../exampleRuns.js';
import { describeCelery, interpreter } from '../integration/celery.js';
import { type RedisServer, startRedis } from '../integration/redisServer.js';
import { until } from '../integration/scenario.js';

const CELERY_PYTHON = interpreter('5.7.0');

describeCelery('the demo with Celery', () => {
  let server: RedisServer;
  const temporary = mkdtempSync(join(tmpdir(), 'chordis-demo-celery-'));
  beforeAll(async () => {
    await compileExamples();
    server = await startRedis();
  }, 120_000);
  afterAll(async () => {
    rmSync(temporary, { recursive: true, force: true });
    await server?.stop();
  });

  const demo = (env: Readonly<Record<string, string>>): Promise<Ended> =>
    node('demo', { CELERY_PYTHON, ...env }, ['--celery']);

  const noClients = async (): Promise<boolean> => (await server.clients()).length === 0;

  it('shows a chord that a worker runs, and leaves the Redis of REDIS_URL as it was', async () => {
    const { code, stdout, stderr } = await demo({ REDIS_URL: server.url(2) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('A Celery worker starts on the Redis of REDIS_URL');
    expect(stdout).toContain("page 7       RETRY OSError('out of paper')");
    expect(stdout).toContain('photo album  8 of 8');
    expect(stdout.trimEnd()).toMatch(/photo album {2}SUCCESS {2}\{"pages":8,"last":"page 8"\}$/);
    await server.admin.select(2);
    expect(await server.admin.keys('*')).toEqual([]);
    await server.admin.select(0);
  });

  it('starts a server of its own, and ends it: by the script that npm runs', async () => {
    const TMPDIR = mkdtempSync(join(temporary, 'own-'));
    const script = join(ROOT, 'scripts', 'demo.mjs');
    const { code, stdout, stderr } = await run(process.execPath, [script, 'demo', '--celery'], {
      TMPDIR,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('starts on a redis-server of its own');
    expect(stdout).toMatch(/photo album {2}SUCCESS/);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it.each([
    ['interrupted', 'SIGINT', 130],
    ['killed', 'SIGKILL', null],
  ] as const)('ends with its worker where it is %s', async (_, signal, code) => {
    const child = spawn(process.execPath, [built('demo'), '--celery'], {
      env: { ...process.env, CELERY_PYTHON, REDIS_URL: server.url(3) },
    });
    let shown = '';
    child.stdout.on('data', (chunk) => {
      const wasAtWork = shown.includes('STARTED');
      shown += chunk;
      if (!wasAtWork && shown.includes('STARTED')) child.kill(signal);
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(code);
    await until(noClients);
  });

  it.each([
    ['no such Python', { CELERY_PYTHON: '/no/such/python' }, 'ENOENT'],
    ['what is no Python', { CELERY_PYTHON: process.execPath }, 'bad option'],
  ])('says what is missing: %s', async (_, env, problem) => {
    const { code, stderr } = await demo({ REDIS_URL: server.url(4), ...env });
    expect(code).toBe(1);
    expect(stderr).toContain('The Celery worker did not start: ');
    expect(stderr).toContain(problem);
    expect(stderr).toContain('without --celery, the demo takes none');
  });

  it('says that it takes a Redis, where there is none', async () => {
    const { code, stdout, stderr } = await demo({ PATH: '' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('No redis-server was found for Celery');
  });
});
