/**
 * `dyingPart.js <url> <point>`: returns the last part of chord `g`, and dies at a point on
 * the way: once it has the claim, or once the body was sent.
 */
import { Redis } from 'ioredis';
import { decodeConfig } from '../../../src/config/config.js';
import { RedisBackend } from '../../../src/index.js';
import type { Run } from '../../../src/operation/run.js';
import type { Broker } from '../../../src/port/broker.js';
import { kombuBroker } from '../../../src/redis/kombuBroker.js';
import { fixed } from '../../../src/redis/locator.js';
import { ConnectionPool } from '../../../src/redis/pool.js';

const [url = '', point = ''] = process.argv.slice(2);

const die = (): undefined => {
  process.kill(process.pid, 'SIGKILL');
  return undefined;
};

const kombu = (): Broker => {
  const config = decodeConfig({ url });
  if (config._tag === 'Left' || config.right.address._tag === 'Memory') throw new Error(url);
  const { address } = config.right;
  return kombuBroker(new ConnectionPool({ locator: fixed(address), config: config.right }));
};

const own = kombu();
const dies: Run<never> = die;
const { onRedis } = own;
if (onRedis === undefined) throw new Error('the broker is on no Redis');
const broker: Broker =
  point === 'claimed' ? { ...own, onRedis: { ...onRedis, deliveries: () => dies } } : own;

const chord = { task: 'tasks.xsum', options: { task_id: 'body' } };
const request = { id: 't1', group: 'g', groupIndex: 1, chord };
const sent = new Redis(url);
// its reply is not waited for
if (point === 'dispatched') {
  const monitor = await sent.monitor();
  monitor.on('monitor', (_time: string, args: ReadonlyArray<string>) => {
    if (args[0]?.toUpperCase() === 'LPUSH') die();
  });
}
await new RedisBackend({ url, broker }).onChordPartReturn(request, 'SUCCESS', 'b')();
die();
