import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it, vi } from 'vitest';
import {
  ChordError,
  ImproperlyConfigured,
  onFailure,
  pythonException,
  type TaskRequest,
} from '../../src/index.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/index.js';
import { Signature, signature } from '../../src/wire/signature.js';
import { backendOver } from '../store/backendOver.js';
import { body, left, member, ofSize, right, type World, world } from './chordWorld.js';

const key = (suffix: string): string => `celery-taskset-meta-g${suffix}`;

/** What an older worker does: `.j` alone. */
const broughtByOlder = async ({ store, backend }: World, n: number, result: unknown) => {
  const chords = store.connect().chords;
  const keys = {
    ...{ saved: key(''), parts: key('.j'), surplus: key('.t'), size: key('.s') },
    ...{ counted: 'elsewhere', claim: 'elsewhere.c' },
  };
  await new Promise((resolve) =>
    chords.part({
      terms: { keys, ordered: true, expires: 60, savedExpires: 0, claimExpires: 6 },
      token: 'x',
      part: {
        taskId: `t${n}`,
        index: String(n),
        member: `[1, "t${n}", "SUCCESS", ${JSON.stringify(result)}]`,
        standing: 'New',
      },
    })(resolve),
  );
  await right(backend.delete('elsewhere'));
};

describe('a part of a chord', () => {
  it('waits for the others, and the last one sends the body with all values in header order: need 17', async () => {
    const one = world();
    await ofSize(one, 3);
    const { backend, calls } = one;
    expect(await right(backend.onChordPartReturn(member(2), 'SUCCESS', 'c'))).toEqual({
      ...{ _tag: 'Waiting', ready: 1, total: 3 },
    });
    await right(backend.onChordPartReturn(member(0), 'SUCCESS', 'a'));
    expect(await right(backend.onChordPartReturn(member(1), 'SUCCESS', 'b'))).toEqual({
      ...{ _tag: 'Dispatched', bodyId: 'body' },
    });
    expect(calls).toMatchObject([
      { signature: { task: 'tasks.total' }, args: [['a', 'b', 'c']], parentId: 't1', rootId: 't1' },
    ]);
  });

  it('counts once however often it comes, with its first value: need 6', async () => {
    const one = world();
    await ofSize(one, 2);
    await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 'first'));
    const again = await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 'second'));
    expect(again).toEqual({ _tag: 'Redelivered' });
    expect(one.calls).toEqual([]);
    await right(one.backend.onChordPartReturn(member(1), 'SUCCESS', 'other'));
    expect(one.calls.map(({ args }) => args)).toEqual([[['first', 'other']]]);
  });

  it('that comes after the end is redelivered, and brings no key back', async () => {
    const one = world();
    await ofSize(one, 1);
    await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 1));
    expect(await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 1))).toEqual({
      _tag: 'Redelivered',
    });
    expect(one.store.ttl(key('.j'))).toBe(-2);
  });

  it('of two that are the last at once, one sends the body: need 7', async () => {
    const one = world();
    await ofSize(one, 2);
    const outcomes = await Promise.all(
      [0, 1].map((n) => right(one.backend.onChordPartReturn(member(n), 'SUCCESS', n))),
    );
    expect(outcomes.filter(({ _tag }) => _tag === 'Dispatched')).toHaveLength(1);
    expect(one.calls).toHaveLength(1);
  });

  it('never expires where nothing does, and the chord completes: need 24', async () => {
    const one = world({ expires: 0 });
    await ofSize(one, 2);
    await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 1));
    expect([key('.j'), key('.d'), key('.s')].map(one.store.ttl)).toEqual([-1, -1, -1]);
    await right(one.backend.onChordPartReturn(member(1), 'SUCCESS', 2));
    expect(one.calls).toHaveLength(1);
  });

  it('of a request that is in no chord is nothing', async () => {
    const { backend } = world();
    expect(await right(backend.onChordPartReturn({ id: 'a' }, 'SUCCESS', 1))).toEqual({
      _tag: 'NotInChord',
    });
  });

  it('of a request without the body counts, as in Celery, and leaves the body to another', async () => {
    const one = world();
    await ofSize(one, 2);
    const bare = (n: number) => ({ ...member(n), chord: null });
    const waiting = (ready: number) => ({ _tag: 'Waiting', ready, total: 2 });
    expect(await right(one.backend.onChordPartReturn(bare(0), 'SUCCESS', 1))).toEqual(waiting(1));
    expect(await right(one.backend.onChordPartReturn(bare(1), 'SUCCESS', 2))).toEqual(waiting(2));
    expect(await right(one.backend.resumeChord(member(1)))).toEqual({
      _tag: 'Dispatched',
      bodyId: 'body',
    });
    expect(one.calls.map(({ args }) => args)).toEqual([[[1, 2]]]);
  });

  it('waits for what was added to the chord', async () => {
    const one = world();
    await ofSize(one, 1);
    await right(one.backend.addToChord('g'));
    await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 1));
    expect(one.calls).toEqual([]);
    await right(one.backend.onChordPartReturn(member(1), 'SUCCESS', 2));
    expect(one.calls).toHaveLength(1);
  });

  it('is refused before anything is written where there is no broker', async () => {
    const one = world({ broker: null });
    const request = member(0);
    expect(await left(one.backend.onChordPartReturn(request, 'SUCCESS', 1))).toBeInstanceOf(
      ImproperlyConfigured,
    );
    expect(await left(one.backend.markAsDone('t0', 1, { request }))).toBeInstanceOf(
      ImproperlyConfigured,
    );
    expect(await right(one.backend.taskResultExists('t0'))).toBe(false);
    expect(one.store.ttl(key('.j'))).toBe(-2);
  });

  it('is refused where its index or its body is none', async () => {
    const one = world();
    const odd = { ...member(0), groupIndex: Number.NaN };
    expect(await left(one.backend.onChordPartReturn(odd, 'SUCCESS', 1))).toMatchObject({
      ...{ _tag: 'InvalidArgument', argument: 'request.groupIndex' },
    });
    expect(await left(one.backend.onChordPartReturn(member(0, 7), 'SUCCESS', 1))).toMatchObject({
      ...{ _tag: 'InvalidArgument', argument: 'request.chord' },
    });
  });
});

