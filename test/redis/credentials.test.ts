import { Redis } from 'ioredis';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type Credentials, renewing } from '../../src/redis/credentials.js';

/** When `redis` authenticates and with what, while a provider gives these answers in turn. */
const renewed = async (
  [first, ...later]: readonly [Credentials, ...ReadonlyArray<Credentials>],
  refuse?: string,
) => {
  const scheduler = new VirtualTimeScheduler();
  const redis = new Redis({ lazyConnect: true });
  const events: Array<string> = [];
  vi.spyOn(redis, 'auth').mockImplementation(async (...args: ReadonlyArray<unknown>) => {
    const [username, password] = args;
    if (password === refuse) throw new Error('WRONGPASS');
    events.push(`${scheduler.now()} ${username} ${password}`);
    return 'OK';
  });
  const provider = async (): Promise<Credentials> => {
    const next = later.shift();
    if (next === undefined) throw new Error('none left');
    return next;
  };
  renewing(redis, provider, first, scheduler).subscribe({
    error: (error: Error) => events.push(`${scheduler.now()} ${error.message}`),
    complete: () => events.push(`${scheduler.now()} complete`),
  });
  for (let i = 0; i < 10; i += 1) {
    scheduler.flush();
    await new Promise(setImmediate);
  }
  return events;
};

describe('renewing', () => {
  it('authenticates again after four fifths of each validity', async () => {
    expect(
      await renewed([
        { password: 'a', validFor: 10 },
        { username: 'app', password: 'b', validFor: 5 },
        { username: 'app', password: 'c' },
      ]),
    ).toEqual(['8000 app b', '12000 app c', '12000 complete']);
  });

  it('is the default user where none is named', async () => {
    expect(await renewed([{ password: 'a', validFor: 1 }, { password: 'b' }])).toEqual([
      '800 default b',
      '800 complete',
    ]);
  });

  it('leaves credentials alone that hold for as long as the link', async () => {
    expect(await renewed([{ password: 'a' }])).toEqual(['0 complete']);
  });

  it('fails where the provider fails, or the server refuses', async () => {
    expect(await renewed([{ password: 'a', validFor: 1 }])).toEqual(['800 none left']);
    expect(
      await renewed(
        [
          { password: 'a', validFor: 1 },
          { password: 'b', validFor: 1 },
        ],
        'b',
      ),
    ).toEqual(['800 WRONGPASS']);
  });
});
