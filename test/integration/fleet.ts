/** A Celery worker and a client of Celery, on a Redis of their own. */
import {
  type CeleryOptions,
  type PythonSession,
  startPython,
  startWorker,
  type Worker,
  type WorkerOptions,
} from './celery.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';

export interface Fleet {
  /** Messages are in its database 0, results in 1. */
  readonly server: RedisServer;
  readonly worker: Worker;
  readonly session: PythonSession;
  /** What else is left on the server then fails the test. */
  readonly stop: () => Promise<void>;
}

/** What is said of both, and what of the worker or the client alone. */
export interface FleetOptions extends Omit<CeleryOptions, 'broker' | 'backend'> {
  readonly worker?: Partial<WorkerOptions>;
  readonly session?: Partial<CeleryOptions>;
}

export const startFleet = async (options: FleetOptions = {}): Promise<Fleet> => {
  const { worker: ofWorker, session: ofSession, ...both } = options;
  const server = await startRedis();
  const celery = { ...both, broker: server.celeryUrl(0), backend: server.celeryUrl(1) };
  const [worker, session] = await Promise.all([
    startWorker({ ...celery, ...ofWorker }),
    startPython({ ...celery, ...ofSession }),
  ]).catch(async (error) => {
    await server.stop();
    throw error;
  });
  return {
    server,
    worker,
    session,
    stop: async () => {
      await Promise.all([worker.stop(), session.stop()]);
      await expectNoLeaks(server);
      await server.stop();
    },
  };
};
