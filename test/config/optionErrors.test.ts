import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { improperlyConfigured, kind, unknownOption } from '../../src/config/optionErrors.js';

describe('improperlyConfigured', () => {
  it('names the option by its path, what was expected and what was given', () => {
    const type = t.type({ outer: t.type({ inner: t.number }) });
    expect(E.mapLeft(improperlyConfigured)(type.decode({ outer: { inner: 'x' } }))).toMatchObject(
      E.left({ option: 'outer.inner', problem: 'expected number, got "x"' }),
    );
  });

  it('does not quote a URL, which may hold a password', () => {
    expect(E.mapLeft(improperlyConfigured)(t.number.decode('redis://:secret@h/0'))).toMatchObject(
      E.left({ option: 'options', problem: 'expected number, got a URL' }),
    );
  });
});

describe('kind', () => {
  it('tells what a value is without showing it', () => {
    const values = [null, [1], { a: 1 }, 'a', 1, () => 1, Symbol('a')];
    expect(values.map(kind)).toEqual([
      ...['null', 'an array', 'an object', 'a string', 'a number', 'a function', 'a symbol'],
    ]);
  });
});

describe('unknownOption', () => {
  it("knows Celery's spelling, and any case", () => {
    const known = ['maxConnections', 'sslCaCerts'];
    expect(unknownOption('max_connections', known)).toContain('did you mean maxConnections?');
    expect(unknownOption('sslCACerts', known)).toContain('did you mean sslCaCerts?');
    expect(unknownOption('colour', known)).toContain('expected one of maxConnections, sslCaCerts');
  });
});
