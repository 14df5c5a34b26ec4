import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { ConnectionError, Unavailable } from '../../src/errors/errors.js';
import type { Result, Run, Settle } from '../../src/operation/run.js';
import { Line, wasCut } from '../../src/store/line.js';

const cut = new ConnectionError('h:1', true, new Error('ECONNRESET'));
const refused = new ConnectionError('h:1', false, new Error('ECONNREFUSED'));

/** Runs that end when they are told to, and the names of those that have begun and ended. */
const noted = () => {
  const line = new Line();
  const begun: Array<string> = [];
  const ended: Array<string> = [];
  const settles = new Map<string, Settle<string>>();
  const start = (name: string) => {
    const run: Run<string> = (settle) => {
      begun.push(name);
      settles.set(name, settle);
      return () => ended.push(`${name} cancelled`);
    };
    return line.inTurn(run)((result) => ended.push(E.isRight(result) ? name : `${name} failed`));
  };
  const end = (name: string, result: Result<string> = E.right(name)) => settles.get(name)?.(result);
  return { start, end, begun, ended };
};

describe('a line', () => {
  it('lets one run after another, in their order', () => {
    const { start, end, begun, ended } = noted();
    for (const name of ['a', 'b', 'c']) start(name);
    expect(begun).toEqual(['a']);
    end('a');
    expect(begun).toEqual(['a', 'b']);
    end('b', E.left(cut));
    end('c');
    expect(ended).toEqual(['a', 'b failed', 'c']);
    start('d');
    expect(begun.at(-1)).toBe('d');
  });

  it('lets all go where one finds no server to answer it', () => {
    const { start, end, begun } = noted();
    for (const name of ['a', 'b', 'c']) start(name);
    end('a', E.left(refused));
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('passes over what was cancelled, before its turn or in it', () => {
    const { start, end, begun, ended } = noted();
    const [a, b] = ['a', 'b', 'c'].map(start);
    b?.();
    a?.();
    expect(begun).toEqual(['a', 'c']);
    end('c');
    expect(ended).toEqual(['a cancelled', 'c']);
  });

  it('is for what was under way when the link broke', () => {
    expect([cut, refused, new Unavailable('BUSY', 'h:1', new Error('BUSY'))].map(wasCut)).toEqual([
      true,
      false,
      false,
    ]);
  });
});
