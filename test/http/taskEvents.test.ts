import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { ConnectionError, ImproperlyConfigured } from '../../src/errors/errors.js';
import { type Handler, type TaskEventsOptions, taskEvents } from '../../src/http/index.js';
import * as operation from '../../src/operation/operation.js';
import { pythonException } from '../../src/wire/exception.js';
import type { TaskMeta } from '../../src/wire/meta.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { inShort, Reading } from './reading.js';

let backend: RedisBackend;
beforeEach(() => {
  backend = new RedisBackend({ url: 'memory://' });
});
afterEach(() => backend[Symbol.asyncDispose]());

const anyone = { authorize: () => true };

const handlerWith = (options: Partial<TaskEventsOptions> = {}): Handler =>
  taskEvents(backend, { ...anyone, ...options });

const get = (query: string, headers: Record<string, string> = {}): Request =>
  new Request(`http://localhost/tasks?${query}`, { headers });

const read = async (handler: Handler, query: string, headers?: Record<string, string>) =>
  new Reading(await handler(get(query, headers)));

const progress = (id: string, done: number): Promise<unknown> =>
  backend.storeResult(id, { done }, 'PROGRESS')();

/** How many of the tasks are watched. */
const watched = (): number =>
  ['a', 'b'].filter((id) => backend.resultConsumer.isFollowing(id)).length;

