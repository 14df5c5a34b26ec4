import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import type { Serializer } from '../../src/serialization/serializer.js';
import { EXCEPTION_STATES } from '../../src/states.js';
import { pythonException } from '../../src/wire/exception.js';
import type { TaskRequest } from '../../src/wire/request.js';
import { resultMeta } from '../../src/wire/resultMeta.js';
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../../src/wire/taskMeta.js';
import { yaml } from '../../src/yaml/yaml.js';
import { odd, secretive } from './oddValues.js';

interface Parts {
  readonly result?: unknown;
  readonly traceback?: unknown;
  readonly request?: unknown;
}

/** What is read of a failure that was stored with these. */
const stored = (parts: Parts, serializer: Serializer = json, state = 'FAILURE'): TaskMeta => {
  const meta = resultMeta({
    taskId: 'x',
    result: pythonException('ValueError', ['boom']),
    state,
    extended: true,
    now: new Date(0),
    ...(parts as object),
  });
  const bytes = encodeTaskMeta(serializer)(meta);
  if (E.isLeft(bytes)) throw bytes.left;
  const read = decodeTaskMeta(serializer)('key', Buffer.from(bytes.right as string), 'x');
  if (E.isLeft(read)) throw read.left;
  return read.right;
};

const requestWith = (members: object): TaskRequest => ({ id: 'x', task: 't', ...members });

const cut = 'it went 😀'.slice(0, 9);

describe('a failure', () => {
  it.each([json, yaml])(
    'keeps a text that is cut within an emoji, as Celery does, in $name',
    (s) => {
      const parts = {
        traceback: `a\n${cut}`,
        request: requestWith({ args: [cut], hostname: cut }),
      };
      expect(stored({ ...parts, result: pythonException('E', [cut]) }, s)).toMatchObject({
        result: { args: [cut] },
        traceback: `a\n${cut}`,
        args: [cut],
        worker: cut,
      });
    },
  );

  it('tells in MessagePack, which has no half a surrogate pair, the half by its escape', () => {
    const parts = { traceback: `a\n${cut}`, request: requestWith({ args: [cut, 1] }) };
    expect(stored({ ...parts, result: pythonException('E', [cut, 2]) }, msgpack)).toMatchObject({
      result: { args: ["'it went \\ud83d'", 2] },
      traceback: 'a\nit went \\ud83d',
      args: ["'it went \\ud83d'", 1],
    });
  });

  it.each([
    [
      'an argument',
      { args: [1, () => 0, new Set()] },
      { args: [1, '<function <lambda>>', '<Set object>'] },
    ],
    ['a keyword', { kwargs: { a: 1, f: Symbol('s') } }, { kwargs: { a: 1, f: '<Symbol(s)>' } }],
    ['all arguments', { args: new Set() }, { args: '<Set object>' }],
    ['the worker', { hostname: new Set() }, { worker: '<Set object>' }],
    [
      'a stamp',
      { stamps: { s: new Set() }, stampedHeaders: ['s'] },
      { rest: { s: '<Set object>' } },
    ],
    ['the group', { group: new Set() }, { groupId: '<Set object>' }],
    [
      'a child',
      { children: [null, { _tag: 'AsyncResult', id: 'c', parent: null }] },
      { children: [{ id: 'c' }] },
    ],
    ['all children', { children: 5 }, { children: [] }],
    ['its chordis exception', { args: [pythonException('E', [1])] }, { args: ['E(1)'] }],
  ])('is stored where %s has no form, which its repr tells', (_, members, read) => {
    for (const state of EXCEPTION_STATES) {
      expect(stored({ request: requestWith(members) }, json, state)).toMatchObject({
        status: state,
        result: { args: ['boom'] },
        ...read,
      });
    }
  });

  it('is an exception where a value has no form', () => {
    expect(stored({ result: new Set() })).toMatchObject({
      result: { excType: 'Exception', args: ['<Set object>'] },
    });
  });

  it('is stored without what throws when it is looked at', () => {
    const boom = pythonException('ValueError', ['boom']);
    expect(stored({ request: secretive({ id: 'x' }) })).toMatchObject({ result: boom });
    expect(stored({ request: requestWith({ args: secretive([1]) }) })).toMatchObject({
      result: boom,
      args: '<unprintable object>',
    });
  });

  it('is stored, whatever is about it', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(json, yaml, msgpack),
        fc.constantFrom(...EXCEPTION_STATES),
        odd,
        odd,
        fc.record(
          {
            args: odd,
            kwargs: odd,
            hostname: odd,
            group: odd,
            children: odd,
            retries: odd,
            stamps: odd,
            stampedHeaders: odd,
            deliveryInfo: odd,
            task: odd,
            parentId: odd,
          },
          { requiredKeys: [] },
        ),
        (serializer, state, result, traceback, members) => {
          const parts = { result, traceback, request: requestWith(members) };
          expect(stored(parts, serializer, state)).toMatchObject({ taskId: 'x' });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is not what a SUCCESS is: that says where it has no form', () => {
    const request = requestWith({ args: [1, () => 0] });
    const meta = resultMeta({
      taskId: 'x',
      result: 1,
      state: 'SUCCESS',
      request,
      extended: true,
      now: new Date(0),
    });
    expect(encodeTaskMeta(json)(meta)).toMatchObject({ left: { path: '$.args[1]' } });
  });
});
