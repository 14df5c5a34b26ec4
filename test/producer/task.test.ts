import * as t from 'io-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import {
  type AsyncResult,
  type GroupResult,
  InvalidArgument,
  InvalidResult,
  type Operation,
} from '../../src/index.js';
import {
  chain,
  chord,
  group,
  immutable,
  type Producer,
  type Step,
  signature,
  task,
} from '../../src/producer/index.js';
import { bodyOf, left, right, world } from './world.js';

const add = task('tasks.add', {
  args: t.tuple([t.number, t.number]),
  kwargs: t.partial({ round: t.boolean }),
  result: t.number,
});
const shout = task('tasks.shout', { args: z.tuple([z.string()]), result: z.string() });
const length = task('tasks.length', { args: t.tuple([t.string]), result: t.number });
const total = task('tasks.total', { args: t.tuple([t.readonlyArray(t.number)]), result: t.number });

/** A date is text on the wire. */
const date = new t.Type<Date, string, unknown>(
  'date',
  (u): u is Date => u instanceof Date,
  (u, context) =>
    typeof u === 'string' ? t.success(new Date(u)) : t.failure(u, context, 'is no date'),
  (at) => at.toISOString(),
);
const schedule = task('tasks.schedule', { args: t.tuple([t.string, date]), result: date });

