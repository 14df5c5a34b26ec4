import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/operation/run.js';
import type { Codec } from '../../src/result/codec.js';
import { exceptionOf, outcome } from '../../src/result/outcome.js';
import { failure, meta, revoked, success } from '../../src/testing/index.js';
import { pythonException } from '../../src/wire/exception.js';
import type { TaskMeta } from '../../src/wire/taskMeta.js';

/** What it comes to at once. */
const at = <A>(codec: Codec<A>, of: TaskMeta): Result<A> | undefined => {
  let result: Result<A> | undefined;
  outcome(codec)(of)((told) => {
    result = told;
  });
  return result;
};

describe('outcome', () => {
  it('is the value that the codec reads', () => {
    expect(at(t.number, success('a', 5))).toEqual(E.right(5));
  });

  it('is an InvalidResult, with the value and each problem, where the codec refuses it', () => {
    expect(at(t.type({ x: t.number, y: t.number }), success('a', { x: 1 }))).toMatchObject({
      left: {
        _tag: 'InvalidResult',
        taskId: 'a',
        value: { x: 1 },
        problem: expect.stringContaining('y: number'),
      },
    });
  });

  it('is an InvalidResult for any value, however large or deep', () => {
    let deep: unknown = [];
    for (let i = 0; i < 200_000; i += 1) deep = [deep];
    for (const value of [2n ** 70n, deep, 'x'.repeat(1e6), new Date(Number.NaN)]) {
      const refused = at(t.boolean, success('a', value));
      expect(refused).toMatchObject({ left: { _tag: 'InvalidResult', value } });
      expect(refused && E.isLeft(refused) && refused.left.message.length).toBeLessThan(300);
    }
  });

  it('is a TaskFailed in the states whose exception Celery raises', () => {
    expect(at(t.unknown, failure('a', 'KeyError', ['k']))).toMatchObject({
      left: { _tag: 'TaskFailed', message: "Task a FAILURE: KeyError('k')" },
    });
    expect(at(t.unknown, revoked('a'))).toMatchObject({
      left: { _tag: 'TaskFailed', message: "Task a REVOKED: TaskRevokedError('terminated')" },
    });
  });
});

describe('exceptionOf', () => {
  it('is the exception that is stored', () => {
    expect(exceptionOf(failure('a', 'KeyError', ['k']))).toEqual(
      pythonException('KeyError', ['k']),
    );
  });

  it('is made of what else was stored', () => {
    expect(exceptionOf(meta('a', 'FAILURE', 'text')).repr).toBe("Exception('text')");
    expect(exceptionOf(meta('a', 'FAILURE', null)).repr).toBe('Exception()');
  });
});
