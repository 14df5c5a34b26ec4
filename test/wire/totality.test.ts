import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import type { Type } from 'io-ts';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import { type Serializer, total } from '../../src/serialization/serializer.js';
import { keys } from '../../src/wire/keys.js';
import { encodeMessage, Message } from '../../src/wire/message.js';
import { pendingMeta } from '../../src/wire/meta.js';
import { resultMeta } from '../../src/wire/resultMeta.js';
import { ResultTuple } from '../../src/wire/resultTuple.js';
import { encodeSavedGroup } from '../../src/wire/savedGroup.js';
import { Signature } from '../../src/wire/signature.js';
import { TaskBody } from '../../src/wire/taskBody.js';
import { taskMessage } from '../../src/wire/taskMessage.js';
import { encodeTaskMeta, TaskMeta } from '../../src/wire/taskMeta.js';
import { TaskException } from '../../src/wire/wireException.js';
import { yaml } from '../../src/yaml/yaml.js';
import { odd, oddest } from './oddValues.js';

const serializers: ReadonlyArray<Serializer> = [json, yaml, msgpack];

const codecs: ReadonlyArray<Type<never, unknown, unknown>> = [
  TaskMeta,
  TaskException,
  ResultTuple,
  Message,
  Signature,
  TaskBody,
].map((codec) => codec as unknown as Type<never, unknown, unknown>);

/** Each member of a record in its turn, the others as they are. */
const spoilt = (record: object, value: unknown): ReadonlyArray<object> =>
  Object.keys(record).map((name) => ({ ...record, [name]: value }));

const meta = { ...pendingMeta('x'), status: 'SUCCESS', groupId: 'g', args: [], kwargs: {} };
const request = {
  id: 'x',
  children: [],
  group: 'g',
  args: [],
  stamps: { a: 1 },
  stampedHeaders: ['a'],
};
const call = {
  task: 't',
  id: 'i',
  args: [],
  kwargs: {},
  headers: {},
  chain: [],
  replyTo: 'r',
  deliveryTag: 'd',
};
const message = {
  body: Buffer.from(''),
  contentType: '',
  contentEncoding: '',
  headers: {},
  properties: {},
};

const expectEither = (run: () => E.Either<unknown, unknown>): void => {
  expect(run()).toHaveProperty('_tag');
};

const expectTotal = (value: unknown): void => {
  const any = value as never;
  for (const serializer of serializers) {
    expectEither(() => serializer.encode(value));
    expectEither(() => serializer.encode({ a: [value] }));
    expectEither(() => serializer.decode(any));
    expectEither(() => encodeSavedGroup(serializer)(any));
    for (const m of spoilt(meta, value))
      expectEither(() => encodeTaskMeta(serializer)(m as TaskMeta));
    for (const c of spoilt(call, value)) expectEither(() => taskMessage(serializer)(c as never));
  }
  for (const m of spoilt(message, value)) expectEither(() => encodeMessage(m as Message));
  for (const r of [...spoilt(request, value), any]) {
    const now = new Date(0);
    expect(
      resultMeta({
        taskId: 'x',
        result: value,
        state: 'FAILURE',
        request: r as never,
        extended: true,
        now,
      }),
    ).toHaveProperty('status');
  }
  for (const codec of codecs) {
    expect(typeof codec.is(value)).toBe('boolean');
    expectEither(() => codec.decode(value));
    expectEither(() => codec.decode([[value, value], value]));
  }
  const { task, group, chord } = keys();
  for (const of of [task, group, chord]) expectEither(() => of(any));
};

describe('whatever they are given, the codecs of the wire give a Left and never throw', () => {
  it.each(oddest)('%s', (_, value) => expectTotal(value));

  it('anything', () => {
    fc.assert(fc.property(odd, expectTotal), { numRuns: 300 });
  });
});

describe('a serializer of the user', () => {
  const broken = (run: () => unknown): Serializer =>
    total({
      ...json,
      name: 'mine',
      encode: run as Serializer['encode'],
      decode: run as Serializer['decode'],
    });

  it.each<[string, () => unknown]>([
    ['returns undefined', () => undefined],
    ['returns a text', () => 'text'],
    ['returns a Right of nothing', () => E.right(undefined)],
    ['returns a Left of anything', () => E.left({ problem: 1 })],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    [
      'throws what throws',
      () => {
        throw oddest.find(([name]) => name === 'a revoked proxy')?.[1];
      },
    ],
    ['returns a promise', () => Promise.resolve(E.right('x'))],
  ])('that %s is a Left', (name, run) => {
    expect(broken(run).encode(1)).toMatchObject({ left: { _tag: 'EncodeError' } });
    if (name !== 'returns a Right of nothing') {
      expect(broken(run).decode(Buffer.from('1'))).toMatchObject({ left: expect.any(String) });
    }
  });

  it('may give bytes that are no Buffer', () => {
    expect(broken(() => E.right(Uint8Array.of(1))).encode(1)).toEqual(E.right(Buffer.of(1)));
  });
});