describe('a typed task', () => {
  it('is sent, and its result is checked', async () => {
    const { producer, backend, taken } = world();
    const result = await right(producer.sendTask(add, [1, 2], { round: true }));
    expect(bodyOf(taken()[0]).slice(0, 2)).toEqual([[1, 2], { round: true }]);
    await right(backend.markAsDone(result.id, '3'));
    expect(await left(result.get({ timeout: 1 }))).toBeInstanceOf(InvalidResult);
  });

  it.each([
    ['an io-ts codec', (p: Producer) => p.sendTask(add, ['1', 2] as never)],
    ['too few', (p: Producer) => p.sendTask(add, [1] as never)],
    ['keyword arguments', (p: Producer) => p.sendTask(add, [1, 2], { round: 1 } as never)],
    ['a Standard Schema', (p: Producer) => p.sendTask(shout, [1] as never)],
    ['a signature', (p: Producer) => p.apply(add('1' as never, 2))],
    ['one that still waits', (p: Producer) => p.apply(add(1) as never)],
    ['a step', (p: Producer) => p.apply(chain([add(1, 2), add('3' as never)]))],
    ['a member', (p: Producer) => p.apply(group([add(1, 2), add('3' as never, 4)]))],
    ['a header', (p: Producer) => p.apply(chord([add('1' as never, 1)], total()))],
    ['a body', (p: Producer) => p.apply(chord([signature('t')], add('1' as never) as never))],
  ])('is refused by %s before anything is sent', async (_, send) => {
    const { producer, taken, store } = world();
    const refused = await left(send(producer));
    expect(refused).toBeInstanceOf(InvalidArgument);
    expect(refused).toMatchObject({ message: expect.stringMatching(/^k?w?args of tasks\./) });
    expect(taken()).toEqual([]);
    expect(store.subscriptions()).toEqual([]);
  });

  it('may still wait for its first argument where it gets one', async () => {
    const { producer, taken } = world();
    await right(producer.apply(chain([length('four'), add(3)])));
    await right(producer.apply(chain([signature('any'), shout()])));
    await right(producer.apply(chord([add(1, 1), add(2, 2)], total())));
    await right(producer.apply(chain([add(1, 2), group([add(1), add(2)]), total()])));
    expect(taken()).toHaveLength(5);
  });

  it('sends what its codec encodes, and reads what it decodes', async () => {
    const { producer, backend, taken } = world();
    const at = new Date(0);
    const result = await right(producer.sendTask(schedule, ['x', at]));
    await right(producer.apply(chain([shout('x'), schedule(at)])));
    const [one, other] = taken();
    expect(bodyOf(one)[0]).toEqual(['x', at.toISOString()]);
    expect(bodyOf(other)[2].chain).toMatchObject([{ args: [at.toISOString()] }]);
    await right(backend.markAsDone(result.id, at.toISOString()));
    expect(await right(result.get({ timeout: 1 }))).toEqual(at);
  });

  it('says whose codec it is that fails, or gives what are no arguments', async () => {
    const schema = (validate: () => unknown) =>
      ({ '~standard': { version: 1, vendor: 'own', validate } }) as never;
    const { producer, taken } = world();
    for (const args of [
      schema(() => {
        throw new Error('no');
      }),
      schema(() => Promise.reject(new Error('no'))),
      schema(() => null),
      schema(() => ({ value: 'text' })),
      5 as never,
      null as never,
    ]) {
      expect(await left(producer.sendTask(task('t', { args }), [1]))).toMatchObject({
        _tag: 'InvalidArgument',
        argument: 'args',
        problem: expect.stringMatching(/^of t: their codec /),
      });
    }
    expect(taken()).toEqual([]);
  });

  it('does not keep its backend from closing where its codec takes for ever', async () => {
    const never = { version: 1, vendor: 'own', validate: () => new Promise(() => {}) };
    const { backend, producer } = world();
    const slow = task('t', { args: { '~standard': never } as never });
    const sent = left(producer.sendTask(slow, [1]));
    await right(backend.close());
    expect(await sent).toMatchObject({ _tag: 'Closed' });
  });

  it('gives immutable calls, which take nothing of what comes before', async () => {
    const { producer, taken } = world();
    await right(producer.apply(chain([shout('a'), add.si(1, 2), immutable(add(3, 4))])));
    const [first] = taken();
    expect(bodyOf(first)[2].chain).toMatchObject([
      { args: [3, 4], immutable: true },
      { args: [1, 2], immutable: true },
    ]);
  });

  it('checks each result of a group by its own codec, and of a chain the last', async () => {
    const { producer, backend } = world();
    const { results } = await right(producer.apply(group([add(1, 2), shout('a')])));
    await right(backend.markAsDone(results[0].id, 3));
    await right(backend.markAsDone(results[1].id, 4));
    expect(await right(results[0].get({ timeout: 1 }))).toBe(3);
    expect(await left(results[1].get({ timeout: 1 }))).toBeInstanceOf(InvalidResult);
    const last = await right(producer.apply(chain([length('a'), add(1)])));
    await right(backend.markAsDone(last.id, 'x'));
    expect(await left(last.get({ timeout: 1 }))).toBeInstanceOf(InvalidResult);
  });

  it('is checked and encoded as a link, which gets its first argument, and as an errback', async () => {
    const { producer, taken } = world();
    const at = new Date(0);
    await right(
      producer.sendTask(shout, ['a'], {}, { link: [schedule(at)], linkError: schedule(at) }),
    );
    await right(producer.apply(shout('a'), { link: chain([length(), add(3)]) }));
    await right(producer.apply(shout.signature(['a'], {}, { link: schedule.si('b', at) })));
    const [one, other, third] = taken().map((message) => bodyOf(message)[2]);
    expect(one).toMatchObject({
      callbacks: [{ task: 'tasks.schedule', args: [at.toISOString()] }],
      errbacks: [{ task: 'tasks.schedule', args: [at.toISOString()] }],
    });
    expect(other).toMatchObject({
      callbacks: [{ kwargs: { tasks: [{ task: 'tasks.length', args: [] }, { args: [3] }] } }],
    });
    expect(third).toMatchObject({ callbacks: [{ args: ['b', at.toISOString()] }] });
  });

  it.each([
    ['a link', (p: Producer) => p.sendTask('t', [], {}, { link: add('3' as never) as never })],
    ['an errback', (p: Producer) => p.sendTask('t', [], {}, { linkError: [shout(1 as never)] })],
    [
      'the link of a step',
      (p: Producer) => p.apply(chain([add.signature([1, 2], {}, { link: add('3' as never) })])),
    ],
  ])('is refused as %s before anything is sent', async (_, send) => {
    const { producer, taken, store } = world();
    expect(await left(send(producer))).toBeInstanceOf(InvalidArgument);
    expect(taken()).toEqual([]);
    expect(store.subscriptions()).toEqual([]);
  });

  it('takes options with its signature', async () => {
    const { producer, taken } = world();
    await right(producer.apply(add.signature([1, 2], { round: false }, { queue: 'sums' })));
    expect(bodyOf(taken('sums')[0]).slice(0, 2)).toEqual([[1, 2], { round: false }]);
  });
});

