import { createServer } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import type { Address } from '../../src/config/address.js';
import { ConnectionError } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import { fromPromise, settled } from '../../src/operation/run.js';
import { fixed, type Locator } from '../../src/redis/locator.js';
import { describeRedis } from '../integration/redisServer.js';
import { left, onRedis, right, until } from '../integration/scenario.js';
import { linkBy } from './links.js';

const at = (port: number): Address => ({ _tag: 'Tcp', host: '127.0.0.1', port, tls: null });

it('one address is found at once, and sought by its name', () => {
  expect(fixed(at(7)).sought).toBe('127.0.0.1:7');
  expect(fixed(at(7)).locate).toSatisfy((locate: Locator['locate']) => {
    let found: unknown;
    locate((result) => {
      found = result;
    });
    expect(found).toEqual(E.right(at(7)));
    return true;
  });
});

describeRedis('a link', () => {
  it('asks anew where to go each time that it is opened, and tells of where it went', () =>
    onRedis(async ({ server, proxy }) => {
      const other = await proxy();
      const ports = [server.port, other.port];
      const asked: Array<number> = [];
      const link = linkBy({
        sought: 'a master',
        locate: fromPromise(async () => {
          const port = ports[asked.length] ?? server.port;
          asked.push(port);
          return at(port);
        }),
      });
      expect(link.address).toBe('a master');
      expect(asked).toEqual([]);
      await right(fromRun(link.ready));
      expect(link.address).toBe(`127.0.0.1:${server.port}`);
      await server.killClients('normal');
      await until(() => !link.isReady);
      await right(fromRun(link.ready));
      expect(link.address).toBe(`127.0.0.1:${other.port}`);
      expect(asked).toEqual(ports);
      link.close();
    }));

  it('fails with what kept its server from being found, and finds it later', () =>
    onRedis(async ({ server }) => {
      const lost = new ConnectionError('a master', false, new Error('no Sentinel knows it'));
      let known = false;
      const link = linkBy({
        sought: 'a master',
        locate: (settle) =>
          settled<Address>(known ? E.right(at(server.port)) : E.left(lost))(settle),
      });
      expect(await left(fromRun(link.ready))).toBe(lost);
      known = true;
      await right(fromRun(link.ready));
      link.close();
    }));

  it('listens for why it was hung up on at the very door that it went to', () =>
    onRedis(async () => {
      const door = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.resetAndDestroy());
        setTimeout(() => socket.end('-ERR max number of clients reached\r\n'), 50);
      });
      await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
      const { port } = door.address() as { port: number };
      const link = linkBy({ sought: 'a master', locate: settled(E.right(at(port))) });
      expect(await left(fromRun(link.ready))).toMatchObject({
        _tag: 'Unavailable',
        address: `127.0.0.1:${port}`,
        message: expect.stringContaining('max number of clients reached'),
      });
      link.close();
      door.close();
    }));
});
