import * as t from 'io-ts';
import * as Rx from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import {
  type GroupProgress,
  type WatchError,
  type WatchOptions,
  watchGroup,
  watchTask,
  watchTasks,
} from '../../src/browser/index.js';
import { taskEvents } from '../../src/http/index.js';
import { FakeServer } from './fakeServer.js';

// -------------------------------------------------------------------------------------
// a page and its server
// -------------------------------------------------------------------------------------

const URL_OF_TASKS = 'http://localhost/tasks';

let backend: RedisBackend;
let server: FakeServer;
beforeEach(() => {
  backend = new RedisBackend({ url: 'memory://' });
  server = new FakeServer(
    taskEvents(backend, { authorize: (_, { tasks }) => !tasks.includes('secret') }),
  );
});
afterEach(() => backend.close()());

const options = (own: WatchOptions = {}): WatchOptions => ({
  fetch: server.fetch,
  random: quick,
  ...own,
});
const quick = (): number => 0.01;

const heard = <A>(source: Rx.Observable<A>) => {
  const told: Array<A | string> = [];
  const ended = new Promise<void>((resolve) => {
    source.subscribe({
      next: (value) => told.push(value),
      error: (error: WatchError) => {
        told.push(`${error._tag}: ${error.message}`);
        resolve();
      },
      complete: () => {
        told.push('complete');
        resolve();
      },
    });
  });
  return { told, ended };
};

const statusOf = ({ taskId, status }: { taskId: string; status: string }): string =>
  `${taskId} ${status}`;

const watch = (query: string, own?: WatchOptions) =>
  heard(watchTasks(`${URL_OF_TASKS}?${query}`, undefined, options(own)).pipe(Rx.map(statusOf)));

const progress = (id: string, done: number): Promise<unknown> =>
  backend.storeResult(id, { done }, 'PROGRESS')();

const isFollowed = (id: string): Promise<void> =>
  expect.poll(() => backend.resultConsumer.isFollowing(id)).toBe(true);

const saveGroup = (ids: ReadonlyArray<string>): Promise<unknown> => {
  const results = ids.map((id) => backend.asyncResult(id));
  return backend.groupResult('g', results).save()();
};

// -------------------------------------------------------------------------------------
// streams
// -------------------------------------------------------------------------------------

describe('a task that a page watches', () => {
  it('is told state by state, and completes with the ready one', async () => {
    const { told, ended } = watch('task=a');
    await isFollowed('a');
    await progress('a', 1);
    await expect.poll(() => told).toEqual(['a PROGRESS']);
    await backend.markAsDone('a', 1)();
    await ended;
    expect(told).toEqual(['a PROGRESS', 'a SUCCESS', 'complete']);
    expect(server.streams).toBe(0);
  });

  it('is typed by its codec', async () => {
    await backend.markAsDone('a', 5)();
    const codecs = { result: t.number, progress: t.type({ done: t.number }) };
    const states$ = watchTask(`${URL_OF_TASKS}?task=a`, codecs, options());
    const last = await Rx.lastValueFrom(states$);
    expect(last.status === 'SUCCESS' && last.result.toFixed(1)).toBe('5.0');
  });

  it('fails where a codec refuses, a schema that takes its time too', async () => {
    await backend.markAsDone('a', 'five')();
    const url = `${URL_OF_TASKS}?task=a`;
    const validate = async () => ({ issues: [{ message: 'no' }] });
    const schema = { '~standard': { version: 1, vendor: 'own', validate } } as const;
    for (const codec of [t.number, schema]) {
      const { told, ended } = heard(watchTask(url, codec, options()));
      await ended;
      expect(told).toEqual(['InvalidState: Task a: its codec refuses the result']);
    }
  });

  it('is iterated, and left with the loop', async () => {
    await progress('a', 1);
    const seen: Array<string> = [];
    for await (const state of watchTask(`${URL_OF_TASKS}?task=a`, undefined, options())) {
      seen.push(statusOf(state));
      if (state.status === 'SUCCESS') break;
      await backend.markAsDone('a', 1)();
    }
    expect(seen).toEqual(['a PROGRESS', 'a SUCCESS']);
    await expect.poll(() => backend.resultConsumer.isFollowing('a')).toBe(false);
  });

  it('is iterated where it is of many tasks, and a slow loop gets the ready state of each', async () => {
    const ids = ['a', 'b', 'c'];
    for (const id of ids) await progress(id, 1);
    const seen: Array<string> = [];
    const url = `${URL_OF_TASKS}?task=a&task=b&task=c`;
    for await (const state of watchTasks(url, undefined, options())) {
      seen.push(statusOf(state));
      if (seen.length > 1) continue;
      for (const id of ids) await backend.markAsDone(id, 1)();
      await expect.poll(() => ids.some((id) => backend.resultConsumer.isFollowing(id))).toBe(false);
      await expect.poll(() => server.streams).toBe(0);
    }
    expect(seen.slice(1).toSorted()).toEqual(['a SUCCESS', 'b SUCCESS', 'c SUCCESS']);
  });

  it('fails where it is lost, and where the signal aborts', async () => {
    const { told, ended } = watch('task=a');
    await isFollowed('a');
    await backend.forget('a')();
    await ended;
    expect(told[0]).toContain('TaskLost');
    const gone = new AbortController();
    const other = watch('task=b', { signal: gone.signal });
    await isFollowed('b');
    gone.abort();
    await other.ended;
    expect(other.told).toEqual(['Aborted: The wait was aborted by its signal']);
    expect(backend.resultConsumer.isFollowing('b')).toBe(false);
  });

  it.each(['', 'task=a&task=b', 'group=g'])('is one: not ?%s', async (query) => {
    const { told, ended } = heard(watchTask(`${URL_OF_TASKS}?${query}`, undefined, options()));
    await ended;
    expect(told[0]).toContain('BadAddress');
    expect(server.requests).toEqual([]);
  });

  it('is at a URL', async () => {
    const { told, ended } = heard(watchTask('/tasks?task=a', undefined, options()));
    await ended;
    expect(told[0]).toContain('BadAddress');
  });
});

