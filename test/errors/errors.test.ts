import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as Errors from '../../src/errors/errors.js';
import type { TaskException } from '../../src/errors/taskException.js';

const cause = new Error('the cause');
const exception: TaskException = {
  excType: 'ValueError',
  excModule: 'builtins',
  args: ['bad input', 7],
  repr: "ValueError('bad input', 7)",
};

type Tag = Errors.ResultStoreError['_tag'];

/** One of each; an error that is missing here does not compile. */
const samples: { readonly [T in Tag]: Extract<Errors.ResultStoreError, { readonly _tag: T }> } = {
  Aborted: new Errors.Aborted(cause),
  AclError: new Errors.AclError('+subscribe', 'SUBSCRIBE', 'celery-task-meta-a', cause),
  AuthenticationError: new Errors.AuthenticationError('localhost:6379', cause),
  ChordError: new Errors.ChordError("Dependency a raised ValueError('bad input', 7)"),
  Closed: new Errors.Closed('backend'),
  CommandTimeout: new Errors.CommandTimeout('GET', 'celery-task-meta-a', 5),
  ConnectionError: new Errors.ConnectionError('localhost:6379', true, cause),
  ContentDisallowed: new Errors.ContentDisallowed('application/x-python-serialize', 'is refused'),
  DecodeError: new Errors.DecodeError('celery-task-meta-a', Buffer.from('{'), 'is cut short'),
  EncodeError: new Errors.EncodeError('$.result[2]', 'a function has no form in JSON'),
  ImproperlyConfigured: new Errors.ImproperlyConfigured('port', 'must be a number'),
  InvalidArgument: new Errors.InvalidArgument('taskId', 'must not be empty'),
  InvalidResult: new Errors.InvalidResult('a', 'seven', 'the result is no number'),
  OfflineQueueFull: new Errors.OfflineQueueFull(1000),
  ResponseError: new Errors.ResponseError('WRONGTYPE', 'GET', 'celery-task-meta-a', cause),
  ResultCancelled: new Errors.ResultCancelled('a'),
  ResultTimeout: new Errors.ResultTimeout('a', 10),
  RetryLimitExceeded: new Errors.RetryLimitExceeded(20, new Errors.Closed('backend')),
  TaskFailed: new Errors.TaskFailed('a', 'FAILURE', exception, 'Traceback …'),
  Unavailable: new Errors.Unavailable('BUSY', 'localhost:6379', cause),
  UnexpectedError: new Errors.UnexpectedError(cause),
  ValueTooLarge: new Errors.ValueTooLarge('celery-task-meta-a', 600_000_000, 536_870_912),
};
const all = Object.entries(samples).map(([tag, error]) => ({ tag, error }));