describe('a stream of events', () => {
  it('tells each state of a task as it comes, and ends after the ready one', async () => {
    const reading = await read(handlerWith(), 'task=a');
    expect(reading.response.headers.get('content-type')).toContain('text/event-stream');
    expect(reading.response.headers.get('cache-control')).toBe('no-store, no-transform');
    await reading.next();
    await progress('a', 1);
    await reading.until(1);
    await progress('a', 2);
    await reading.until(2);
    await backend.markAsDone('a', 'x')();
    const events = await reading.all();
    expect(events.map(({ data }) => data.result)).toEqual([
      { done: 1 },
      { done: 2 },
      'x',
      undefined,
    ]);
    expect(events.map(inShort)).toEqual([
      'state a PROGRESS',
      'state a PROGRESS',
      'state a SUCCESS',
      'end',
    ]);
  });

  it('has an id for each state, and for nothing else', async () => {
    await backend.markAsDone('a', 1)();
    await backend.saveGroup('g', groupResultTuple('g', [asyncResultTuple('a')]))();
    await backend.set('celery-task-meta-b', 'no meta')();
    const reading = await read(handlerWith(), 'task=b&group=g');
    const events = await reading.all();
    expect(new Set(events.map(inShort))).toEqual(
      new Set(['group g', 'failure b DecodeError', 'state a SUCCESS', 'end']),
    );
    for (const { event, id } of events) expect(id !== undefined).toBe(event === 'state');
  });

  it('tells how far a group is, of which tasks, those of groups in it too', async () => {
    const inner = groupResultTuple('inner', [asyncResultTuple('b'), asyncResultTuple('c')]);
    await backend.saveGroup('g', groupResultTuple('g', [asyncResultTuple('a'), inner]))();
    await backend.markAsDone('a', 1)();
    const reading = await read(handlerWith(), 'group=g');
    const [first] = await reading.until(1);
    const tasks = ['a', 'b', 'c'];
    expect(first?.data).toEqual({ groupId: 'g', ready: 0, total: 3, failed: 0, tasks });
    await backend.markAsFailure('b', new Error('no'))();
    await backend.markAsDone('c', 1)();
    const events = await reading.all();
    expect(events.at(-2)?.data).toEqual({ groupId: 'g', ready: 3, total: 3, failed: 1 });
    expect(events.at(-1)?.event).toBe('end');
  });

  it('leaves the channels as soon as its reader goes', async () => {
    const reading = await read(handlerWith(), 'task=a&task=b');
    await reading.next();
    await expect.poll(watched).toBe(2);
    await reading.leave();
    expect(watched()).toBe(0);
  });

  it('leaves them where the request is aborted', async () => {
    const gone = new AbortController();
    const request = new Request('http://localhost/?task=a', { signal: gone.signal });
    const reading = new Reading(await handlerWith()(request));
    await reading.next();
    await expect.poll(watched).toBe(1);
    gone.abort();
    expect(watched()).toBe(0);
    await reading.all();
    expect(reading.events).toEqual([]);
  });

  it('watches nothing that is not read', async () => {
    await read(handlerWith(), 'task=a');
    expect(watched()).toBe(0);
  });

  it('gives a slow reader the latest state of each task, and the ready one', async () => {
    const reading = await read(handlerWith(), 'task=a');
    await reading.next();
    for (let done = 0; done < 100; done++) await progress('a', done);
    await reading.until(1);
    for (let done = 100; done < 200; done++) await progress('a', done);
    await backend.markAsDone('a', 'x')();
    const events = await reading.all();
    expect(events.map(inShort)).toEqual(['state a PROGRESS', 'state a SUCCESS', 'end']);
  });

  it('holds a bounded part of many large states for a slow reader, who gets each of them', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `t${n}`);
    const large = 'x'.repeat(200_000);
    const reading = await read(handlerWith(), ids.map((id) => `task=${id}`).join('&'));
    await reading.next();
    await Promise.all(ids.map((id) => backend.storeResult(id, large, 'PROGRESS')()));
    await reading.until(1);
    await Promise.all(ids.map((id) => backend.markAsDone(id, large)()));
    // of 12 MB, 4 and the few that are not counted
    const isWatched = (id: string) => backend.resultConsumer.isFollowing(id);
    await expect.poll(() => ids.some(isWatched)).toBe(false);
    const ready = (await reading.all()).filter(({ data }) => data.status === 'SUCCESS');
    expect(ready.map(({ data }) => data.taskId).toSorted()).toEqual(ids.toSorted());
    expect(ready.every(({ data }) => data.result === large)).toBe(true);
    expect(reading.events.at(-1)?.event).toBe('end');
  });

  it('sends a comment where nothing happens', async () => {
    const reading = await read(handlerWith({ keepAlive: 0.01 }), 'task=a');
    while (reading.text.split(': here').length < 4) await reading.next();
    expect(reading.events).toEqual([]);
    await reading.leave();
  });

  it('ends without an end where the backend is closed, so that its reader comes back', async () => {
    const reading = await read(handlerWith(), 'task=a');
    await reading.next();
    await backend.close()();
    expect(await reading.all()).toEqual([]);
  });

  it('tells a task that was forgotten as its failure', async () => {
    const reading = await read(handlerWith(), 'task=a&task=b');
    await reading.next();
    await backend.markAsDone('b', 1)();
    await backend.forget('a')();
    expect((await reading.all()).map(inShort).toSorted()).toEqual([
      'end',
      'failure a ResultCancelled',
      'state b SUCCESS',
    ]);
  });

  it('tells what select leaves, asked once a state, and what it throws as a failure', async () => {
    let asked = 0;
    const select: TaskEventsOptions['select'] = ({ taskId, status, result }) => {
      asked += 1;
      if (result === 'large') throw new Error('too large');
      return { taskId, status };
    };
    const handler = handlerWith({ select });
    await backend.markAsDone('b', 'large')();
    const readings = await Promise.all([1, 2, 3].map(() => read(handler, 'task=a&task=b')));
    for (const reading of readings) await reading.until(1);
    await backend.markAsDone('a', 'secret')();
    for (const reading of readings) {
      const events = await reading.all();
      expect(events.map(inShort)).toEqual(['failure b EncodeError', 'state a SUCCESS', 'end']);
      expect(reading.text).not.toContain('secret');
    }
    expect(asked).toBe(readings.length + 1);
  });

  it.each([
    ['nothing', () => undefined],
    ['a promise', async (meta: TaskMeta) => meta],
    ['no id', ({ status }: TaskMeta) => ({ status })],
  ])('tells as a failure, and not as told, where select gives %s', async (_, select) => {
    await backend.markAsDone('a', 1)();
    const handler = handlerWith({ select: select as TaskEventsOptions['select'] & {} });
    const events = await (await read(handler, 'task=a')).all();
    expect(events.map(inShort)).toEqual(['failure a EncodeError', 'end']);
  });

  it('waits as long as a timer can where its times are longer', async () => {
    const handler = handlerWith({ keepAlive: Number.POSITIVE_INFINITY, pollTimeout: 1e9 });
    const polled = handler(get('task=a&after=x', { accept: 'application/json' }));
    const reading = await read(handler, 'task=a');
    await reading.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await backend.markAsDone('a', 1)();
    expect(await (await polled).json()).toMatchObject({ states: [{ status: 'SUCCESS' }] });
    await reading.all();
    expect(reading.text).not.toContain(': here');
  });
});

