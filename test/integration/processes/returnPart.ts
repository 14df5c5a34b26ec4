/** `returnPart.js <url> <broker>`: returns the last part of chord `g`, and prints its outcome. */
import { RedisBackend } from '../../../src/index.js';

const [url = '', broker = ''] = process.argv.slice(2);
const chord = { task: 'tasks.xsum', options: { task_id: 'body' } };
const request = { id: 't1', group: 'g', groupIndex: 1, chord };
const backend = new RedisBackend({ url, broker });
console.log(JSON.stringify(await backend.onChordPartReturn(request, 'SUCCESS', 'b')()));
await backend.close()();
