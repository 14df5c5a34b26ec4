import { describe, expect, expectTypeOf, it } from 'vitest';
import * as Errors from '../../src/errors/errors.js';
import type { TaskException } from '../../src/wire/exception.js';

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

  it('names the task or key that it is about, and the option to change', () => {
    expect(samples.TaskFailed.message).toBe("Task a FAILURE: ValueError('bad input', 7)");
    expect(samples.ResultTimeout.message).toContain('Task a has no result after 10 s');
    expect(samples.CommandTimeout.message).toContain('GET celery-task-meta-a');
    expect(samples.OfflineQueueFull.message).toContain('maxOfflineQueue');
    expect(samples.AclError.message).toContain('+subscribe');
    expect(samples.ValueTooLarge.message).toContain('celery-task-meta-a');
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
