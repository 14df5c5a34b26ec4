/**
 * BullMQ: jobs instead of tasks. Its `QueueEvents` read one stream of every job's events,
 * which `waitUntilFinished` picks its own from; a result is stored by finishing a job
 * that was taken by hand.
 */
import { type Job, Queue, QueueEvents, Worker } from 'bullmq';
import type { Peer } from '../peer.js';

const QUEUE = 'bench';
const TOKEN = 'a worker';

export const bullmq: Peer = async (port) => {
  const connection = { port };
  // where the stream is cut shorter than a listener is behind, the listener misses results
  const streams = { events: { maxLen: 10_000_000 } };
  const queue = new Queue(QUEUE, { connection, streams });
  const add = (ids: ReadonlyArray<string>) =>
    queue.addBulk(ids.map((jobId) => ({ name: 'task', data: {}, opts: { jobId } })));

  let events: QueueEvents | undefined;
  const listening = async (): Promise<QueueEvents> => {
    events ??= new QueueEvents(QUEUE, { connection });
    await events.waitUntilReady();
    return events;
  };

  let worker: Worker | undefined;
  const active = new Map<string, Job>();

  return {
    watch: async (ids, take) => {
      const queueEvents = await listening();
      queue.setMaxListeners(0);
      queueEvents.setMaxListeners(0);
      for (const job of await add(ids)) {
        const { id = '' } = job;
        void job.waitUntilFinished(queueEvents).then((value: unknown) => take(id, value));
      }
      // behind the question of each whether it has finished already
      await (await queue.client).info();
    },
    prepareStore: async (ids) => {
      await add(ids);
      worker ??= new Worker(QUEUE, null, { connection, lockDuration: 600_000 });
      for (const _ of ids) {
        const job = await worker.getNextJob(TOKEN);
        if (job?.id === undefined) throw new Error('There is no next job');
        active.set(job.id, job);
      }
    },
    store: async (id, value) => {
      const job = active.get(id);
      if (job === undefined) throw new Error(`There is no job ${id}`);
      await job.moveToCompleted(value, TOKEN, false);
    },
  };
};