describe('a ResultStoreError', () => {
  it.each(all)('is an Error named as its tag: $tag', ({ tag, error }) => {
    expect(error).toBeInstanceOf(Error);
    expect(error._tag).toBe(tag);
    expect(error.name).toBe(tag);
    expect(String(error)).toBe(`${tag}: ${error.message}`);
  });

  it.each(all)('has a stack that leads to where it was made: $tag', ({ tag, error }) => {
    expect(error.stack).toContain(`${tag}: ${error.message}`);
    expect(error.stack).toContain('errors.test.ts');
  });

  it.each(all)('says what happened in words: $tag', ({ error }) => {
    expect(error.message).not.toBe('');
    expect(error.message).not.toMatch(/undefined|\[object/);
  });

  it('keeps its cause', () => {
    expect(samples.Aborted.cause).toBe(cause);
    const { AclError, AuthenticationError, ConnectionError, ResponseError, UnexpectedError } =
      samples;
    for (const error of [
      AclError,
      AuthenticationError,
      ConnectionError,
      ResponseError,
      UnexpectedError,
    ]) {
      expect(error.cause).toBe(cause);
      expect(error.message).toContain('the cause');
    }
    expect(samples.RetryLimitExceeded.cause).toBeInstanceOf(Errors.Closed);
  });

  it('names the task or key that it is about', () => {
    expect(samples.TaskFailed.message).toBe("Task a FAILURE: ValueError('bad input', 7)");
    expect(samples.ResultTimeout.message).toContain('Task a has no result after 10 s');
    expect(samples.CommandTimeout.message).toContain('GET celery-task-meta-a');
    expect(samples.AclError.message).toContain('+subscribe');
    expect(samples.ValueTooLarge.message).toContain('celery-task-meta-a');
  });

  it('advises about options in a field of its own', () => {
    expect(samples.OfflineQueueFull.hint).toContain('maxOfflineQueue');
    expect(samples.ResultTimeout.hint).toContain('timeout');
    expect(samples.Closed.hint).toBeUndefined();
    expect(Object.keys(samples.Closed)).not.toContain('hint');
  });

  it("tells a task's exception field by field", () => {
    const { excType, excModule, args, traceback, state } = samples.TaskFailed;
    expect({ excType, excModule, args, traceback, state }).toEqual({
      excType: 'ValueError',
      excModule: 'builtins',
      args: ['bad input', 7],
      traceback: 'Traceback …',
      state: 'FAILURE',
    });
  });
});

describe('the JSON of an error', () => {
  const json = (error: Errors.ResultStoreError) => JSON.parse(JSON.stringify(error));

  it.each(all)('has its tag and message, and only plain fields: $tag', ({ tag, error }) => {
    const told = json(error);
    expect(told).toMatchObject({ _tag: tag, message: error.message });
    for (const value of Object.values(told)) expect(typeof value).not.toBe('object');
    expect(told).not.toHaveProperty('stack');
    expect(told).not.toHaveProperty('hint');
  });

  it('has the message of the cause', () => {
    expect(json(samples.ResponseError)).toEqual({
      _tag: 'ResponseError',
      message: 'GET celery-task-meta-a: the cause',
      code: 'WRONGTYPE',
      command: 'GET',
      key: 'celery-task-meta-a',
      cause: 'the cause',
    });
  });

  it('has no payload, no bytes and no traceback', () => {
    expect(json(samples.DecodeError)).toEqual({
      _tag: 'DecodeError',
      message: 'celery-task-meta-a: is cut short',
      key: 'celery-task-meta-a',
      problem: 'is cut short',
    });
    expect(json(samples.InvalidResult)).toEqual({
      _tag: 'InvalidResult',
      message: 'Task a: the result is no number',
      taskId: 'a',
      problem: 'the result is no number',
    });
    expect(json(samples.TaskFailed)).toEqual({
      _tag: 'TaskFailed',
      message: "Task a FAILURE: ValueError('bad input', 7)",
      taskId: 'a',
      state: 'FAILURE',
      excType: 'ValueError',
      excModule: 'builtins',
    });
  });

  it('does not throw, whatever the error is about', () => {
    const secretive = new Error('s');
    Object.defineProperty(secretive, 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    const exotic = { ...exception, args: [2n ** 64n, Symbol('s'), () => 0] };
    for (const error of [
      new Errors.TaskFailed('a', 'FAILURE', exotic, null),
      new Errors.InvalidResult('a', 2n ** 64n, 'too large'),
      new Errors.UnexpectedError(2n ** 64n),
      Object.assign(new Errors.Closed('backend'), { cause: secretive }),
    ]) {
      expect(json(error)._tag).toBe(error._tag);
    }
  });
});

describe('InvalidResult', () => {
  it('has what the codec itself said, which is not shown', () => {
    const issues = [{ message: 'no number', path: ['a', { key: 0 }] }];
    const error = new Errors.InvalidResult('a', { secret: 1 }, 'the result is no number', issues);
    expect(error.issues).toBe(issues);
    expect(inspect(error)).not.toMatch(/secret|no number', path/);
    expect(samples.InvalidResult.issues).toEqual([]);
  });
});

describe('isResultStoreError', () => {
  it.each(all)('accepts $tag', ({ error }) => {
    expect(Errors.isResultStoreError(error)).toBe(true);
  });

  it.each([cause, { _tag: 'Closed', message: 'a look-alike' }, 'Closed', null, undefined])(
    'refuses %o',
    (other) => {
      expect(Errors.isResultStoreError(other)).toBe(false);
    },
  );
});

describe('fromUnknown', () => {
  it.each(all)('leaves $tag as it is', ({ error }) => {
    expect(Errors.fromUnknown(error)).toBe(error);
  });

  it.each([
    [cause, 'the cause'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
  ])('wraps any other value, and keeps it: %o', (thrown, message) => {
    const error = Errors.fromUnknown(thrown);
    expect(error._tag).toBe('UnexpectedError');
    expect(error.cause).toBe(thrown);
    expect(error.message).toBe(message);
  });
});

describe('fold', () => {
  const telling = Errors.fold<string>({
    Aborted: ({ message }) => message,
    AclError: ({ rule }) => rule,
    AuthenticationError: ({ address }) => address,
    ChordError: ({ message }) => message,
    Closed: ({ what }) => what,
    CommandTimeout: ({ command }) => command,
    ConnectionError: ({ address }) => address,
    ContentDisallowed: ({ contentType }) => contentType,
    DecodeError: ({ problem }) => problem,
    EncodeError: ({ path }) => path,
    ImproperlyConfigured: ({ option }) => option,
    InvalidArgument: ({ argument }) => argument,
    InvalidResult: ({ value }) => `${value}`,
    OfflineQueueFull: ({ limit }) => `${limit}`,
    ResponseError: ({ code }) => code,
    ResultCancelled: ({ taskId }) => taskId,
    ResultTimeout: ({ seconds }) => `${seconds}`,
    RetryLimitExceeded: ({ retries }) => `${retries}`,
    TaskFailed: ({ excType }) => excType,
    Unavailable: ({ code }) => code,
    UnexpectedError: ({ message }) => message,
    ValueTooLarge: ({ bytes }) => `${bytes}`,
  });

  it('gives each error to the case of its tag, with its own fields', () => {
    expect(all.map(({ error }) => telling(error))).toEqual([
      'The wait was aborted by its signal',
      '+subscribe',
      'localhost:6379',
      "Dependency a raised ValueError('bad input', 7)",
      'backend',
      'GET',
      'localhost:6379',
      'application/x-python-serialize',
      'is cut short',
      '$.result[2]',
      'port',
      'taskId',
      'seven',
      '1000',
      'WRONGTYPE',
      'a',
      '10',
      '20',
      'ValueError',
      'BUSY',
      'the cause',
      '600000000',
    ]);
  });

  it('asks for a case of every tag, and no other', () => {
    type Cases = Parameters<typeof Errors.fold<number>>[0];
    expectTypeOf<keyof Cases>().toEqualTypeOf<Tag>();
    expectTypeOf<Cases['Closed']>().toEqualTypeOf<(error: Errors.Closed) => number>();
  });
});

describe('foldW', () => {
  const always = <A>(a: A) =>
    Object.fromEntries(all.map(({ tag }) => [tag, () => a])) as { readonly [T in Tag]: () => A };

  it('takes cases of several types, all of them', () => {
    const fold = Errors.foldW({ ...always(1), Closed: ({ what }) => what });
    expectTypeOf(fold).returns.toEqualTypeOf<number | string>();
    expect(fold(samples.Closed)).toBe('backend');
    expect(fold(samples.TaskFailed)).toBe(1);
    // @ts-expect-error: a case is missing
    Errors.foldW({ Closed: () => 1 });
  });
});

describe('foldOr', () => {
  const statusOf = Errors.foldOr(
    { TaskFailed: ({ excType }) => excType, ResultTimeout: ({ taskId }) => taskId },
    (error) => {
      expectTypeOf(error).toEqualTypeOf<
        Exclude<Errors.ResultStoreError, Errors.TaskFailed | Errors.ResultTimeout>
      >();
      return 500;
    },
  );

  it('has a case for all that have none of their own', () => {
    expectTypeOf(statusOf).returns.toEqualTypeOf<string | number>();
    expect(statusOf(samples.TaskFailed)).toBe('ValueError');
    expect(statusOf(samples.ResultTimeout)).toBe('a');
    for (const { error } of all) {
      if (error._tag !== 'TaskFailed' && error._tag !== 'ResultTimeout') {
        expect(statusOf(error)).toBe(500);
      }
    }
  });

  it('takes no case of a tag that there is not', () => {
    // @ts-expect-error: there is no such tag
    Errors.foldOr({ Closd: () => 1 }, () => 2);
  });
});