describe('who comes back', () => {
  it('is told what came since, and no ready state again, by any server', async () => {
    const [one, other] = [handlerWith(), handlerWith()];
    await backend.markAsDone('a', 1)();
    await progress('b', 1);
    const first = await read(one, 'task=a&task=b');
    await first.until(2);
    await first.leave();
    await backend.markAsDone('b', 2)();
    const later = await read(other, 'task=a&task=b', { 'last-event-id': first.lastId ?? '' });
    expect((await later.all()).map(inShort)).toEqual(['state b SUCCESS', 'end']);
    const last = await one(get(`task=a&task=b&after=${later.lastId}`));
    expect(last.status).toBe(204);
  });

  it('is not told the state again that it was told last', async () => {
    await progress('a', 1);
    const first = await read(handlerWith(), 'task=a');
    await first.until(1);
    await first.leave();
    const later = await read(handlerWith(), `task=a&after=${first.lastId}`);
    await later.next();
    await progress('a', 2);
    await later.until(1);
    expect(later.events[0]?.data.result).toEqual({ done: 2 });
    await later.leave();
  });

  it('is told how many of a group have failed, those before included', async () => {
    await backend.saveGroup(
      'g',
      groupResultTuple(
        'g',
        ['a', 'b'].map((id) => asyncResultTuple(id)),
      ),
    )();
    await backend.markAsFailure('a', new Error('no'))();
    const first = await read(handlerWith(), 'group=g');
    await first.until(2);
    await first.leave();
    await backend.markAsDone('b', 1)();
    const later = await read(handlerWith(), `group=g&after=${first.lastId}`);
    expect((await later.all()).findLast(({ event }) => event === 'group')?.data).toMatchObject({
      ready: 2,
      total: 2,
      failed: 1,
    });
  });

  it('begins anew with the id of another request, or of nobody', async () => {
    await backend.markAsDone('a', 1)();
    const other = await read(handlerWith(), 'task=b&task=a');
    await other.until(1);
    await other.leave();
    for (const id of [other.lastId ?? '', 'nonsense', '........', `${'A'.repeat(8)}.____._.zzzz`]) {
      const events = await (await read(handlerWith(), `task=a&after=${id}`)).all();
      expect(events.map(inShort)).toEqual(['state a SUCCESS', 'end']);
    }
  });
});

