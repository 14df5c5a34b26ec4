import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProxy, type Proxy as TcpProxy } from './proxy.js';

describe('proxy', () => {
  const echo = createServer((socket) => socket.pipe(socket));
  let proxy: TcpProxy;
  beforeEach(async () => {
    await once(echo.listen(0, '127.0.0.1'), 'listening');
    proxy = await startProxy((echo.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  const dial = async (): Promise<Socket> => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  const answer = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0]);

  it('passes bytes both ways and counts them', async () => {
    const socket = await dial();
    socket.write('hello');
    expect(await answer(socket)).toBe('hello');
    expect(proxy.bytes()).toEqual({ fromClients: 5, fromServer: 5 });
    expect(proxy.connections()).toBe(1);
  });

  it('keeps what was written, write by write', async () => {
    const socket = await dial();
    proxy.record();
    socket.write('one');
    await answer(socket);
    socket.write('two');
    await answer(socket);
    expect(proxy.links().map(({ written }) => written.map(String))).toEqual([['one', 'two']]);
  });

  it('a cut link ends, and a new one can be made', async () => {
    const first = await dial();
    first.write('x');
    await answer(first);
    proxy.cut();
    await once(first, 'close');
    const second = await dial();
    second.write('again');
    expect(await answer(second)).toBe('again');
  });

  it('while it is silent nothing passes; afterwards all does, in order', async () => {
    const socket = await dial();
    proxy.silence();
    const heard: Array<string> = [];
    socket.on('data', (chunk) => heard.push(String(chunk)));
    socket.write('held');
    await expect.poll(() => proxy.bytes().fromClients).toBe(4);
    expect(heard).toEqual([]);
    heard.push('resumed');
    proxy.resume();
    await expect.poll(() => heard).toEqual(['resumed', 'held']);
  });

  it('refuses until it is resumed', async () => {
    proxy.refuse();
    const refused = await dial();
    await once(refused, 'close');
    proxy.resume();
    const accepted = await dial();
    accepted.write('x');
    expect(await answer(accepted)).toBe('x');
  });
});
