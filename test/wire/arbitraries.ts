import fc from 'fast-check';
import { DateTime } from '../../src/serialization/dateTime.js';
import { Decimal, PlainDate, PlainTime, Uuid } from '../../src/serialization/values.js';
import { pythonException } from '../../src/wire/exception.js';
import {
  asyncResultTuple,
  groupResultTuple,
  type ResultTuple,
} from '../../src/wire/resultTuple.js';

/** Well-formed text: no half surrogate pairs. */
export const text = fc.string({ unit: 'grapheme' });

const dates = fc
  .date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
  .map(DateTime.utc);

/** What only a marker can say. */
const marked = fc.oneof(
  dates,
  dates.map((date) => new PlainDate(date.text.slice(0, 10))),
  dates.map((date) => new PlainTime(date.text.slice(11, 19))),
  fc.uuid().map((id) => new Uuid(id)),
  fc.integer().map((n) => new Decimal(`${n}.50`)),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

/** Anything that survives a round trip through JSON. */
export const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    text,
    fc.integer(),
    fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
    fc.double(),
    marked,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .dictionary(
        fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '__type__')),
        tie('value'),
        {
          maxKeys: 5,
        },
      )
      .filter((dict) => !('__type__' in dict && '__value__' in dict)),
  ),
})).value;

const ids = text.filter((id) => id !== '');

export const tuples: fc.Arbitrary<ResultTuple> = fc.letrec<{ tuple: ResultTuple }>((tie) => {
  const parent = fc.option(tie('tuple'), { depthSize: 'small' });
  return {
    tuple: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.tuple(ids, fc.constant(null)).map(([id, none]) => asyncResultTuple(id, none)),
      fc.tuple(ids, parent).map(([id, up]) => asyncResultTuple(id, up)),
      fc
        .tuple(ids, fc.array(tie('tuple'), { maxLength: 3 }), parent)
        .map(([id, results, up]) => groupResultTuple(id, results, up)),
    ),
  };
}).tuple;

export const exceptions = fc
  .tuple(text, fc.array(values, { maxLength: 3 }), fc.option(text))
  .map(([type, args, module]) => pythonException(type, args, module));

export const dateTimes = dates;
