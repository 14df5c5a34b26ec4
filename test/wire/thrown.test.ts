import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskFailed } from '../../src/errors/errors.js';
import { json } from '../../src/serialization/json.js';
import { isTaskException, pythonException } from '../../src/wire/exception.js';
import { withSerializableArgs } from '../../src/wire/serializable.js';
import { fromThrown } from '../../src/wire/thrown.js';

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** A proxy that throws, whatever it is asked for. */
const secretive = <A extends object>(target: A): A =>
  new Proxy(target, {
    get: () => {
      throw new Error('no');
    },
  });

describe('fromThrown', () => {
  class PaymentDeclined extends Error {}
  class Named extends Error {
    override name = 'QuotaExceeded';
  }
  const failed = new TaskFailed('id', 'FAILURE', pythonException('KeyError', ['k']), null);

  it.each([
    [new Error('x'), "Exception('x')", 'builtins'],
    [new TypeError('x'), "TypeError('x')", 'builtins'],
    [new RangeError('x'), "ValueError('x')", 'builtins'],
    [new SyntaxError('x'), "SyntaxError('x')", 'builtins'],
    [new ReferenceError('x'), "NameError('x')", 'builtins'],
    [new Error(), 'Exception()', 'builtins'],
    [new PaymentDeclined('card'), "PaymentDeclined('card')", null],
    [new Named('q'), "QuotaExceeded('q')", null],
    [Object.assign(new Error('x'), { args: ['a', 1] }), "Exception('a', 1)", 'builtins'],
    [pythonException('app.Boom', [1], 'app'), 'Boom(1)', 'app'],
    [failed, "KeyError('k')", 'builtins'],
    ['text', "Exception('text')", 'builtins'],
    [undefined, 'Exception()', 'builtins'],
    [null, 'Exception(None)', 'builtins'],
    [Object.assign(new Error('x'), { name: 5 }), "Exception('x')", 'builtins'],
    [Object.assign(new Error('x'), { name: '' }), "Exception('x')", 'builtins'],
    [Object.assign(new RangeError('x'), { name: '' }), "ValueError('x')", 'builtins'],
    [Object.assign(new PaymentDeclined('x'), { name: null }), "PaymentDeclined('x')", null],
    [Object.assign(new Error('x'), { constructor: undefined }), "Exception('x')", 'builtins'],
    [new (class extends Error {})('x'), "Exception('x')", 'builtins'],
    [new (class extends TypeError {})('x'), "TypeError('x')", 'builtins'],
    [Symbol('s'), 'Exception(<Symbol(s)>)', 'builtins'],
    [Object.assign(Object.create(null), { a: 1 }), "Exception({'a': 1})", 'builtins'],
  ])('gives %s its Python name', (thrown, repr, excModule) => {
    expect(fromThrown(thrown)).toMatchObject({ repr, excModule });
  });

  it('tells the errors of several, and the causes', () => {
    const refused = new AggregateError([
      new Error('connect ECONNREFUSED ::1:5432'),
      new TypeError('b', { cause: new Error('c') }),
    ]);
    expect(fromThrown(refused)).toMatchObject({
      excType: 'Exception',
      args: [
        "[Exception('connect ECONNREFUSED ::1:5432'), TypeError('b', \"caused by Exception('c')\")]",
      ],
    });
    expect(fromThrown(new AggregateError([1, 'x'], 'many')).args).toEqual([
      'many',
      "[Exception(1), Exception('x')]",
    ]);
    const cause = new RangeError('b', { cause: new Error('c', { cause: { code: 5 } }) });
    expect(fromThrown(new Error('a', { cause })).args).toEqual([
      'a',
      "caused by ValueError('b')",
      "caused by Exception('c')",
      "caused by Exception({'code': 5})",
    ]);
  });

  it('is not led in circles, nor made to tell too much', () => {
    const circle = new Error('a');
    circle.cause = new Error('b', { cause: circle });
    expect(fromThrown(circle).args).toEqual(['a', "caused by Exception('b')"]);
    const itself = new AggregateError([], 'a');
    itself.errors.push(itself);
    expect(fromThrown(itself).repr.length).toBeLessThan(200);
    const many = new AggregateError(Array.from({ length: 1000 }, (_, i) => new Error(`${i}`)));
    expect(fromThrown(many).args).toEqual([
      expect.stringMatching(/Exception\('14'\), and 985 more\]$/),
    ]);
  });

  it('leaves alone what other errors keep under the same name', () => {
    const invalid = Object.assign(new Error('x'), { errors: [{ path: ['a'] }] });
    expect(fromThrown(invalid).args).toEqual(['x']);
  });

  it('prints what throws when looked at as far as it can', () => {
    const args = secretive([1]);
    expect(fromThrown(revoked()).repr).toBe("Exception('<unprintable object>')");
    expect(fromThrown(secretive(new Error('x'))).repr).toBe("Exception('<unprintable object>')");
    expect(fromThrown(Object.assign(new Error('x'), { args })).repr).toBe(
      'Exception("Error(\'x\')")',
    );
  });

  it('never throws, and gives what can be stored', () => {
    const odd = fc.oneof(fc.anything(), fc.func(fc.nat()));
    const errors = fc
      .record({ name: odd, message: odd, args: odd, constructor: odd }, { requiredKeys: [] })
      .map((members) => Object.assign(new Error('x'), members));
    fc.assert(
      fc.property(fc.oneof(odd, errors), fc.boolean(), (thrown, isSecretive) => {
        const isObject = typeof thrown === 'object' && thrown !== null;
        const exception = fromThrown(isSecretive && isObject ? secretive(thrown) : thrown);
        expect(isTaskException(exception)).toBe(true);
        expect(exception.excType).not.toBe('');
        expect(withSerializableArgs(json)(exception)).toHaveProperty('repr');
      }),
      { numRuns: 2000 },
    );
  });
});
