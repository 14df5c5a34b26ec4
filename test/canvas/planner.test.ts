import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Plan, PlanContext, PlanOptions } from '../../src/canvas/plan.js';
import { planner } from '../../src/canvas/planner.js';
import { EncodeError, InvalidArgument } from '../../src/errors/errors.js';
import { DateTime } from '../../src/serialization/dateTime.js';
import { json } from '../../src/serialization/json.js';
import { Uuid } from '../../src/serialization/values.js';
import type { Message } from '../../src/wire/message.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { type Signature, signature } from '../../src/wire/signature.js';
import { rightOf } from '../settled.js';

const context = (more: Partial<PlanContext> = {}): PlanContext => {
  let ids = 0;
  return {
    serializer: () => E.right(json),
    newId: () => `id-${++ids}`,
    now: () => new DateTime('2026-11-25T12:00:00.900000+00:00'),
    origin: 'here',
    replyTo: 'replies',
    queue: 'celery',
    ...more,
  };
};

const plan = (
  call: Signature,
  args: ReadonlyArray<unknown> = [],
  options: PlanOptions = {},
  more: Partial<PlanContext> = {},
): Plan => rightOf(planner(context(more))(call, args, options));

const task = (name: string, options: PlanOptions = {}, args: ReadonlyArray<unknown> = []) =>
  signature(name, args, { options });

const withMembers = (kind: 'group' | 'chain', tasks: ReadonlyArray<Signature>): Signature =>
  signature(`celery.${kind}`, [], { subtaskType: kind, kwargs: { tasks } });

const group = (...tasks: ReadonlyArray<Signature>) => withMembers('group', tasks);
const chain = (...tasks: ReadonlyArray<Signature>) => withMembers('chain', tasks);
const chord = (header: ReadonlyArray<Signature>, body: Signature, options: PlanOptions = {}) =>
  signature('celery.chord', [], {
    subtaskType: 'chord',
    kwargs: { kwargs: {}, header, body },
    options,
  });

/** What a message holds besides headers: `[args, kwargs, embed]`. */
const bodyOf = (message: Message | undefined) =>
  JSON.parse(String(message?.body)) as [
    ReadonlyArray<unknown>,
    object,
    {
      readonly chain: ReadonlyArray<{ readonly task: string }> | null;
      readonly chord: { readonly task: string; readonly kwargs: object } | null;
      readonly callbacks: ReadonlyArray<object> | null;
      readonly errbacks: ReadonlyArray<object> | null;
    },
  ];

const membersOf = (canvas: Signature | undefined): ReadonlyArray<Signature> =>
  (canvas?.kwargs.tasks ?? []) as ReadonlyArray<Signature>;

const tasks = ({ messages }: Plan) => messages.map(({ headers }) => headers.task);

const uuid = '00000000-0000-4000-8000-000000000001';

const ints = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, i) => i);

