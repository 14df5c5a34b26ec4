import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { RedisBackend } from 'chordis';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';

/** A port that was free a moment ago: nobody listens there. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

it('a refused connection is told by its reason, also at the last retry', async () => {
  const port = await closedPort();
  const backend = new RedisBackend({
    host: '127.0.0.1',
    port,
    retryPolicy: { maxRetries: 2, intervalMax: 0, intervalStep: 0 },
    logger: { warn: () => {}, error: () => {} },
  });
  const state = await backend.getState('a')();
  await backend.close()();
  const reason = `Retry limit exceeded after 2 retries: Redis at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`;
  expect(E.isLeft(state) && state.left.message).toBe(reason);
});
