// `npm run demo` and `npm run demo:web`, by the names of their programs. With `--celery` it
// makes first what that takes besides Node: a Celery, and a Redis where there is neither one
// installed nor a REDIS_URL.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { currentCelery, furnish, hasPython, redis } from './machineRoom.mjs';

/** @returns {Promise<string | null>} what is missing */
const prepare = async () => {
  if (process.env.CELERY_PYTHON) return null;
  if (!(await hasPython())) {
    return 'it takes Python 3, with ensurepip and venv (on Debian: python3-venv)';
  }
  const celery = currentCelery();
  const hasRedis = process.env.REDIS_URL || spawnSync('redis-server', ['--version']).status === 0;
  const server = hasRedis ? [] : [redis()];
  const missing = await furnish([celery, ...server]);
  if (missing.length > 0) return `pip could not install ${missing.join(' and ')}`;
  process.env.CELERY_PYTHON = join(celery.directory, 'bin', 'python');
  for (const { directory } of server) process.env.REDIS_SERVER = join(directory, 'server');
  return null;
};

// the program reads the arguments that are left
const [name] = process.argv.splice(2, 1);
const lacking = process.argv.includes('--celery') ? await prepare() : null;
if (lacking === null) await import(`../build/examples/${name}.js`);
else {
  console.error(`There is no demo with Celery here: ${lacking}. Without --celery there is.`);
  process.exitCode = 1;
}