describe('the plan of a task', () => {
  it('is one message, with the given arguments before its own, and options over its own', () => {
    const { messages, result, chordSizes, savedGroups } = plan(
      task('add', { task_id: 'own', priority: 3, time_limit: 5 }, [2]),
      [1],
      { priority: 6 },
    );
    expect(messages).toHaveLength(1);
    expect(bodyOf(messages[0])[0]).toEqual([1, 2]);
    expect(messages[0]?.headers).toMatchObject({ id: 'own', timelimit: [5, null], origin: 'here' });
    expect(messages[0]?.properties).toMatchObject({ priority: 6, reply_to: 'replies' });
    expect(result).toEqual(asyncResultTuple('own'));
    expect([chordSizes, savedGroups]).toEqual([[], []]);
  });

  it('has its own arguments alone where it is immutable', () => {
    const { messages } = plan(signature('add', [2], { immutable: true }), [1]);
    expect(bodyOf(messages[0])[0]).toEqual([2]);
  });

  it('has the task that runs meanwhile for a parent, unless told of one', () => {
    const parent = { id: 'parent', rootId: 'root' };
    const [message] = plan(task('t'), [], {}, { parent }).messages;
    expect(message?.headers).toMatchObject({ parent_id: 'parent', root_id: 'root' });
    const [told] = plan(task('t'), [], { parent_id: 'p', root_id: 'r' }, { parent }).messages;
    expect(told?.headers).toMatchObject({ parent_id: 'p', root_id: 'r' });
  });

  it('starts and expires to the microsecond', () => {
    const [message] = plan(task('t', { countdown: 0.2, expires: 1.5 })).messages;
    expect(message?.headers).toMatchObject({
      eta: '2026-11-25T12:00:01.100000+00:00',
      expires: '2026-11-25T12:00:02.400000+00:00',
    });
    expect(message?.properties.expiration).toBe('1500');
  });

  it('tells the broker of what is past that nothing of it is left', () => {
    const past = plan(task('t'), [], { expires: new Date(0) });
    expect(past.messages[0]?.properties.expiration).toBe('0');
  });

  it('says what its arguments are in its properties too, as Celery does', () => {
    const { messages } = plan(task('t', { argsrepr: '(secret)', origin: 'there' }));
    expect(messages[0]).toMatchObject({
      headers: { argsrepr: '(secret)', origin: 'there' },
      properties: { argsrepr: '(secret)', origin: 'there' },
    });
  });

  it('takes ids of Python’s class for them', () => {
    const [message] = plan(task('t'), [], {
      task_id: new Uuid(uuid),
      root_id: new Uuid(uuid),
    }).messages;
    expect(message?.headers).toMatchObject({ id: uuid, root_id: uuid });
  });

  it('keeps its stamps, and does not take those of others', () => {
    const stamped = task('t', { tenant: 'acme', stamped_headers: ['tenant'] });
    const [message] = plan(stamped, [], { tenant: 'other', stamped_headers: [] }).messages;
    expect(message?.headers).toMatchObject({
      stamps: { tenant: 'acme' },
      stamped_headers: ['tenant'],
    });
    expect(message?.properties).not.toHaveProperty('tenant');
  });

  it('compresses where it is asked to, and says so in a header', () => {
    const [message] = plan(task('t', { compression: 'gzip' })).messages;
    expect(message?.headers.compression).toBe('application/x-gzip');
    expect(message?.body[0]).toBe(0x78);
  });

  it.each([
    [{ priority: 'high' }, new InvalidArgument('priority', 'must be a finite number.')],
    [{ countdown: Number.NaN }, new InvalidArgument('countdown', 'must be a finite number.')],
    [{ time_limit: 1 / 0 }, new InvalidArgument('time_limit', 'must be a finite number.')],
    [{ eta: new Date(8e15) }, new InvalidArgument('eta', 'must be a date of the years 1 to 9999.')],
    [{ headers: new Map([['a', 1]]) }, new InvalidArgument('headers', 'must be an object.')],
    [{ task_id: 5 }, new InvalidArgument('task_id', 'must be an id.')],
    [{ countdown: 1e300 }, new InvalidArgument('countdown', 'is no date and time.')],
    [{ eta: 'soon' }, new InvalidArgument('eta', 'is no date and time.')],
    [{ link: 1 }, new InvalidArgument('signature', 'is none, or has a member that is none.')],
    [{ compression: 'none' }, expect.any(InvalidArgument)],
  ])('is refused with the option %o', (options, error) => {
    expect(planner(context())(task('t'), [], options)).toEqual(E.left(error));
  });

  it('is refused where an argument has no form', () => {
    expect(planner(context())(task('t'), [() => 1])).toEqual(E.left(expect.any(EncodeError)));
  });
});

describe('the plan of a group', () => {
  it('is a message for each task, with their places', () => {
    const made = plan(group(task('a'), group(task('b')), chain(), task('c', { task_id: 'c' })));
    expect(tasks(made)).toEqual(['a', 'b', 'c']);
    const [{ headers: first }] = made.messages as [Message];
    expect(made.messages.every(({ headers }) => headers.group === first.group)).toBe(true);
    // A group in a group counts anew, as in Celery, and an empty chain has a place.
    expect(made.messages.map(({ headers }) => headers.group_index)).toEqual([0, 0, 3]);
    expect(made.result).toMatchObject({ _tag: 'GroupResult', id: first.group });
  });

  it('is nothing where it is empty, and its result is no member', () => {
    expect(plan(group())).toMatchObject({ messages: [], result: groupResultTuple('id-1', []) });
  });

  it('can have no links', () => {
    const linked = planner(context())(group(task('a')), [], { link: [task('b')] });
    expect(linked).toEqual(
      E.left(new InvalidArgument('options', "of a group can't have links: use a chord.")),
    );
  });
});

