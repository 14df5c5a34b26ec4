/** Two processes that send the same 1,000 tasks at the same time, each under its name. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeRedis, type RedisServer, startRedis } from '../integration/redisServer.js';
import { onRedis } from '../integration/scenario.js';
import { compileScripts, type Scripts } from '../integration/scripts.js';
import { idOf } from '../integration/sendingWorld.js';

const COUNT = 1000;

describeRedis('two processes that send under the same names', () => {
  let scripts: Scripts;
  beforeAll(() => {
    scripts = compileScripts();
  });
  afterAll(() => scripts?.remove());

  const sendBoth = async (store: RedisServer, broker: RedisServer): Promise<void> => {
    const both = [0, 1].map(() =>
      scripts.start('sendingOnce', store.url(1), broker.url(0), String(COUNT)),
    );
    for (const one of both) expect(await one.line()).toBe('ready');
    await store.admin.select(1);
    await store.admin.lpush('go', 1, 2);
    const ended = await Promise.all(both.map((one) => one.ended));
    const [one, other] = ended.map(({ code, lines, errors }) => {
      expect([code, errors]).toEqual([0, '']);
      return JSON.parse(lines.at(-1) ?? '[]') as ReadonlyArray<string>;
    });
    expect(one).toHaveLength(COUNT);
    expect(other).toEqual(one);
    await broker.admin.select(0);
    const sent = (await broker.admin.lrange('celery', 0, -1)).map(idOf);
    expect(sent).toHaveLength(COUNT);
    expect(new Set(sent)).toEqual(new Set(one));
  };

  it('send each once, and have the same handle: the broker is beside the results', () =>
    onRedis(({ server }) => sendBoth(server, server)));

  it('send each once, and have the same handle: the broker is elsewhere', () =>
    onRedis(async ({ server }) => {
      const broker = await startRedis();
      try {
        await sendBoth(server, broker);
      } finally {
        await broker.stop();
      }
    }));
});
