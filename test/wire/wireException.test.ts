import { inspect } from 'node:util';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/serialization/json.js';
import { isTaskException, pythonException } from '../../src/wire/exception.js';
import { withSerializableArgs } from '../../src/wire/serializable.js';
import { fromThrown } from '../../src/wire/thrown.js';
import { fromWireException, TaskException, toWireException } from '../../src/wire/wireException.js';
import { pythonValue, wireBytes } from '../pythonValue.js';
import { type Case, picked, vectors } from '../vectors.js';
import { exceptions } from './arbitraries.js';

const main = picked(vectors('exceptions'), (c) => c.celery === '5.7.0');

const named = (c: Case): string => c.name.replace(/^.*?\/.*?\//, '');

const decoded = (wire: string): unknown => {
  const value = json.decode(wireBytes(wire));
  if (E.isLeft(value)) throw new Error(value.left);
  return value.right;
};

/** What Python passes to the constructor has no counterpart here. */
const inexpressible: Readonly<Record<string, string>> = {
  'set-arg': 'a set has no place in JSON, and its repr is not that of a JavaScript Set',
  'object-arg': 'an object no serializer knows, named by a repr of its own',
  'object-and-plain-args': 'the same',
  'object-nested-in-list': 'the same',
  'timedelta-arg': 'no timedelta in JavaScript',
  'class-arg': 'a Python class',
  'dict-tuple-keys': 'no tuples in JavaScript',
  'custom-formatting-init': "the class's own constructor changes the argument",
  'custom-no-arg-init': "the class's own constructor makes the argument",
  'OSError-two-args': 'OSError makes an instance of another class',
  'FileNotFoundError-three-args':
    'OSError makes an instance of another class and drops an argument',
  'celery-Retry': 'an exception that is its own argument',
};

/** Classes with a `__repr__` or constructor of their own. */
const ownRepr: Readonly<Record<string, string>> = {
  'custom-repr': 'prints what it likes',
  'celery-Reject': 'prints a sentence',
  'celery-Retry': 'is its own argument',
  'tuple-arg': 'no tuples in JavaScript: a list is printed',
};

const prepared = picked(main, (c) => c.op === 'prepare');

describe('writing an exception', () => {
  it.each(picked(prepared, (c) => !(named(c) in inexpressible)))(
    'gives the bytes Celery writes: $name',
    (c) => {
      const exception = pythonValue(c.input);
      if (!isTaskException(exception)) throw new Error('no exception');
      const wire = toWireException(withSerializableArgs(json)(exception));
      expect(json.encode(wire)).toEqual(E.right(c.wire));
    },
  );

  it.each(picked(prepared, (c) => !(named(c) in inexpressible) && !(named(c) in ownRepr)))(
    'prints it as Python does: $name',
    (c) => {
      expect(pythonValue(c.input)).toMatchObject({ repr: c.repr });
    },
  );

  it('names only recorded cases as inexpressible', () => {
    const names = prepared.map(named);
    for (const name of Object.keys({ ...inexpressible, ...ownRepr })) expect(names).toContain(name);
  });

  it('replaces an argument that cannot be encoded by its repr', () => {
    const exception = pythonException('ValueError', ['ok', new Set([1]), [1, () => 0], 3]);
    expect(withSerializableArgs(json)(exception).args).toEqual([
      'ok',
      '<Set object>',
      '[1, <function <lambda>>]',
      3,
    ]);
  });
});

/** Where Python raises since it resolved the name: here it is data, as any other. */
const lookedUp = /^(security-|constructor-|unicode-decode-error-args)/;

const readCases = picked(vectors('exceptions'), (c) => c.op === 'read');

describe('reading an exception', () => {
  it.each(
    picked(
      [...prepared, ...readCases],
      (c) => c.read.ok && !lookedUp.test(named(c)) && !(named(c) in inexpressible),
    ),
  )('finds the type and arguments that Python finds: $name', (c) => {
    const wire = decoded(c.wire);
    const exception = fromWireException(wire);
    // A constructor that was called without what it needs: Python falls back to Exception.
    const fallback = c.read.ok.qualname === 'Exception';
    expect(exception).toMatchObject({
      right: fallback
        ? {}
        : { excType: c.read.ok.qualname, args: pythonValue(c.read.ok.args, true) },
    });
    if (E.isLeft(exception)) return;
    const module = exception.right.excModule;
    const placeholders = ['celery.exceptions', 'celery.backends.base'];
    if (!fallback && !placeholders.includes(c.read.ok.module)) {
      expect(module).toBe(c.read.ok.module);
    }
    if (!fallback && !(named(c) in ownRepr)) expect(exception.right.repr).toBe(reprOf(c));
  });

  it.each(picked(readCases, (c) => lookedUp.test(named(c))))(
    'takes a name that Python would refuse to resolve for data: $name',
    (c) => {
      const wire = decoded(c.wire) as { exc_type: string; exc_module: string };
      expect(fromWireException(wire)).toMatchObject({
        right: { excType: wire.exc_type, excModule: wire.exc_module },
      });
    },
  );

  it.each(picked(readCases, (c) => c.read.error && !lookedUp.test(named(c))))(
    'refuses what Python cannot read: $name',
    (c) => {
      expect(fromWireException(decoded(c.wire))).toHaveProperty('left');
    },
  );

  it.each(picked(readCases, (c) => 'ok' in c.read && c.read.ok === null))(
    'finds none where Python finds None: $name',
    (c) => {
      expect(fromWireException(decoded(c.wire))).toHaveProperty('left');
    },
  );

  it.each([
    [[[{ toString: 1 }, 2]]],
    [[[[], 2]]],
    [[[5, 2]]],
    [
      [
        ['exc_type', 'X'],
        [null, 1],
      ],
    ],
  ])('takes no list of pairs for a dict unless its keys are texts: %j', (pairs) => {
    expect(fromWireException(pairs)).toEqual(E.left('an exception is not an object'));
  });

  it.each([
    '{"exc_type": "X"}',
    '{"exc_type": "X", "exc_message": "a text"}',
    '{"exc_type": "X", "exc_message": null, "exc_module": null}',
    '{"exc_type": "X", "exc_message": ["tb"], "custom": {"code": 5}}',
    '{"exc_type": "X", "exc_message": [], "exc_module": "app", "__proto__": {"bad": 1}}',
    '{"exc_type": "X", "exc_message": {"field": ["required"]}, "exc_module": 5, "more": null}',
  ])('keeps what it was stored with: %s', (wire) => {
    const exception = fromWireException(decoded(wire));
    expect(E.map(isTaskException)(exception)).toEqual(E.right(true));
    for (const same of [TaskException.encode, withSerializableArgs(json), fromThrown]) {
      const written = E.map((e: TaskException) => toWireException(asException(same(e))))(exception);
      expect(E.chainW(json.encode)(written)).toEqual(E.right(wire));
    }
  });

  it('has the other members at hand', () => {
    const wire = { exc_type: 'X', exc_message: ['tb'], custom: { code: 5 } };
    expect(fromWireException(wire)).toEqual(
      E.right({ ...pythonException('X', ['tb'], null), rest: { custom: { code: 5 } } }),
    );
  });

  it('writes a list of pairs as the dict that Python makes of it', () => {
    const pairs = [
      ['exc_type', 'X'],
      ['exc_message', 'a text'],
      ['n', 1],
    ];
    expect(E.map(toWireException)(fromWireException(pairs))).toEqual(
      E.right({ exc_type: 'X', exc_message: 'a text', n: 1 }),
    );
  });

  it('replaces a member that cannot be encoded by its repr, and no missing one', () => {
    const exception = fromWireException({ exc_type: 'X', exc_message: 'x', set: new Set() });
    const wire = E.map((e: TaskException) => toWireException(withSerializableArgs(json)(e)))(
      exception,
    );
    expect(E.chainW(json.encode)(wire)).toEqual(
      E.right('{"exc_type": "X", "exc_message": "x", "set": "<Set object>"}'),
    );
  });

  it('looks the same when its arguments are long, which are printed when asked for', () => {
    const args = ['x'.repeat(1000), { rows: Array.from({ length: 100 }, (_, i) => ({ i })) }];
    const read = () => {
      const exception = fromWireException(toWireException(pythonException('E', args)));
      if (E.isLeft(exception)) throw new Error(exception.left);
      return exception.right;
    };
    const made = pythonException('E', args);
    expect(inspect(read())).toBe(inspect(made));
    expect(JSON.stringify(read())).toBe(JSON.stringify(made));
    expect({ ...read() }).toStrictEqual(made);
    expect(read()).toStrictEqual(made);
    expect(structuredClone(read())).toStrictEqual(made);
    expect(Object.keys(read())).toEqual(Object.keys(made));
    expect(Object.freeze(read()).repr).toBe(made.repr);
    const exception = read();
    expect(exception.repr).toBe(made.repr);
    expect(Object.getOwnPropertyDescriptors(exception)).toMatchObject(
      Object.getOwnPropertyDescriptors(made),
    );
  });

  it('elides arguments whose repr is longer than a string can be', () => {
    const text = 'x'.repeat(2 ** 25);
    expect(pythonException('E', Array(16).fill(text)).repr).toBe('E(...)');
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (u) => {
        expect(TaskException.decode(u)).toHaveProperty('_tag');
      }),
    );
  });

  it('survives a round trip', () => {
    fc.assert(
      fc.property(exceptions, (exception) => {
        expect(TaskException.is(exception)).toBe(true);
        expect(TaskException.decode(TaskException.encode(exception))).toEqual(E.right(exception));
      }),
    );
  });
});

