import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { describeEachServer, type RedisServer } from './redisServer.js';
import { keyOf, observe, on, right, taskIds, until } from './scenario.js';

/** The commands in what a client wrote, each as its words. */
const commandsIn = (written: string): ReadonlyArray<ReadonlyArray<string>> => {
  const words = written.split('\r\n');
  const commands: Array<ReadonlyArray<string>> = [];
  let at = 0;
  while (words[at]?.startsWith('*')) {
    const count = Number(words[at]?.slice(1));
    commands.push(words.slice(at + 1, at + 1 + 2 * count).filter((_, i) => i % 2 === 1));
    at += 1 + 2 * count;
  }
  return commands;
};

const summary = (written: string): ReadonlyArray<string> =>
  commandsIn(written).map(([name = '', ...names]) => `${name.toUpperCase()} ${names.length}`);

/** What goes to the server's port from now on, write by write. */
const recordWrites = (server: RedisServer): ReadonlyArray<string> => {
  const writes: Array<string> = [];
  const { write } = Socket.prototype;
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args) {
    if (this.remotePort === server.port) writes.push(String(args[0]));
    return Reflect.apply(write, this, args);
  });
  return writes;
};

describeEachServer('what a tick asks for', (make) => {
  const onRedis = on(make);

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('500 tasks are subscribed to and read by one write, and left by one', () =>
    onRedis(async ({ server, backend, proxy }) => {
      const through = await proxy();
      const watching = backend({ url: through.url });
      const first = observe(watching.asyncResult('first').meta$);
      await until(async () => (await server.channels()).length === 1);
      // a server that has not seen the script is sent its text
      await right(watching.onTaskCall(null, 'first'));
      through.record();
      // Short ids, so that a read off the socket holds all of the write.
      const seen = Array.from({ length: 500 }, (_, i) =>
        observe(watching.asyncResult(`${i}`).meta$),
      );
      await until(async () => (await server.channels()).length === 501);
      const [link] = through.links();
      expect(link?.written.map(String).map(summary)).toEqual([['SUBSCRIBE 500', 'EVALSHA 504']]);
      through.record();
      for (const { unsubscribe } of seen) unsubscribe();
      await until(async () => (await server.channels()).length === 1);
      expect(link?.written.map(String).map(summary)).toEqual([['UNSUBSCRIBE 500']]);
      first.unsubscribe();
    }));

  it('2,500 tasks by five, two of them at once, and so left', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const first = observe(watching.asyncResult('first').meta$);
      await right(watching.onTaskCall(null, 'first'));
      const ids = taskIds(2500);
      const channels = () => server.admin.pubsub('CHANNELS');
      const joined = recordWrites(server);
      const seen = ids.map((id) => observe(watching.asyncResult(id).meta$));
      await new Promise(setImmediate);
      expect(joined.map(summary)).toEqual([
        ['SUBSCRIBE 512'],
        ['EVALSHA 516'],
        ['SUBSCRIBE 512'],
        ['EVALSHA 516'],
      ]);
      vi.restoreAllMocks();
      await until(async () => (await channels()).length === 2501);
      const left = recordWrites(server);
      for (const { unsubscribe } of seen) unsubscribe();
      await until(() => left.length >= 5);
      expect(left.map(summary)).toEqual([
        ...Array(4).fill(['UNSUBSCRIBE 512']),
        ['UNSUBSCRIBE 452'],
      ]);
      first.unsubscribe();
    }));

  it('a task that is left and watched again in one tick stays subscribed, without a write', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const { meta$ } = watching.asyncResult('a');
      const first = observe(meta$);
      await until(async () => (await server.numsub(keyOf('a'))) === 1);
      const writes = recordWrites(server);
      first.unsubscribe();
      const second = observe(meta$);
      await delay(50);
      expect(writes.flatMap(summary).filter((command) => command.startsWith('UNSUB'))).toEqual([]);
      vi.restoreAllMocks();
      await right(backend().storeResult('a', 1, 'SUCCESS'));
      await second.ended;
      expect(second.values).toMatchObject([{ status: 'SUCCESS' }]);
    }));
});
