/**
 * The other side: `node writer.js <port>` stores results in the fastest way there is, as
 * bytes made beforehand and written to a bare socket, and checks every reply.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { now, spinUntil } from './clock.js';
import type { Step } from './peer.js';
import { serve } from './serve.js';
import { command, indexOf, keyOf, metaText, type Params, taskId } from './tasks.js';

const [port = '', format = 'celery'] = process.argv.slice(2);
const socket = connect(Number(port), '127.0.0.1').setNoDelay(true);
await once(socket, 'connect');

// -------------------------------------------------------------------------------------
// commands
// -------------------------------------------------------------------------------------

/** As Celery stores: the key with its time to live, then the message. */
const celery = (id: string, index: number, at: number, text: string): string => {
  const meta = metaText(id, index, at, text);
  return command('SETEX', keyOf(id), '86400', meta) + command('PUBLISH', keyOf(id), meta);
};

/** As a BullMQ worker tells that a job is completed. */
const bullmq = (id: string, index: number, at: number, text: string): string => {
  const value = JSON.stringify({ index, at, text });
  return command(
    ...['XADD', 'bull:bench:events', '*', 'event', 'completed', 'jobId', id],
    ...['returnvalue', value, 'prev', 'active'],
  );
};

const stored = format === 'bullmq' ? bullmq : celery;

const storeOf =
  ({ run, text }: Params) =>
  (index: number, at = 0): string =>
    stored(taskId(run, index), index, at, text);

// -------------------------------------------------------------------------------------
// replies
// -------------------------------------------------------------------------------------

/** `+OK`, how many heard (`:n`), the stream id of an event (`$n` and a line), or an error. */
let receivers = 0;
let failure: string | undefined;
let rest = '';
let onEcho = (): void => {};

socket.on('data', (data) => {
  const lines = (rest + data.toString('latin1')).split('\r\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    if (line.startsWith(':')) receivers += Number(line.slice(1));
    else if (line.startsWith('-')) failure = line;
    else if (line === ECHO) onEcho();
    else if (line.startsWith('{')) called.push(idIn(line));
  }
});

/** The tasks of the messages that were in the queue. */
const called: Array<string> = [];

const idIn = (message: string): string => /"id": ?"([^"]+)"/.exec(message)?.[1] ?? '';

const ECHO = 'everything is stored';

/** Resolves once the server has done all that was written before. */
const done = async (): Promise<void> => {
  const echoed = new Promise<void>((resolve) => {
    onEcho = resolve;
  });
  socket.write(command('ECHO', ECHO));
  await echoed;
  if (failure !== undefined) throw new Error(failure);
};

const told = async (): Promise<{ readonly receivers: number }> => {
  await done();
  const count = receivers;
  receivers = 0;
  return { receivers: count };
};

const write = async (bytes: Buffer | string): Promise<void> => {
  if (!socket.write(bytes)) await once(socket, 'drain');
};

// -------------------------------------------------------------------------------------
// steps
// -------------------------------------------------------------------------------------

const CHUNK = 500;

let prepared: ReadonlyArray<Buffer> = [];

/** Makes the bytes of every task but the first. */
const prepare: Step = async (params) => {
  const storing = storeOf(params);
  const chunk = (start: number): Buffer => {
    const length = Math.min(CHUNK, params.n - start);
    return Buffer.from(Array.from({ length }, (_, i) => storing(start + i)).join(''), 'latin1');
  };
  prepared = Array.from({ length: Math.ceil((params.n - 1) / CHUNK) }, (_, i) =>
    chunk(1 + i * CHUNK),
  );
  return {};
};

const first: Step = async (params) => {
  await write(storeOf(params)(0));
  return told();
};

/** Every task, with nobody told, and no more of it in this process than is on its way. */
const fill: Step = async ({ run, n, text }) => {
  for (let index = 0; index < n; index += 1) {
    const id = taskId(run, index);
    await write(command('SETEX', keyOf(id), '86400', metaText(id, index, 0, text)));
  }
  return told();
};

/** All that was prepared, as fast as can be. */
const rush: Step = async () => {
  for (const bytes of prepared) await write(bytes);
  prepared = [];
  return told();
};

/** Every task but the first at its time, with the time in its result. */
const pace: Step = async (params) => {
  const { n, rate } = params;
  const storing = storeOf(params);
  const started = now();
  for (let index = 1; index < n; ) {
    await spinUntil(started + (index * 1e6) / rate);
    const due = Math.min(n, Math.floor(((now() - started) * rate) / 1e6) + 1);
    let text = '';
    for (const at = now(); index < due; index += 1) text += storing(index, at);
    await write(text);
  }
  return told();
};

/** One at a time: the next is stored when the reply to the last has come and a pause is over. */
const alone: Step = async (params) => {
  const storing = storeOf(params);
  for (let index = 1; index < params.n; index += 1) {
    const next = now() + 1e6 / params.rate;
    await write(storing(index, now()));
    await done();
    await spinUntil(next);
  }
  return told();
};

/** A worker that answers at once: it takes what is in the queue, and stores a result of each. */
const work: Step = async ({ n, text }) => {
  for (let left = n; left > 0; ) {
    socket.write(command('BLMPOP', '1', '1', 'celery', 'RIGHT', 'COUNT', '1000'));
    await done();
    const ids = called.splice(0);
    await write(ids.map((id) => celery(id, indexOf(id), 0, text)).join(''));
    left -= ids.length;
  }
  return told();
};

serve({ prepare, first, fill, rush, pace, alone, work });