describe('beside workers before Celery 5.7', () => {
  it('a part of theirs counts, and once when it comes again', async () => {
    const one = world();
    await ofSize(one, 3);
    await broughtByOlder(one, 0, 'old');
    expect(await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 'again'))).toEqual({
      _tag: 'Redelivered',
    });
    await right(one.backend.onChordPartReturn(member(1), 'SUCCESS', 'b'));
    expect(one.calls).toEqual([]);
    await right(one.backend.onChordPartReturn(member(2), 'SUCCESS', 'c'));
    expect(one.calls.map(({ args }) => args)).toEqual([[['old', 'b', 'c']]]);
  });

  it('a part that they counted twice neither fires the chord early nor keeps it: need 4', async () => {
    const one = world();
    await ofSize(one, 3);
    await broughtByOlder(one, 0, 'one');
    await broughtByOlder(one, 0, 'two');
    expect(await right(one.backend.onChordPartReturn(member(1), 'SUCCESS', 'b'))).toEqual({
      ...{ _tag: 'Waiting', ready: 2, total: 3 },
    });
    expect(await right(one.backend.chordState('g'))).toMatchObject({
      ...{ status: 'Open', ready: 2, total: 3, surplus: 1, missing: [2], claim: null },
    });
    await right(one.backend.onChordPartReturn(member(2), 'SUCCESS', 'c'));
    expect(one.calls.map(({ args }) => args)).toEqual([[['one', 'b', 'c']]]);
  });

  it('one task at two indices with equal results is two parts', async () => {
    const one = world();
    await ofSize(one, 2);
    const same = (n: number) => member(n, body, { id: 'same' });
    await right(one.backend.onChordPartReturn(same(0), 'SUCCESS', 1));
    await right(one.backend.onChordPartReturn(same(1), 'SUCCESS', 1));
    expect(one.calls.map(({ args }) => args)).toEqual([[[1, 1]]]);
  });
});