describe('permission', () => {
  it('is needed', () => {
    expect(() => taskEvents(backend, {} as TaskEventsOptions)).toThrow(ImproperlyConfigured);
    expect(() => handlerWith({ keepAlive: 0 })).toThrow('keepAlive');
  });

  const REFUSALS: ReadonlyArray<readonly [string, TaskEventsOptions['authorize']]> = [
    ['a boolean', () => false],
    ['a promise', async () => false],
    ['an operation', () => operation.of(false)],
    ['a date that is past', () => ({ expires: new Date(0) })],
    ['a date that is none', () => ({ expires: new Date('never') })],
    ['a word', () => 'yes' as unknown as boolean],
  ];

  it.each(REFUSALS)(
    'is refused by %s, alike for what exists and what does not',
    async (_, authorize) => {
      await backend.markAsDone('a', 1)();
      await backend.saveGroup('g', groupResultTuple('g', [asyncResultTuple('a')]))();
      const handler = handlerWith({ authorize });
      const answers = await Promise.all(
        ['task=a', 'task=nobody', 'group=g', 'group=none'].flatMap((query) =>
          ['text/event-stream', 'application/json'].map(async (accept) => {
            const response = await handler(get(query, { accept }));
            return JSON.stringify([response.status, await response.text(), ...response.headers]);
          }),
        ),
      );
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain('403');
      expect(watched()).toBe(0);
    },
  );

  it('is given for what was asked, each id once', async () => {
    const asked: Array<unknown> = [];
    const authorize: TaskEventsOptions['authorize'] = (_, ids) => {
      asked.push(ids);
      return operation.of(true);
    };
    await backend.markAsDone('a', 1)();
    await (await read(handlerWith({ authorize }), 'task=a&task=a')).all();
    expect(asked).toEqual([{ tasks: ['a'], groups: [] }]);
  });

  it('that fails is told to onError, and to nobody else', async () => {
    const errors: Array<unknown> = [];
    for (const authorize of [
      () => Promise.reject(new Error('secret')),
      () => operation.fail(new ConnectionError('db.internal', false, new Error('secret'))),
      () => {
        throw new Error('secret');
      },
    ]) {
      const handler = handlerWith({ authorize, onError: (error) => errors.push(error.message) });
      const response = await handler(get('task=a'));
      expect(response.status).toBe(500);
      expect(await response.text()).not.toMatch(/secret|db/);
    }
    expect(errors).toHaveLength(3);
  });

  it('that ends, ends the stream', async () => {
    const authorize = () => ({ expires: new Date(Date.now() + 50) });
    const reading = await read(handlerWith({ authorize }), 'task=a');
    expect(await reading.all()).toEqual([]);
    expect(watched()).toBe(0);
  });
});

describe('a request', () => {
  it.each([
    ['', 400],
    ['task=', 400],
    [`task=${'a'.repeat(1025)}`, 400],
    ['group=unknown', 404],
    [Array.from({ length: 20_001 }, (_, n) => `task=${n}`).join('&'), 413],
  ])('that cannot work is refused: %#', async (query, status) => {
    const response = await handlerWith()(get(query));
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toContain('no-store');
  });

  it.each([
    [{ method: 'PUT', body: '' }, 405],
    [{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }, 415],
    [{ method: 'POST', body: new URLSearchParams({ task: 'a'.repeat(3_000_000) }) }, 413],
  ])('of another kind is refused: %#', async (init, status) => {
    expect((await handlerWith()(new Request('http://localhost/', init))).status).toBe(status);
  });

  it('may name its tasks in a form, where they are too many for a URL', async () => {
    const ids = Array.from({ length: 2000 }, (_, n) => `task-${n}`);
    await Promise.all(ids.map((id) => backend.markAsDone(id, id)()));
    const body = new URLSearchParams(ids.map((id): [string, string] => ['task', id]));
    const reading = new Reading(
      await handlerWith()(new Request('http://localhost/', { method: 'POST', body })),
    );
    const events = await reading.all();
    expect(events.slice(0, -1).map(({ data }) => data.taskId)).toEqual(ids);
    expect(Math.max(...events.map(({ id = '' }) => id.length))).toBeLessThan(4096);
  });

  it('too many of one client is refused until one of its streams has ended', async () => {
    const of = (request: Request) => request.headers.get('x-user') ?? undefined;
    const handler = handlerWith({ limit: { streams: 2, of } });
    const open = (user: string) => read(handler, 'task=a', { 'x-user': user });
    const [one] = await Promise.all([open('u'), open('u')]);
    expect((await open('u')).response.status).toBe(429);
    expect((await open('v')).response.status).toBe(200);
    await one?.leave();
    expect((await open('u')).response.status).toBe(200);
    expect((await read(handler, 'task=a')).response.status).toBe(200);
  });

  it('is a 500 where it cannot be told whose it is, and a 400 where its form was read before', async () => {
    const told: Array<string> = [];
    const nobody = (): string => {
      throw new Error('no session');
    };
    const handler = handlerWith({
      limit: { streams: 1, of: nobody },
      onError: ({ message }) => told.push(message),
    });
    expect((await handler(get('task=a'))).status).toBe(500);
    expect(told).toEqual(['no session']);
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: new URLSearchParams({ task: 'a' }),
    });
    await request.text();
    expect((await handler(request)).status).toBe(400);
  });

  it('is answered by a 503 where the store is out of reach', async () => {
    await backend.close()();
    const errors: Array<string> = [];
    const handler = handlerWith({ onError: ({ _tag }) => errors.push(_tag) });
    for (const headers of [{}, { accept: 'application/json' }]) {
      const response = await handler(get('group=g', headers));
      expect([response.status, await response.text()]).toEqual([
        503,
        'The store is out of reach\n',
      ]);
    }
    expect(errors).toEqual(['Closed', 'Closed']);
    expect((await handler(get('task=a', { accept: 'application/json' }))).status).toBe(503);
  });
});

