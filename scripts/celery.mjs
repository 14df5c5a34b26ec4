// For `npm run demo:web -- --celery`: the newest Celery, made where it is missing.
import { currentCelery, furnish } from './machineRoom.mjs';

const left = await furnish([currentCelery()]);
process.exitCode = left.length;