describe('a header that nests groups', () => {
  const header = groupResultTuple('g', [
    groupResultTuple('in', [asyncResultTuple('t0'), asyncResultTuple('t1')]),
    asyncResultTuple('t2'),
  ]);
  const returned = async ({ backend }: World, n: number, result: unknown) =>
    right(backend.markAsDone(`t${n}`, result, { request: member(n) }));

  it('is joined in its structure from the metas of its tasks', async () => {
    const one = world();
    await right(one.backend.applyChord(header));
    await ofSize(one, 3);
    for (const n of [0, 1, 2]) await returned(one, n, `v${n}`);
    expect(one.calls.map(({ args }) => args)).toEqual([[[['v0', 'v1'], 'v2']]]);
  });

  it('is waited for, though not for ever', async () => {
    const one = world({ chordJoinTimeout: 0.05 });
    await right(one.backend.applyChord(header));
    await ofSize(one, 3);
    await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 0));
    await returned(one, 1, 'v1');
    expect(await right(one.backend.onChordPartReturn(member(2), 'SUCCESS', 2))).toMatchObject({
      _tag: 'Failed',
      error: { message: "Join error: TimeoutError('The operation timed out.')" },
    });
  });

  it('takes a result that arrives in time', async () => {
    const one = world();
    await right(one.backend.applyChord(header));
    await ofSize(one, 3);
    await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 0));
    await returned(one, 1, 'v1');
    const last = returned(one, 2, 'v2');
    await right(one.backend.storeResult('t0', 'late', 'SUCCESS'));
    await last;
    expect(one.calls.map(({ args }) => args)).toEqual([[[['late', 'v1'], 'v2']]]);
  });

  it('is saved only where it nests', async () => {
    const one = world();
    await right(one.backend.applyChord(groupResultTuple('g', [asyncResultTuple('a')])));
    expect(await right(one.backend.get(key('')))).toEqual(O.none);
  });
});

