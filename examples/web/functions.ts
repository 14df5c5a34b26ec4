/** The tasks of the page in TypeScript; `tasks.py` has the same in Python. */
import { setTimeout as delay } from 'node:timers/promises';
import { pythonException } from 'chordis';
import * as t from 'io-ts';
import { type Running, type TaskFunctions, TryAgain, task } from '../worker/runTask.js';

/** In seconds, between two states of a task at work. */
const TICK = 0.25;

/** From one percentage to another in so many seconds. */
const work = async (seconds: number, from: number, to: number, running: Running): Promise<void> => {
  const ticks = Math.max(1, Math.round(seconds / TICK));
  for (let tick = 1; tick <= ticks; tick++) {
    await delay((seconds * 1000) / ticks);
    const current = Math.round(from + ((to - from) * tick) / ticks);
    await running.progress({ current, total: 100 });
  }
};

/** Stored as a ValueError, with the stack as its traceback. */
const charge = (card: string): never => {
  throw new RangeError(`${card} expired`);
};

const Seconds = t.tuple([t.number]);

export const functions: TaskFunctions = new Map([
  [
    'web.work',
    task(Seconds, async (seconds, running) => {
      await work(seconds, 0, 100, running);
      return { photos: Math.round(seconds * 100) };
    }),
  ],
  [
    'web.retries',
    task(Seconds, async (seconds, running) => {
      const [from = 0, to = 100] = [0, 35, 60, 100].slice(running.retries);
      await work(seconds / 3, from, to, running);
      if (to === 100) return { orders: 88, skipped: [17, 42] };
      const cause = pythonException('TimeoutError', ['the warehouse is busy']);
      throw new TryAgain('busy', { cause });
    }),
  ],
  [
    'web.fails',
    task(Seconds, async (seconds, running) => {
      await work(seconds / 2, 0, 60, running);
      return charge('card');
    }),
  ],
  [
    'web.page',
    task(t.tuple([t.number, t.number, t.boolean]), async (page, seconds, isTorn, running) => {
      await work(seconds, 0, isTorn ? 70 : 100, running);
      if (isTorn) throw pythonException('OSError', [`page ${page} is torn`]);
      return `page ${page}`;
    }),
  ],
  [
    'web.album',
    task(t.tuple([t.array(t.string)]), async (pages, running) => {
      await work(2, 0, 100, running);
      return { pages: pages.length };
    }),
  ],
]);
