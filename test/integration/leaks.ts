/**
 * The promise every integration test ends with: nothing of the test's is left on the
 * server, neither a connection nor a subscription. The admin's and Celery's own
 * connections are not the test's.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, RedisServer } from './redisServer.js';

export interface LeakOptions {
  /** A server notices a closed socket a moment later. */
  readonly withinMilliseconds?: number;
  /** Connections that belong there, such as those of a backend that lives through a file. */
  readonly except?: (client: Client) => boolean;
}

/** No connection is left, and with it no subscription; for `afterEach`. */
export const expectNoLeaks = (
  server: RedisServer,
  { except = () => false, ...options }: LeakOptions = {},
): Promise<void> =>
  expectNone(server, 'Left on the server after the test:', options, (client) => !except(client));

/** Connections may stay, but none is subscribed to anything. */
export const expectNoSubscriptions = (
  server: RedisServer,
  options: Pick<LeakOptions, 'withinMilliseconds'> = {},
): Promise<void> =>
  expectNone(
    server,
    'Still subscribed:',
    options,
    ({ sub, fields }) => sub + Number(fields.psub ?? 0) > 0,
  );

const expectNone = async (
  server: RedisServer,
  message: string,
  { withinMilliseconds = 2_000 }: Pick<LeakOptions, 'withinMilliseconds'>,
  counts: (client: Client) => boolean,
): Promise<void> => {
  const look = async (): Promise<ReadonlyArray<string>> =>
    (await server.clients())
      .filter((client) => client.user !== 'celery' && counts(client))
      .map(
        ({ id, name, addr, sub, fields }) =>
          `client ${id} ${name} ${addr}, last ${fields.cmd}, subscribed to ${sub} channels`,
      );
  const deadline = Date.now() + withinMilliseconds;
  let left = await look();
  while (left.length > 0 && Date.now() < deadline) {
    await delay(20);
    left = await look();
  }
  if (left.length > 0) throw new Error([message, ...left].join('\n'));
};