describe('a chord that fails', () => {
  const failing = async (one: World, ...outcomes: ReadonlyArray<() => Promise<unknown>>) => {
    await ofSize(one, outcomes.length);
    for (const outcome of outcomes) await outcome();
  };

  it('fails its body with the first failure of the header, and is told once: need 18', async () => {
    const one = world();
    const { backend } = one;
    const watched = right(backend.asyncResult('body').get({ propagate: false, timeout: 1 }));
    await failing(
      one,
      () => right(backend.markAsDone('t0', 1, { request: member(0) })),
      () => right(backend.markAsFailure('t1', new RangeError('bad'), { request: member(1) })),
    );
    expect(await watched).toMatchObject({
      excType: 'ChordError',
      args: ["Dependency t1 raised ValueError('bad')"],
    });
    expect(one.store.ttl(key('.s'))).toBe(-2);
    expect(one.store.ttl(key('.j'))).toBeGreaterThan(0);
    expect(await right(backend.onChordPartReturn(member(1), 'SUCCESS', 1))).toMatchObject({
      _tag: 'Redelivered',
    });
  });

  it('names the member that was revoked: need 25', async () => {
    const one = world();
    await failing(one, () =>
      right(one.backend.markAsRevoked('t0', 'terminated', { request: member(0) })),
    );
    expect(await right(one.backend.getResult('body'))).toMatchObject({
      args: ["Dependency t0 raised TaskRevokedError('terminated')"],
    });
  });

  it('calls an errback of three arguments here, sends the others, each once: need 5', async () => {
    const told: Array<unknown> = [];
    const one = world({
      errbacks: { here: (...args: ReadonlyArray<unknown>) => void told.push(args) },
    });
    const errback = (task: string) => Signature.encode(signature(task));
    const chord = {
      ...body,
      options: {
        task_id: 'body',
        link_error: [errback('here'), errback('there'), errback('here')],
      },
    };
    await ofSize(one, 1);
    const outcome = await right(
      one.backend.onChordPartReturn(member(0, chord), 'FAILURE', new Error('x')),
    );
    expect(outcome).toMatchObject({ _tag: 'Failed', error: expect.any(ChordError) });
    expect(told).toEqual([
      [
        expect.objectContaining({ id: 'body', task: 'tasks.total' }),
        expect.objectContaining({ excType: 'ChordError' }),
        null,
      ],
    ]);
    expect(one.calls).toMatchObject([{ args: ['body'], parentId: 'body', rootId: 'body' }]);
    expect(one.calls[0]?.signature.kwargs.tasks).toMatchObject([{ task: 'there' }]);
  });

  it('gives its body the children of the part that ended it, the errbacks that were sent too', async () => {
    const store = memoryStore();
    const logger = { warn: vi.fn(), error: vi.fn() };
    const backend = backendOver(store, { broker: store.broker(), logger });
    const errback = Signature.encode(signature('there', [], { options: { task_id: 'errback' } }));
    const chord = { ...body, options: { task_id: 'body', link_error: [errback] } };
    await right(backend.setChordSize('g', 1));
    const request = member(0, chord, { children: [asyncResultTuple('started')] });
    await right(backend.onChordPartReturn(request, 'FAILURE', new Error('x')));
    expect(await right(backend.getChildren('body'))).toMatchObject([
      { id: 'started' },
      { _tag: 'GroupResult', results: [{ id: 'errback' }] },
    ]);
    expect(logger.error).toHaveBeenCalledTimes(1);
    await right(backend.close());
  });

  it('is a ChordError all the same where an errback throws', async () => {
    const one = world({
      errbacks: {
        here: () => {
          throw new Error('the errback');
        },
      },
    });
    const chord = { ...body, options: { task_id: 'body', link_error: { task: 'here' } } };
    await ofSize(one, 1);
    await right(one.backend.onChordPartReturn(member(0, chord), 'FAILURE', new Error('x')));
    expect(one.log).toContainEqual(expect.stringContaining("Errback 'here' raised an exception"));
    expect(await right(one.backend.getResult('body'))).toMatchObject({ excType: 'ChordError' });
  });

  it('fails each member of a body that is a group, and the group: need 5', async () => {
    const one = world();
    const task = (id: string) => ({ ...body, options: { task_id: id } });
    const chord = {
      ...{ task: 'celery.group', args: [], subtask_type: 'group', immutable: false },
      kwargs: { tasks: [task('one'), task('two')] },
      options: { task_id: 'group' },
    };
    await ofSize(one, 1);
    await right(one.backend.onChordPartReturn(member(0, chord), 'FAILURE', new TypeError('x')));
    for (const id of ['one', 'two', 'group']) {
      expect(await right(one.backend.getResult(id))).toMatchObject({ repr: "TypeError('x')" });
    }
  });

  it('fails what the body would have been followed by, and the chord that it is a member of', async () => {
    const one = world();
    const outer = { ...body, options: { task_id: 'outer' } };
    const inner = {
      ...body,
      options: {
        ...{ task_id: 'inner', chord: outer, group_id: 'h', group_index: 0 },
        chain: [{ ...body, options: { task_id: 'next' } }],
      },
    };
    await ofSize(one, 1);
    await right(one.backend.setChordSize('h', 1));
    await right(one.backend.onChordPartReturn(member(0, inner), 'FAILURE', new Error('x')));
    for (const id of ['inner', 'next', 'outer']) {
      expect(await right(one.backend.getState(id))).toBe('FAILURE');
    }
    expect(await right(one.backend.getResult('outer'))).toMatchObject({
      args: [expect.stringMatching(/^Dependency inner raised ChordError\(/)],
    });
  });

  it('leaves the errbacks of its outer chord to that one: each is told once', async () => {
    const told: Array<unknown> = [];
    const errback = (name: string) => Signature.encode(signature(name));
    const one = world({
      errbacks: {
        both: ({ id }: TaskRequest) => void told.push(['both', id]),
        own: ({ id }: TaskRequest) => void told.push(['own', id]),
      },
    });
    const linked = (id: string, names: ReadonlyArray<string>, more = {}) =>
      Signature.encode(
        signature('tasks.total', [], {
          options: { task_id: id, link_error: names.map(errback), ...more },
        }),
      );
    const outer = linked('outer', ['both']);
    const inner = linked('inner', ['both', 'own'], { group_id: 'o', group_index: 0, chord: outer });
    await right(one.backend.setChordSize('o', 1));
    await ofSize(one, 1);
    await right(one.backend.onChordPartReturn(member(0, inner), 'FAILURE', new Error('x')));
    expect(told).toEqual([
      ['own', 'inner'],
      ['both', 'outer'],
    ]);

    told.length = 0;
    const two = [0, 1].map((index) =>
      linked(`g${index}`, ['both', 'own'], { group_id: 'p', group_index: index, chord: outer }),
    );
    const group = Signature.encode(
      signature('celery.group', [], {
        subtaskType: 'group',
        kwargs: { tasks: two },
        options: { task_id: 'group', link_error: [errback('both')] },
      }),
    );
    await right(one.backend.setChordSize('p', 2));
    await ofSize(one, 1);
    await right(one.backend.onChordPartReturn(member(0, group), 'FAILURE', new Error('x')));
    expect(told).toEqual([
      ['own', 'g0'],
      ['own', 'g1'],
      ['both', 'outer'],
    ]);
  });

  it('ends with a reason where a part can not be read, or its size is no number: need 4', async () => {
    const one = world();
    await right(one.backend.set(key('.s'), 'many'));
    expect(await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 1))).toMatchObject({
      error: {
        message: `Join error: ValueError("invalid literal for int() with base 10: b'many'")`,
      },
    });
  });

  it('ends with a reason where the body can not be sent, and is over', async () => {
    const one = world({
      broker: () => {
        throw new Error('no such queue');
      },
    });
    await ofSize(one, 1);
    expect(await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 1))).toMatchObject({
      error: { message: expect.stringMatching(/^Callback error: .*no such queue/) },
    });
    expect(await right(one.backend.chordState('g'))).toMatchObject({ status: 'Done' });
  });

  it('returns the parts of the chain of a task that failed, but for what had failed before', async () => {
    const one = world();
    const chained = {
      ...body,
      options: { task_id: 't0', group_id: 'g', group_index: 0, chord: body },
    };
    await ofSize(one, 2);
    await right(
      one.backend.markAsFailure('a', new Error('x'), { request: { id: 'a', chain: [chained] } }),
    );
    expect(await right(one.backend.getState('t0'))).toBe('FAILURE');
    expect(await right(one.backend.chordState('g'))).toMatchObject({ ready: 1, missing: [1] });
  });
});

