/** What the tests beside each Celery share: the tasks of `celery_matrix.py`. */
import { fileURLToPath } from 'node:url';
import type { CeleryOptions } from '../integration/celery.js';

export const matrixTasks = (
  config: NonNullable<CeleryOptions['config']> = {},
): Pick<CeleryOptions, 'config' | 'env'> => ({
  config,
  env: { PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)) },
});
