import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { AmqpAddress } from '../../src/amqp/addresses.js';
import { openings } from '../../src/amqp/openings.js';
import { Closed, ConnectionError } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';

const address = (host: string): AmqpAddress => ({
  ...{ host, port: 5672, username: 'u', password: 'p', vhost: '/', tls: null },
});

class Fake {
  isLost = false;
  isClosed = false;
  constructor(readonly host: string) {}
  close = async (): Promise<void> => {
    this.isClosed = true;
  };
}

const gone = (host: string) => new ConnectionError(host, false, new Error('gone'), 'RabbitMQ');

/** Links to `hosts`, of which those in `down` can't be reached. */
const world = (hosts: ReadonlyArray<string>) => {
  const down = new Set<string>();
  const tried: Array<string> = [];
  const links = openings(hosts.map(address), async ({ host }) => {
    tried.push(host);
    if (down.has(host)) throw gone(host);
    return new Fake(host);
  });
  return { down, tried, ready: fromRun(links.ready), close: links.close };
};

describe('openings', () => {
  it('give one link to all who ask, while it lives', async () => {
    const { ready, tried } = world(['a']);
    const [first, second] = await Promise.all([ready(), ready()]);
    expect(first).toEqual(second);
    await ready();
    expect(tried).toEqual(['a']);
  });

  it('make a new one after it is lost', async () => {
    const { ready, tried } = world(['a']);
    const first = await ready();
    if (E.isRight(first)) first.right.isLost = true;
    const second = await ready();
    expect(E.isRight(second) && second.right.isLost).toBe(false);
    expect(tried).toEqual(['a', 'a']);
  });

  it('try each address once, from the one that was good last', async () => {
    const { ready, down, tried } = world(['a', 'b', 'c']);
    down.add('a');
    const first = await ready();
    expect(first).toMatchObject(E.right({ host: 'b' }));
    if (E.isRight(first)) first.right.isLost = true;
    down.add('b').add('c');
    expect(await ready()).toEqual(E.left(gone('a')));
    expect(tried).toEqual(['a', 'b', 'b', 'c', 'a']);
  });

  it('are closed with what they are about to open', async () => {
    const { ready, close } = world(['a']);
    const opening = ready();
    await close();
    expect(await opening).toEqual(E.left(new Closed('broker')));
    expect(await ready()).toEqual(E.left(new Closed('broker')));
  });
});