describe('a chord that settles', () => {
  const settling = Signature.encode(
    onFailure('settle', signature('tasks.total', [], { options: { task_id: 'body' } })),
  );

  it('gives the body every outcome, failures too: need 20', async () => {
    const one = world();
    await ofSize(one, 2);
    const failure = pythonException('ValueError', ['bad']);
    await right(one.backend.onChordPartReturn(member(0, settling), 'FAILURE', failure));
    await right(one.backend.onChordPartReturn(member(1, settling), 'SUCCESS', 7));
    expect(one.calls.map(({ args }) => args)).toEqual([
      [
        [
          {
            ...{ task_id: 't0', status: 'FAILURE' },
            result: { exc_type: 'ValueError', exc_message: ['bad'], exc_module: 'builtins' },
          },
          { task_id: 't1', status: 'SUCCESS', result: 7 },
        ],
      ],
    ]);
  });
});

describe('a chord whose claimant is gone', () => {
  const claimed = async (): Promise<World> => {
    const one = world();
    await ofSize(one, 2);
    await right(one.backend.onChordPartReturn(member(0), 'SUCCESS', 'a'));
    await right(one.backend.set(key('.c'), 'of a dead worker'));
    expect(await right(one.backend.onChordPartReturn(member(1), 'SUCCESS', 'b'))).toEqual({
      _tag: 'Claimed',
    });
    return one;
  };

  it('says who claims it, and what is missing: need 26', async () => {
    const { backend } = await claimed();
    expect(await right(backend.chordState('g'))).toMatchObject({
      ...{ status: 'Claimed', ready: 2, total: 2, missing: [] },
      claim: { token: 'of a dead worker', seconds: expect.any(Number) },
      sinceLastPart: expect.any(Number),
    });
  });

  it('is revived by a part that comes again once the claim has lapsed', async () => {
    const { backend, calls } = await claimed();
    await right(backend.delete(key('.c')));
    expect(await right(backend.chordState('g'))).toMatchObject({ status: 'Unclaimed' });
    await right(backend.onChordPartReturn(member(0), 'SUCCESS', 'else'));
    expect(calls.map(({ args }) => args)).toEqual([[['a', 'b']]]);
  });

  it('is revived by any request of its header, without a part', async () => {
    const { backend, calls } = await claimed();
    await right(backend.delete(key('.c')));
    expect(await right(backend.resumeChord(member(7)))).toEqual({
      ...{ _tag: 'Dispatched', bodyId: 'body' },
    });
    expect(calls.map(({ args }) => args)).toEqual([[['a', 'b']]]);
    expect(await right(backend.chordState('g'))).toMatchObject({ status: 'Done', claim: null });
  });
});

describe('over the embedded broker', () => {
  it('the body is a message in its queue', async () => {
    const one = world();
    const { broker } = one.store;
    const backend = world({ broker: broker() }, () => one.store).backend;
    await right(backend.setChordSize('g', 1));
    expect(await right(backend.onChordPartReturn(member(0), 'SUCCESS', 3))).toMatchObject({
      _tag: 'Dispatched',
    });
    const message = JSON.parse(String(one.store.queues.pop('celery')));
    expect(message.headers).toMatchObject({ task: 'tasks.total', id: 'body', parent_id: 't0' });
    expect(JSON.parse(Buffer.from(message.body, 'base64').toString())[0]).toEqual([[3]]);
  });
});
