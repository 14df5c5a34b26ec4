// For `npm run demo:web -- --celery`: the newest Celery, made where it is missing.
import { furnish, newestCelery } from './machineRoom.mjs';

const left = await furnish([newestCelery()]);
process.exitCode = left.length;