describe('a group that a page watches', () => {
  it('is told as far as it is, until all is ready', async () => {
    await saveGroup(['a', 'b', 'c']);
    await backend.markAsDone('a', 1)();
    const group$ = watchGroup(`${URL_OF_TASKS}?group=g`, options());
    const { told, ended } = heard(
      group$.pipe(Rx.map((p: GroupProgress) => Object.values(p).join())),
    );
    await expect.poll(() => told.at(-1)).toBe('1,3,0');
    await backend.markAsFailure('b', new Error('no'))();
    await expect.poll(() => told.at(-1)).toBe('2,3,1');
    await backend.markAsDone('c', 1)();
    await ended;
    expect(told.slice(-2)).toEqual(['3,3,1', 'complete']);
  });

  it('is counted on over cuts, and beside what else is watched', async () => {
    await saveGroup(['a', 'b']);
    const counts = heard(watchGroup(`${URL_OF_TASKS}?group=g`, options()));
    await isFollowed('b');
    await backend.markAsDone('a', 1)();
    await expect.poll(() => counts.told.at(-1)).toEqual({ ready: 1, total: 2, failed: 0 });
    server.cut();
    const states = watch('group=g&task=c');
    await backend.markAsDone('b', 1)();
    await backend.markAsDone('c', 1)();
    await Promise.all([counts.ended, states.ended]);
    expect(counts.told.slice(-2)).toEqual([{ ready: 2, total: 2, failed: 0 }, 'complete']);
    expect(states.told.toSorted()).toEqual(['a SUCCESS', 'b SUCCESS', 'c SUCCESS', 'complete']);
  });

  it('that has no tasks is ready', async () => {
    await saveGroup([]);
    const { told, ended } = heard(watchGroup(`${URL_OF_TASKS}?group=g`, options()));
    await ended;
    expect(told).toEqual([{ ready: 0, total: 0, failed: 0 }, 'complete']);
  });

  it('that is not saved is refused', async () => {
    const { told, ended } = heard(watchGroup(`${URL_OF_TASKS}?group=g`, options()));
    await ended;
    expect(told).toEqual(['Refused: The server refuses to tell: HTTP 404']);
  });
});

// -------------------------------------------------------------------------------------
// the connection
// -------------------------------------------------------------------------------------