describe('what is stored', () => {
  it('is told as JSON whatever Python stored, selected or not', async () => {
    const result = '{"big": 9007199254740993, "nan": NaN, "nested": [1.5, {"__proto__": 1}]}';
    await backend.set('celery-task-meta-a', `{"status": "SUCCESS", "result": ${result}}`)();
    await backend.set('celery-task-meta-b', '{"status": "SUCCESS", "result": 9007199254740993}')();
    const options = [
      {},
      { select: ({ taskId, status, result }: TaskMeta) => ({ taskId, status, result }) },
    ];
    for (const each of options) {
      const events = await (await read(handlerWith(each), 'task=a&task=b')).all();
      const results = new Map(events.map(({ data }) => [data.taskId, JSON.stringify(data.result)]));
      expect(results.get('a')).toBe(
        '{"big":"9007199254740993","nan":null,"nested":[1.5,{"__proto__":1}]}',
      );
      expect(results.get('b')).toBe('"9007199254740993"');
    }
  });

  it('is told of a failure with how Python shows it, also where that is long', async () => {
    await backend.markAsFailure('a', pythonException('ValueError', ['x'.repeat(1000)]), {
      traceback: 'Traceback …',
    })();
    const [event] = await (await read(handlerWith(), 'task=a')).all();
    expect(event?.data).toMatchObject({
      traceback: 'Traceback …',
      result: { excType: 'ValueError', repr: expect.stringMatching(/^ValueError\('xxx/) },
    });
  });

  const HOSTILE = '\r\n\r\nevent: end\ndata: {}\n\nid: x\u2028\u0000<script>alert(1)</script>';

  it('cannot break out of its event, and its id out of the headers', async () => {
    const id = `a${HOSTILE}`;
    await backend.markAsDone(id, HOSTILE)();
    await backend.set(`celery-task-meta-b${HOSTILE}`, 'no meta')();
    const ids = [id, `b${HOSTILE}`].map((each) => `task=${encodeURIComponent(each)}`);
    const reading = await read(handlerWith(), ids.join('&'));
    const events = await reading.all();
    expect(events.map(({ event }) => event)).toEqual(['state', 'failure', 'end']);
    expect(events.map(({ data }) => data.taskId)).toEqual([id, `b${HOSTILE}`, undefined]);
    expect(events[0]?.data.result).toBe(HOSTILE);
    expect(reading.text.split('\n').every((line) => /^(event|id|data|retry): |^$/.test(line))).toBe(
      true,
    );
    expect(JSON.stringify([...reading.response.headers])).not.toContain('script');
    expect(reading.response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
