/** A Celery worker for the page, in a virtual environment that is made where it is missing. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const inRoot = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Runs until this process ends. */
export const startCelery = (url: string): void => {
  const made = spawnSync(process.execPath, [inRoot('scripts/celery.mjs')], { stdio: 'inherit' });
  if (made.status !== 0) throw new Error('Celery could not be installed: it takes Python 3.10');
  const worker = spawn(
    inRoot('build/celery-5.7.0/bin/python'),
    [
      ...['-m', 'celery', '-A', 'tasks', 'worker', '--queues', 'chordis-web'],
      ...['--pool', 'threads', '--concurrency', '64', '--loglevel', 'CRITICAL'],
      ...['--without-gossip', '--without-mingle', '--without-heartbeat'],
    ],
    {
      cwd: inRoot('examples/web'),
      env: {
        ...process.env,
        ...{ BROKER_URL: url, RESULT_URL: url, PYTHONDONTWRITEBYTECODE: '1' },
        // it may be told that it runs as root
        PYTHONWARNINGS: 'ignore',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  process.once('exit', () => worker.kill('SIGKILL'));
};
