/**
 * The readers of a stream of events: `node audience.js <port of Redis>` has many sockets open
 * to one server, stores the states that they are told, and counts what comes.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { now } from './clock.js';
import type { Step } from './peer.js';
import { serve } from './serve.js';
import { quantile } from './statistics.js';
import { command, progressText, watchedTask } from './tasks.js';

const [redisPort = ''] = process.argv.slice(2);
const redis = connect(Number(redisPort), '127.0.0.1').setNoDelay(true);
await once(redis, 'connect');
redis.on('data', (data) => {
  if (data.includes('-ERR')) throw new Error(data.toString());
});

/** So many are greeted by a server at once. */
const AT_THE_DOOR = 100;

let onEvent = (): void => undefined;

/** What begins an event's data. */
const MARK = '\ndata:';

/** Resolves once its headers are there. */
const reader = async (port: number, path: string): Promise<void> => {
  const socket: Socket = connect(port, '127.0.0.1').setNoDelay(true);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
  let rest = '';
  let greeted = (): void => undefined;
  const greeting = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  socket.on('data', (data) => {
    const parts = (rest + data.toString('latin1')).split(MARK);
    rest = (parts.at(-1) ?? '').slice(1 - MARK.length);
    for (let event = 1; event < parts.length; event += 1) onEvent();
    greeted();
  });
  await greeting;
};

const come: Step = async ({ run, n, port }) => {
  const path = `/?task=${watchedTask(run)}`;
  for (let there = 0; there < n; there += AT_THE_DOOR) {
    const some = Math.min(AT_THE_DOOR, n - there);
    await Promise.all(Array.from({ length: some }, () => reader(port, path)));
  }
  return {};
};

let told = 0;

/** How long after a state was stored each reader had it. */
const hear: Step = async ({ run, n, states, text }) => {
  const delays: Array<number> = [];
  for (let state = 0; state < states; state += 1) {
    told += 1;
    const key = `celery-task-meta-${watchedTask(run)}`;
    const meta = progressText(watchedTask(run), told, text);
    const started = now();
    const all = new Promise<void>((resolve) => {
      let left = n;
      onEvent = () => {
        delays.push(now() - started);
        left -= 1;
        if (left === 0) resolve();
      };
    });
    redis.write(command('SETEX', key, '86400', meta) + command('PUBLISH', key, meta));
    await all;
  }
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) };
};

serve({ come, hear });