describe('the plan of a chain', () => {
  it('is its first task, with the others from the last on', () => {
    const made = plan(chain(task('a'), chain(task('b'), task('c')), task('d')), [1]);
    expect(tasks(made)).toEqual(['a']);
    const [args, , { chain: rest }] = bodyOf(made.messages[0]);
    expect(args).toEqual([1]);
    expect(rest?.map((step) => step.task)).toEqual(['d', 'c', 'b']);
    const [d, c, b, a] = ['id-1', 'id-2', 'id-3', 'id-4'].map((id) => asyncResultTuple(id));
    expect(made.result).toEqual({ ...d, parent: { ...c, parent: { ...b, parent: a } } });
  });

  it('has its callbacks at its end and its errbacks everywhere', () => {
    const made = plan(chain(task('a'), task('b')), [], {
      link: [task('done')],
      link_error: task('failed'),
    });
    const [, , { callbacks, errbacks, chain: rest }] = bodyOf(made.messages[0]);
    expect(callbacks).toBeNull();
    expect(errbacks).toMatchObject([{ task: 'failed' }]);
    expect(rest).toMatchObject([
      { options: { link: [{ task: 'done' }], link_error: [{ task: 'failed' }] } },
    ]);
  });

  it('is a chord where a group is followed by something', () => {
    const made = plan(chain(group(task('a'), task('b')), task('c'), task('d')));
    expect(tasks(made)).toEqual(['a', 'b']);
    const [, , { chord: body, chain: rest }] = bodyOf(made.messages[1]);
    expect(body).toMatchObject({ task: 'c', options: { chain: [{ task: 'd' }] } });
    expect(rest).toBeNull();
    expect(made.chordSizes).toEqual([{ groupId: made.messages[0]?.headers.group, size: 2 }]);
  });

  it('has nothing before a group of which nothing is left', () => {
    const none = group(group(), chain());
    expect(plan(chain(task('a'), none)).result?.parent).toBeNull();
    const both = plan(chain(group(task('a'), task('b')), none));
    expect(tasks(both)).toEqual(['a', 'b']);
    expect(both.chordSizes).toEqual([]);
  });

  it('skips groups of none, and is nothing where there is nothing', () => {
    expect(tasks(plan(chain(group(), task('a'), group()), [1]))).toEqual(['a']);
    expect(plan(chain(group(), group()))).toMatchObject({
      messages: [],
      result: { _tag: 'GroupResult' },
    });
    expect(plan(chain(chain()))).toMatchObject({ messages: [], result: null });
  });
});

