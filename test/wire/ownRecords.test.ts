import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import { pythonException } from '../../src/wire/exception.js';
import { resultMeta } from '../../src/wire/resultMeta.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { decodeTaskMeta, encodeTaskMeta } from '../../src/wire/taskMeta.js';
import { yaml } from '../../src/yaml/yaml.js';

const one = asyncResultTuple('a', asyncResultTuple('p'));
const group = groupResultTuple('g', [asyncResultTuple('a'), asyncResultTuple('b')]);
const boom = pythonException('ValueError', ['x', 1]);

/** As a backend's results are. */
const instance = { id: 'a', backend: { password: 's3cret' }, asTuple: () => one };
class Result {
  readonly id = 'a';
  readonly backend = { password: 's3cret' };
  asTuple() {
    return one;
  }
}

const encoded = (result: unknown, state: string, serializer = json) =>
  encodeTaskMeta(serializer)(resultMeta({ taskId: 'x', result, state, now: new Date(0) }));

const read = (bytes: E.Either<unknown, string | Buffer>, serializer = json) => {
  if (E.isLeft(bytes)) throw bytes.left;
  return decodeTaskMeta(serializer)('key', Buffer.from(bytes.right as string), 'x');
};

describe.each([json, yaml, msgpack])("of chordis' own records in $name", (serializer) => {
  it('an exception is refused outside of a failure, at its path', () => {
    expect(encoded(boom, 'ABORTED', serializer)).toMatchObject({ left: { path: '$.result' } });
    expect(encoded({ ...boom }, 'SUCCESS', serializer)).toMatchObject({
      left: { path: '$.result' },
    });
    expect(encoded({ a: [1, boom] }, 'PROGRESS', serializer)).toMatchObject({
      left: { path: '$.result.a[1]' },
    });
  });

  it('a reference that is the value is written as its tuple', () => {
    for (const result of [one, { ...one }, instance, new Result()]) {
      expect(read(encoded(result, 'SUCCESS', serializer), serializer)).toMatchObject({
        right: { result: [['a', [['p', null], null]], null] },
      });
    }
    const tuple = [
      ['g', null],
      [
        [['a', null], null],
        [['b', null], null],
      ],
    ];
    expect(read(encoded(group, 'SUCCESS', serializer), serializer)).toMatchObject({
      right: { result: tuple },
    });
  });

  it('a reference within a value is refused, as in Celery', () => {
    for (const result of [one, group, instance, new Result()]) {
      expect(encoded([result], 'SUCCESS', serializer)).toMatchObject({
        left: { path: '$.result[0]' },
      });
    }
  });

  it('both are told by their repr among the arguments of an exception', () => {
    const many = pythonException('ExceptionGroup', ['many', [pythonException('ValueError', [1])]]);
    expect(read(encoded(many, 'FAILURE', serializer), serializer)).toMatchObject({
      right: { result: { args: ['many', '[ValueError(1)]'] } },
    });
    const args = [one, [group], new Result(), boom, { a: boom }];
    expect(
      read(encoded(pythonException('E', args), 'FAILURE', serializer), serializer),
    ).toMatchObject({
      right: {
        result: {
          args: [
            '<AsyncResult: a>',
            '[<GroupResult: g [a, b]>]',
            '<AsyncResult: a>',
            "ValueError('x', 1)",
            "{'a': ValueError('x', 1)}",
          ],
        },
      },
    });
  });

  it('what only has a member of theirs is data', () => {
    for (const data of [
      { _tag: 'Some', value: 1 },
      { _tag: 'AsyncResult' },
      { excType: 'ValueError', args: [] },
      { id: 'a', parent: null },
    ]) {
      expect(read(encoded([data], 'SUCCESS', serializer), serializer)).toMatchObject({
        right: { result: [data] },
      });
    }
  });
});

describe('the children of a request', () => {
  const withChildren = (children: unknown) =>
    encodeTaskMeta(json)(
      resultMeta({
        taskId: 'x',
        result: 1,
        state: 'SUCCESS',
        request: { id: 'x', children: children as never },
        now: new Date(0),
      }),
    );

  it('may be results as well as their tuples', () => {
    expect(read(withChildren([one, new Result(), group]))).toMatchObject({
      right: { children: [one, one, group] },
    });
  });

  it.each([
    [[null], '$.children[0]'],
    [[one, {}], '$.children[1]'],
    [[one, { id: '', parent: null, _tag: 'Other' }], '$.children[1]'],
    ['ab', '$.children'],
    [{}, '$.children'],
  ])('are refused at the path of what is none: %j', (children, path) => {
    expect(withChildren(children)).toMatchObject({ left: { _tag: 'EncodeError', path } });
  });
});