/** As one that is written gives it. */
const asException = (u: unknown): TaskException => {
  if (isTaskException(u)) return u;
  const exception = fromWireException(u);
  if (E.isLeft(exception)) throw new Error(exception.left);
  return exception.right;
};

const reprOf = (c: Case): string => c.read.ok.repr;

describe("Celery's wrapper of an exception that cannot be pickled", () => {
  const wire = {
    exc_type: 'UnpickleableExceptionWrapper',
    exc_message: ['shop', 'QuotaError', [{ left: 0 }], "QuotaError({'left': 0})"],
    exc_module: 'celery.utils.serialization',
  };

  it('is read as that exception, and written back as it was', () => {
    const exception = fromWireException(wire);
    expect(exception).toMatchObject({
      right: {
        excType: 'QuotaError',
        excModule: 'shop',
        args: [{ left: 0 }],
        repr: "QuotaError({'left': 0})",
      },
    });
    if (E.isLeft(exception)) throw new Error(exception.left);
    expect(json.encode(toWireException(exception.right))).toEqual(json.encode(wire));
    expect(json.encode(toWireException(fromThrown(exception.right)))).toEqual(json.encode(wire));
  });

  it.each([
    { ...wire, exc_message: 'text' },
    { ...wire, exc_message: ['shop', 'QuotaError', [1]] },
    { ...wire, exc_message: [5, 'QuotaError', [1], 'text'] },
    { ...wire, exc_module: 'shop' },
  ])('is an exception like any other where it is none of Celery: %j', (other) => {
    expect(fromWireException(other)).toMatchObject({
      right: { excType: 'UnpickleableExceptionWrapper' },
    });
  });
});