describe('the connection', () => {
  it('is one for all that a page watches, however much, and goes with the last', async () => {
    const ids = Array.from({ length: 500 }, (_, n) => `task-${n}`);
    const all = ids.map((id) => watch(`task=${id}`));
    await isFollowed('task-499');
    const late = watch('task=task-7&task=late');
    await isFollowed('late');
    expect(server.streams).toBe(1);
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
    await Promise.all([...ids, 'late'].map((id) => backend.markAsDone(id, id)()));
    await Promise.all([...all, late].map(({ ended }) => ended));
    expect(all.map(({ told }) => told)).toEqual(ids.map((id) => [`${id} SUCCESS`, 'complete']));
    expect(late.told.toSorted()).toEqual(['complete', 'late SUCCESS', 'task-7 SUCCESS']);
    expect(server.streams).toBe(0);
  });

  it('tells who comes later what is known already', async () => {
    const first = watch('task=a');
    await isFollowed('a');
    await progress('a', 1);
    await expect.poll(() => first.told).toEqual(['a PROGRESS']);
    const second = watch('task=a');
    expect(second.told).toEqual(['a PROGRESS']);
    expect(server.requests).toHaveLength(1);
    await backend.markAsDone('a', 1)();
    await Promise.all([first.ended, second.ended]);
    expect(second.told).toEqual(first.told);
  });

  it('is made anew after a cut, no network, and a server that is busy, and repeats nothing', async () => {
    const { told, ended } = watch('task=a&task=b');
    await isFollowed('a');
    await backend.markAsDone('a', 1)();
    await progress('b', 1);
    await expect.poll(() => told).toHaveLength(2);
    server.refusals.push(0, 503, 429, 500);
    server.cut();
    await expect.poll(() => server.requests.length, { timeout: 5000 }).toBe(6);
    await isFollowed('b');
    await backend.markAsDone('b', 2)();
    await ended;
    expect(told.toSorted()).toEqual(['a SUCCESS', 'b PROGRESS', 'b SUCCESS', 'complete']);
    expect(new URL(server.requests.at(-1)?.url ?? '').searchParams.get('after')).not.toBeNull();
  });

  it('is made anew where a server stops, and where nothing has come for long', async () => {
    const { told, ended } = watch('task=a', { stallTimeout: 0.1 });
    await isFollowed('a');
    await expect.poll(() => server.requests.length, { timeout: 5000 }).toBeGreaterThan(2);
    const stopped = backend;
    backend = new RedisBackend({ url: 'memory://' });
    server.handler = taskEvents(backend, { authorize: () => true });
    await stopped.close()();
    await backend.markAsDone('a', 1)();
    await ended;
    expect(told).toEqual(['a SUCCESS', 'complete']);
  });

  it('asks for headers each time', async () => {
    let token = 0;
    const headers = () => ({ authorization: `Bearer ${++token}` });
    const { ended } = watch('task=a', { headers });
    await isFollowed('a');
    server.cut();
    await expect.poll(() => server.requests.length).toBe(2);
    await backend.markAsDone('a', 1)();
    await ended;
    expect(server.requests.map((request) => request.headers.get('authorization'))).toEqual([
      'Bearer 1',
      'Bearer 2',
    ]);
  });

  it('goes on for the others where the server refuses one of them', async () => {
    const all = ['a', 'b', 'secret', 'c', 'd'].map((id) => watch(`task=${id}`));
    await isFollowed('d');
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => backend.markAsDone(id, 1)()));
    await Promise.all(all.map(({ ended }) => ended));
    expect(all.map(({ told }) => told[0])).toEqual([
      'a SUCCESS',
      'b SUCCESS',
      'Refused: The server refuses to tell: HTTP 403',
      'c SUCCESS',
      'd SUCCESS',
    ]);
  });

  it('goes on where what is refused after a cut is watched no more', async () => {
    let permitted = ['a', 'b', 'c'];
    const authorize = (_: unknown, { tasks }: { tasks: ReadonlyArray<string> }) =>
      tasks.every((id) => permitted.includes(id));
    server.handler = taskEvents(backend, { authorize });
    const [over, two] = [watch('task=a'), watch('task=b&task=c')];
    await isFollowed('c');
    await Promise.all(['a', 'b'].map((id) => backend.markAsDone(id, 1)()));
    await over.ended;
    await expect.poll(() => two.told).toEqual(['b SUCCESS']);
    permitted = ['c'];
    server.cut();
    await expect.poll(() => server.streams).toBe(1);
    await backend.markAsDone('c', 1)();
    await two.ended;
    expect(two.told).toEqual(['b SUCCESS', 'c SUCCESS', 'complete']);
  });

  it('is refused to all where only all of them are too much', async () => {
    server.handler = taskEvents(backend, { authorize: (_, { tasks }) => tasks.length < 2 });
    const all = ['a', 'b'].map((id) => watch(`task=${id}`));
    await Promise.all(all.map(({ ended }) => ended));
    for (const { told } of all) expect(told[0]).toContain('Refused');
  });

  it('is let go of while the page is hidden, and resumes once it is seen', async () => {
    const page = Object.assign(new EventTarget(), { hidden: false });
    const see = (isSeen: boolean): void => {
      page.hidden = !isSeen;
      page.dispatchEvent(new Event('visibilitychange'));
    };
    Object.assign(globalThis, { document: page });
    try {
      const { told, ended } = watch('task=a', { hiddenAfter: 0.05 });
      await isFollowed('a');
      await progress('a', 1);
      await expect.poll(() => told).toHaveLength(1);
      see(false);
      await expect.poll(() => server.streams).toBe(0);
      await progress('a', 2);
      await backend.markAsDone('a', 1)();
      see(true);
      await ended;
      expect(told).toEqual(['a PROGRESS', 'a SUCCESS', 'complete']);
    } finally {
      Reflect.deleteProperty(globalThis, 'document');
    }
  });

  it('asks for less once most of it is watched no more', async () => {
    const few = watch('task=a');
    const many = Array.from({ length: 5 }, (_, n) =>
      watchTask(`${URL_OF_TASKS}?task=other-${n}`, undefined, options()).subscribe(),
    );
    await isFollowed('other-4');
    for (const each of many) each.unsubscribe();
    await expect.poll(() => backend.resultConsumer.isFollowing('other-4')).toBe(false);
    await backend.markAsDone('a', 1)();
    await few.ended;
    expect(few.told).toEqual(['a SUCCESS', 'complete']);
  });

  it('tells of those who came first while others come faster than the server answers', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `t${n}`);
    const late: typeof fetch = async (...args) => {
      await Rx.firstValueFrom(Rx.timer(40));
      return server.fetch(...args);
    };
    await Promise.all(ids.map((id) => backend.markAsDone(id, id)()));
    let told = 0;
    for (const id of ids) {
      watchTask(`${URL_OF_TASKS}?task=${id}`, undefined, options({ fetch: late })).subscribe(() => {
        told += 1;
      });
      if (id === 't11') expect(told).toBeGreaterThan(0);
      await Rx.firstValueFrom(Rx.timer(15));
    }
    await expect.poll(() => told).toBe(ids.length);
    expect(server.requests.length).toBeLessThan(ids.length / 2);
  });

  it('waits as long as a server says, in seconds or by a date, or as long as a timer can', async () => {
    const date = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
    for (const [after, requests] of [
      ...([
        [date(60), 1],
        ['99999999', 1],
        ['60', 1],
      ] as const),
      ...([
        [date(-60), 2],
        ['-5', 2],
        ['soon', 2],
      ] as const),
    ]) {
      let asked = 0;
      const busy: typeof fetch = async () => {
        asked += 1;
        return new Response(null, { status: 503, headers: { 'retry-after': after } });
      };
      const own = { ...options({ fetch: busy }), random: () => (asked > 1 ? 1 : 0) };
      const watching = watchTask(`${URL_OF_TASKS}?task=a`, undefined, own).subscribe();
      await Rx.firstValueFrom(Rx.timer(60));
      expect([after, asked]).toEqual([after, requests]);
      watching.unsubscribe();
    }
  });

  it('is not made anew for silence where there is no end to the patience', async () => {
    const own = options({ stallTimeout: Number.POSITIVE_INFINITY });
    const watching = watchTask(`${URL_OF_TASKS}?task=a`, undefined, own).subscribe();
    await Rx.firstValueFrom(Rx.timer(60));
    expect(server.requests.length).toBe(1);
    watching.unsubscribe();
  });

  it('is refused to all at once where the server does not know who asks', async () => {
    server.refusals.push(401);
    const all = ['a', 'b', 'c'].map((id) =>
      heard(watchTask(`${URL_OF_TASKS}?task=${id}`, undefined, options())),
    );
    for (const { told, ended } of all) {
      await ended;
      expect(told).toEqual(['Refused: The server refuses to tell: HTTP 401']);
    }
    expect(server.requests.length).toBe(1);
  });

  it('goes on where the server refuses, and then does not answer', async () => {
    server.refusals.push(403);
    let asked = 0;
    const mute: typeof fetch = (...args) => {
      asked += 1;
      return asked === 2 ? new Promise(() => undefined) : server.fetch(...args);
    };
    await backend.markAsDone('a', 1)();
    const own = options({ fetch: mute, stallTimeout: 0.05 });
    const { told, ended } = heard(watchTask(`${URL_OF_TASKS}?task=a`, undefined, own));
    await ended;
    expect(told.at(-1)).toBe('complete');
  });
});
