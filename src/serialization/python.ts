/**
 * io-ts types of Python's values, for codecs of results. Each is named as what it checks.
 *
 * Each takes the value that a serializer gives, and its text too: where a worker has no marker
 * for a value, it writes that, as Celery up to 5.2 does with dates, ids and `Decimal`s.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as dateTime from './dateTime.js';
import { date, datetime, decimal, time } from './markers.js';
import { isA } from './reason.js';
import { readUuid } from './uuid.js';
import * as values from './values.js';

/** A type of `A`, and of what `read` makes one of. No value is in what it says of a refusal. */
const pythonType = <A>(
  name: string,
  is: t.Is<A>,
  read: (u: unknown) => E.Either<unknown, unknown>,
): t.Type<A, A, unknown> =>
  new t.Type(
    name,
    is,
    (u, context) => {
      if (is(u)) return t.success(u);
      const made = read(u);
      return E.isRight(made) && is(made.right) ? t.success(made.right) : t.failure(u, context);
    },
    t.identity,
  );

const fromText =
  (read: (text: string) => E.Either<unknown, unknown>) =>
  (u: unknown): E.Either<unknown, unknown> =>
    typeof u === 'string' ? read(u) : E.left(u);

const isDate = isA(Date);

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

/**
 * A `datetime`, also as its ISO 8601 text or a `Date`.
 *
 * @example
 * import { python, RedisBackend } from 'chordis'
 * import * as E from 'fp-ts/lib/Either.js'
 * import * as t from 'io-ts'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * await backend.markAsDone('4f1b', { at: new Date(0), count: 3 })()
 * const reading = t.type({ at: python.DateTime, count: python.int })
 * const got = await backend.asyncResult('4f1b', reading).get()()
 * if (E.isRight(got)) console.log(got.right.at.text, got.right.count + 1n)
 * // => 1970-01-01T00:00:00+00:00 4n
 * await backend.close()()
 *
 * @category codecs
 * @since 0.1.0
 */
export const DateTime = pythonType('DateTime', isA(dateTime.DateTime), (u) =>
  isDate(u) && !Number.isNaN(u.getTime()) ? E.right(dateTime.DateTime.utc(u)) : datetime.decode(u),
);

/**
 * A `date`, also as its text.
 *
 * @category codecs
 * @since 0.1.0
 */
export const PlainDate = pythonType('PlainDate', isA(values.PlainDate), date.decode);

/**
 * A `time`, also as its text.
 *
 * @category codecs
 * @since 0.1.0
 */
export const PlainTime = pythonType('PlainTime', isA(values.PlainTime), time.decode);

/**
 * A `Decimal`, also as its text. A number is none: it has lost digits already.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Decimal = pythonType('Decimal', isA(values.Decimal), fromText(decimal.decode));

/**
 * A `uuid.UUID`, also as its text.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Uuid = pythonType(
  'Uuid',
  isA(values.Uuid),
  fromText((hex) => readUuid({ hex })),
);

/**
 * A `float`, also one that was read as a number.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Float = pythonType('Float', isA(values.Float), (u) =>
  typeof u === 'number' ? E.right(new values.Float(u)) : E.left(u),
);

/**
 * An `int` of any size as a `bigint`; a small one is read as a number.
 *
 * @category codecs
 * @since 0.1.0
 */
export const int = pythonType(
  'int',
  (u): u is bigint => typeof u === 'bigint',
  (u) => (Number.isSafeInteger(u) ? E.right(BigInt(u as number)) : E.left(u)),
);

/**
 * The `bytes`.
 *
 * @category codecs
 * @since 0.1.0
 */
export const bytes: t.Type<Buffer, Buffer, unknown> = pythonType(
  'bytes',
  isA<Buffer>(Buffer),
  (u) => (isBytes(u) ? E.right(Buffer.from(u.buffer, u.byteOffset, u.byteLength)) : E.left(u)),
);

const isBytes = isA(Uint8Array);