/** Compiled, and never run. */
export const types = (producer: Producer): void => {
  expectTypeOf(producer.sendTask(add, [1, 2])).toEqualTypeOf<Operation<AsyncResult<number>>>();
  expectTypeOf(producer.sendTask('t')).toEqualTypeOf<Operation<AsyncResult>>();
  expectTypeOf(add(1, 2)).toEqualTypeOf<Step<readonly [], number>>();

  // @ts-expect-error a wrong argument
  producer.sendTask(add, ['1', 2]);
  // @ts-expect-error too few arguments
  producer.sendTask(add, [1]);
  // @ts-expect-error a wrong keyword argument
  producer.sendTask(add, [1, 2], { round: 'up' });
  // @ts-expect-error no such option
  producer.sendTask('t', [], {}, { que: 'x' });
  // @ts-expect-error a wrong argument
  add('1', 2);
  // @ts-expect-error it still waits for its first argument
  producer.apply(add(1));

  const sum = chain([length('four'), add(3), add(4)]);
  expectTypeOf(producer.apply(sum)).toEqualTypeOf<Operation<AsyncResult<number>>>();
  // @ts-expect-error a number is no text
  chain([add(1, 2), shout()]);
  // @ts-expect-error it has all its arguments, and would get one more
  chain([length('four'), add(1, 2)]);
  chain([length('four'), add.si(1, 2)]);
  chain([signature('any'), add(1), signature('other')]);

  const both = group([add(1, 2), shout('a')]);
  const handles = producer.apply(both);
  expectTypeOf(handles).toEqualTypeOf<
    Operation<GroupResult<readonly [AsyncResult<number>, AsyncResult<string>]>>
  >();
  handles.subscribe((results) => {
    expectTypeOf(results.join()).toEqualTypeOf<Operation<readonly [number, string]>>();
  });

  expectTypeOf(producer.apply(chord([add(1, 2), add(3, 4)], total()))).toEqualTypeOf<
    Operation<AsyncResult<number>>
  >();
  // @ts-expect-error texts are no numbers
  chord([shout('a')], total());
  chain([group([add(1, 2), length('a')]), total()]);
  // @ts-expect-error texts are no numbers
  chain([group([shout('a')]), total()]);

  // partials, and what is immutable
  expectTypeOf(add(3)).toEqualTypeOf<Step<readonly [number], number>>();
  expectTypeOf(add.si(1, 2)).toEqualTypeOf<Step<ReadonlyArray<unknown>, number>>();
  expectTypeOf(immutable(add(1, 2))).toEqualTypeOf<Step<ReadonlyArray<unknown>, number>>();
  chain([shout('a'), immutable(add(1, 2))]);
  chord([shout('a')], add.si(1, 2));
  // @ts-expect-error an immutable call has all its arguments
  add.si(1);
  // @ts-expect-error a partial's own argument is wrong
  add('3');
  // @ts-expect-error a wrong keyword argument
  add.signature([1, 2], { round: 'up' });
  // @ts-expect-error a chain that still waits for its first argument
  producer.apply(chain([add(1), add(2)]));
  // @ts-expect-error a group with a member that waits
  producer.apply(group([add(1, 2), add(3)]));

  // bodies
  // @ts-expect-error a body that has all its arguments, and would get one more
  chord([add(1, 2)], add(3, 4));
  // @ts-expect-error a body that takes one number, not a list of them
  chord([add(1, 2)], add(3));
  chord([signature('any')], total());
  const nested = chain([group([add(1, 2)]), add(3)]);
  expectTypeOf(producer.apply(nested)).toEqualTypeOf<Operation<AsyncResult<number>>>();

  // a tuple of what different tasks give, through a chain that ends with a group
  const ending = producer.apply(chain([length('a'), group([add(1), add.si(1, 2), shout.si('b')])]));
  ending.subscribe((results) => {
    expectTypeOf(results.join()).toEqualTypeOf<Operation<readonly [number, number, string]>>();
  });

  // links
  producer.sendTask(add, [1, 2], {}, { link: add(3), linkError: signature('report') });
  producer.sendTask(add, [1, 2], {}, { link: [add(3), signature('any'), shout.si('a')] });
  producer.apply(add(1, 2), { link: chain([add(3), add(4)]) });
  add.signature([1, 2], {}, { link: [add(3)] });
  producer.sendTask('t', [], {}, { link: add(3) });
  // @ts-expect-error a number is no text
  producer.sendTask(add, [1, 2], {}, { link: shout() });
  // @ts-expect-error a number is no text
  producer.sendTask(add, [1, 2], {}, { link: [add(3), shout()] });
  // @ts-expect-error it has all its arguments, and would get one more
  producer.apply(add(1, 2), { link: add(3, 4) });
  // @ts-expect-error a number is no text
  add.signature([1, 2], {}, { link: shout() });
};