describe('the plan of a chord', () => {
  it('is its header, with the body in each task, and a size', () => {
    const made = plan(chord([task('a'), task('b')], task('sum', { task_id: 'body' })));
    expect(tasks(made)).toEqual(['a', 'b']);
    const groupId = made.messages[0]?.headers.group;
    for (const message of made.messages) {
      expect(bodyOf(message)[2].chord).toMatchObject({
        task: 'sum',
        options: { task_id: 'body', group_id: groupId },
      });
    }
    expect(made.chordSizes).toEqual([{ groupId, size: 2 }]);
    expect(made.savedGroups).toEqual([]);
    expect(made.result).toMatchObject({ id: 'body', parent: { id: groupId } });
  });

  it('is its body where the header is empty', () => {
    const made = plan(chord([], task('sum')));
    expect(tasks(made)).toEqual(['sum']);
    expect(bodyOf(made.messages[0])[0]).toEqual([[]]);
    expect(made.chordSizes).toEqual([]);
  });

  it('saves a header that nests a group, and counts its tasks', () => {
    const made = plan(chord([chain(task('a'), group(task('b'), task('c')))], task('sum')));
    expect(tasks(made)).toEqual(['a']);
    expect(made.chordSizes).toMatchObject([{ size: 2 }]);
    expect(made.savedGroups).toMatchObject([{ results: [{ _tag: 'GroupResult' }] }]);
  });

  it('keeps the first task of a body that is a chain, when it is a step', () => {
    const made = plan(chain(chord([task('a')], chain(task('b'), task('c'))), task('d')));
    const [, , { chord: body }] = bodyOf(made.messages[0]);
    expect(body).toMatchObject({
      task: 'b',
      options: { chain: [{ task: 'd' }, { task: 'c' }] },
    });
  });

  it('does not copy the body of a chord that is a body into its header', () => {
    const made = plan(chord([task('a')], chord([task('b')], task('c'))));
    const { kwargs } = bodyOf(made.messages[0])[2].chord ?? {};
    const copies = JSON.stringify(kwargs).match(/"task":"c"/g);
    expect(copies).toHaveLength(1);
  });

  it('delays its header, and not its body', () => {
    const made = plan(chord([task('a')], task('sum'), { countdown: 10 }));
    expect(made.messages[0]?.headers.eta).toBe('2026-11-25T12:00:10.900000+00:00');
    expect(JSON.stringify(bodyOf(made.messages[0])[2].chord)).not.toContain('countdown');
  });

  it('has its links at its body', () => {
    const made = plan(chord([task('a')], task('sum')), [], {
      link: [task('done')],
      link_error: [task('failed')],
    });
    expect(bodyOf(made.messages[0])[2]).toMatchObject({
      callbacks: null,
      errbacks: null,
      chord: { options: { link: [{ task: 'done' }], link_error: [{ task: 'failed' }] } },
    });
  });

  it('has callbacks as Celery has read them: immutable is no more than a task', () => {
    const callback = { ...chain(task('c')), immutable: true };
    const { messages } = plan(chord([], group(task('b'))), [], { link: [callback] });
    expect(bodyOf(messages[0])[2].callbacks).toMatchObject([
      { task: 'celery.chain', immutable: true, kwargs: { tasks: [{ immutable: false }] } },
    ]);
    const alone = plan(chord([], task('b')), [], { link: [callback, group(task('g'))] });
    expect(bodyOf(alone.messages[0])[2].callbacks).toMatchObject([
      { task: 'celery.chain', immutable: false },
      { task: 'celery.group', immutable: false },
    ]);
    const first = plan(chord([], group(task('b'))), [], {
      link: [group(task('g')), chord([task('h')], task('i'))],
    });
    expect(bodyOf(first.messages[0])[2].callbacks).toMatchObject([
      { task: 'celery.group', immutable: false, kwargs: { tasks: [{ immutable: true }] } },
      {
        task: 'celery.chord',
        immutable: false,
        kwargs: { header: [{ immutable: true }], body: { immutable: false } },
      },
    ]);
  });

  it('keeps what a copy with keyword arguments has beside its own', () => {
    const copy = chord([task('a')], task('b'));
    const later = { ...copy, kwargs: { ...copy.kwargs, k: 1 } };
    const { messages } = plan(chain(task('first'), later));
    expect(bodyOf(messages[0])[2].chain).toMatchObject([{ kwargs: { k: 1, kwargs: {} } }]);
  });

  it('has an errback of its chain twice, where it is not the same once it is read', () => {
    const errback = { ...chain(task('e')), immutable: true };
    const { messages } = plan(chain(chord([], task('b'))), [], { link_error: [errback] });
    expect(bodyOf(messages[0])[2].errbacks).toMatchObject([
      { immutable: false },
      { immutable: true },
    ]);
  });

  it('is one body, also where a copy of it is left in a header', () => {
    const later = chord([chain(task('a'), group())], chord([], task('c')));
    const { messages } = plan(chain(task('first'), later), [], { link_error: [task('e')] });
    const pending = bodyOf(messages[0])[2].chain as ReadonlyArray<unknown>;
    const { header, body } = (pending[0] as Signature).kwargs;
    expect(body).toMatchObject({ kwargs: { body: { options: { link_error: [{ task: 'e' }] } } } });
    expect(header).toMatchObject({
      kwargs: { tasks: [{ kwargs: { tasks: [{ options: { chord: body } }, {}] } }] },
    });
  });

  it('tells of the header that is sent, however often a part of a body was frozen', () => {
    const nested = group(chord([], task('b')), task('t'));
    const body = chain(group(task('c'), task('d')), nested);
    const { result, messages } = plan(chord([task('a')], body));
    const sent = bodyOf(messages[0])[2].chord as unknown as Signature;
    const [, last] = membersOf(sent);
    const [inner] = membersOf(last);
    const header = inner?.kwargs.header;
    const parent = result?._tag === 'GroupResult' ? result.results[0]?.parent : null;
    expect(header).toMatchObject({ options: { task_id: parent?.id } });
  });

  it('has a group of groups of none for a body, until it is frozen', () => {
    const { messages } = plan(group(chord([task('a')], group(group()))));
    expect(bodyOf(messages[0])[2].chord).toMatchObject({
      task: 'celery.group',
      kwargs: { tasks: [] },
    });
  });

  it('needs a body', () => {
    const without = signature('celery.chord', [], {
      subtaskType: 'chord',
      kwargs: { kwargs: {}, header: [], body: null },
    });
    expect(planner(context())(without)).toEqual(E.left(expect.any(InvalidArgument)));
  });
});

describe('the plan of a body', () => {
  const values = [[1, 2]];

  it.each([
    ['task', task('sum')],
    ['group', group(task('sum'))],
    ['chain', chain(task('sum'), task('next'))],
    ['chord', chord([task('sum')], task('next'))],
    ['chain of chords', chain(chord([task('sum')], task('next')), task('last'))],
  ])('gives the values to the first task of a %s', (_, body) => {
    const made = plan(body, values);
    expect(tasks(made)).toEqual(['sum']);
    expect(bodyOf(made.messages[0])[0]).toEqual([[1, 2]]);
  });
});

describe('a large canvas', () => {
  it('of a chain of 1,000 is one message that has each step once', () => {
    const made = plan(chain(...ints(1_000).map((i) => task(`t${i}`))));
    expect(bodyOf(made.messages[0])[2].chain).toHaveLength(999);
  });

  it('of a group of 10,000 is as many messages', () => {
    expect(plan(group(...ints(10_000).map(() => task('t')))).messages).toHaveLength(10_000);
  });

  it('nested too deep for the stack is refused', () => {
    const deep = ints(20_000).reduce((inner) => chain(inner), task('t'));
    expect(planner(context())(deep)).toEqual(
      E.left(new InvalidArgument('signature', 'is nested too deep, or holds itself.')),
    );
  });
});
