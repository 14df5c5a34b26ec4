/**
 * A test's own world: a server, the backends and proxies that it opens, and an end at
 * which all of them are closed and nothing may be left on the server.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Observable } from 'rxjs';
import { expect } from 'vitest';
import { RedisBackend, type RedisBackendOptions } from '../../src/index.js';
import { right } from '../settled.js';
import { expectNoLeaks } from './leaks.js';
import { startProxy, type Proxy as TcpProxy } from './proxy.js';
import { type RedisOptions, type RedisServer, type ServerMake, startRedis } from './redisServer.js';

export { left, right } from '../settled.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Scenario {
  readonly server: RedisServer;
  /** On the server, unless told; closed at the end. */
  readonly backend: (options?: RedisBackendOptions) => RedisBackend;
  /** In front of the server, and how to reach it; closed at the end. */
  readonly proxy: () => Promise<TcpProxy & { readonly url: string }>;
  /** What the backends have logged. */
  readonly log: ReadonlyArray<string>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Runs `body` on a server of its own. What it leaves open there fails the test. */
export const onRedis = async (
  body: (scenario: Scenario) => Promise<void>,
  options: RedisOptions = {},
): Promise<void> => {
  const server = await startRedis(options);
  const backends: Array<RedisBackend> = [];
  const proxies: Array<TcpProxy> = [];
  const log: Array<string> = [];
  const logger = {
    warn: (line: string) => log.push(line),
    error: (line: string) => log.push(line),
  };
  try {
    await body({
      server,
      backend: (own) => {
        const backend = new RedisBackend({ url: server.url(), logger, ...own });
        backends.push(backend);
        return backend;
      },
      proxy: async () => {
        const proxy = await startProxy(server.port);
        proxies.push(proxy);
        return { ...proxy, url: `redis://127.0.0.1:${proxy.port}/0` };
      },
      log,
    });
    await Promise.all(backends.map((backend) => right(backend.close())));
    await expectNoLeaks(server);
  } finally {
    await Promise.all(backends.map((backend) => backend.close()()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await server.stop();
  }
};

/** The same, on a server of a make. */
export const on =
  (make: ServerMake): typeof onRedis =>
  (body, options) =>
    onRedis(body, { ...options, make });

/** `count` task ids that no other test has. */
export const taskIds = (count: number): ReadonlyArray<string> => {
  const batch = crypto.randomUUID().slice(0, 8);
  return Array.from({ length: count }, (_, i) => `${batch}-${i}`);
};

export const keyOf = (taskId: string): string => `celery-task-meta-${taskId}`;

/** A meta as a worker stores it. */
export const metaText = (taskId: string, status: string, result: unknown): string =>
  `{"status": "${status}", "result": ${JSON.stringify(result)}, "traceback": null, ` +
  `"children": [], "date_done": null, "task_id": "${taskId}"}`;

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** What an observable has emitted so far, and how it ended. */
export interface Observed<A> {
  readonly values: ReadonlyArray<A>;
  readonly ended: Promise<void>;
  readonly unsubscribe: () => void;
}

/** Subscribes now; `ended` rejects with the error of the observable. */
export const observe = <A>(source: Observable<A>): Observed<A> => {
  const values: Array<A> = [];
  let unsubscribe = (): void => {};
  const ended = new Promise<void>((complete, error) => {
    const subscription = source.subscribe({ next: (a) => values.push(a), error, complete });
    unsubscribe = () => subscription.unsubscribe();
  });
  // Whoever wants to know awaits it; nobody has to.
  ended.catch(() => {});
  return { values, ended, unsubscribe };
};

/** Waits until `condition` holds. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  seconds = 5,
): Promise<void> => {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) expect.fail(`not so within ${seconds} s: ${condition}`);
    await delay(5);
  }
};

/** How long it takes, in milliseconds. */
export const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};
