import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/serialization/json.js';
import {
  asyncResultTuple,
  fromWireTuple,
  groupResultTuple,
  ResultTuple,
  toWireTuple,
} from '../../src/wire/resultTuple.js';
import { resultTuple } from '../pythonValue.js';
import { picked, vectors } from '../vectors.js';
import { tuples } from './arbitraries.js';

const saved = picked(
  vectors('groups'),
  // An id is a string here.
  (c) => c.op === 'save' && !c.name.endsWith('/save/default/id-none'),
);

describe('ResultTuple', () => {
  it.each(saved)("is written as Celery's as_tuple: $name", (c) => {
    expect(toWireTuple(resultTuple(c.input))).toEqual(c.as_tuple);
  });

  it.each(saved)('is read back: $name', (c) => {
    expect(fromWireTuple(c.as_tuple)).toEqual(E.right(resultTuple(c.input)));
  });

  it('survives a round trip, through JSON too', () => {
    fc.assert(
      fc.property(tuples, (tuple) => {
        expect(ResultTuple.is(tuple)).toBe(true);
        const bytes = E.map(Buffer.from)(json.encode(ResultTuple.encode(tuple)));
        expect(E.chainW((b: Buffer) => json.decode(b))(bytes)).toEqual(E.right(toWireTuple(tuple)));
        expect(ResultTuple.decode(toWireTuple(tuple))).toEqual(E.right(tuple));
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (u) => {
        expect(E.isLeft(ResultTuple.decode(u)) || ResultTuple.decode(u)).toBeTruthy();
      }),
    );
  });

  it('refuses a parent chain that would overflow the stack', () => {
    const deep = Array.from({ length: 100_000 }).reduce<unknown>(
      (parent) => [['id', parent], null],
      null,
    );
    expect(fromWireTuple(deep)).toEqual(E.left('results nested more than 1000 deep'));
  });

  it('reads the bare id of older versions', () => {
    expect(
      fromWireTuple([
        'g',
        [
          ['a', null],
          ['b', null],
        ],
      ]),
    ).toEqual(E.right(groupResultTuple('g', [asyncResultTuple('a'), asyncResultTuple('b')])));
  });
});
