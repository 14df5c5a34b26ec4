/**
 * Random values in the notation of the golden vectors, which `../pythonValue.ts` reads
 * here and `notation.py` in Python.
 */
import fc from 'fast-check';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** A value in the notation. */
export type Notation = unknown;

// -------------------------------------------------------------------------------------
// values
// -------------------------------------------------------------------------------------

export const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"\\/\b\f\n\r\t', '\u007f\u0080\u2028\uffff', '😀', 'x'.repeat(5_000)),
);

/** Half a surrogate pair travels as its escape. */
const halves: fc.Arbitrary<Notation> = fc
  .constantFrom('\ud83d', 'x\ude00', '\ude00\ud83d')
  .map((text) => ({ $py: 'str', json: JSON.stringify(text) }));

const int = (n: bigint): Notation =>
  Number.isSafeInteger(Number(n)) ? Number(n) : { $py: 'int', repr: String(n) };

const ints = fc
  .oneof(
    fc.maxSafeInteger().map(BigInt),
    fc.bigInt(),
    fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 2n ** 64n, 10n ** 300n),
  )
  .map(int);

const float = (n: number): Notation => ({
  $py: 'float',
  repr: Object.is(n, -0) ? '-0.0' : String(n),
});

const floats = fc
  .oneof(
    fc.double(),
    fc.integer(),
    fc.float(),
    fc.constantFrom(1e16, 1e15, 1e22, 1e-4, 1e-5, 1e-7, 0.1 + 0.2, 123456789012345680),
  )
  .map(float);

/** Distinct in Python too, where `1 == True`. */
const keys = fc.oneof(
  { weight: 8, arbitrary: texts },
  { weight: 2, arbitrary: fc.constantFrom('__proto__', 'constructor', 'status', '__type__', '1') },
  { weight: 1, arbitrary: fc.constantFrom(null, true, 2, -3) },
);

const isMemberName = (key: unknown): boolean =>
  typeof key === 'string' && key !== '$py' && !/^(0|[1-9]\d*)$/.test(key);

/** A plain object where JavaScript keeps its members and their order, else a `Map`. */
const dict = (members: ReadonlyArray<readonly [unknown, Notation]>): Notation =>
  members.every(([key]) => isMemberName(key))
    ? Object.fromEntries(members)
    : { $py: 'dict', items: members };

const twoDigits = (max: number, min = 0): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));

const dates = fc
  .tuple(
    fc.integer({ min: 1, max: 9999 }).map((n) => String(n).padStart(4, '0')),
    twoDigits(12, 1),
    twoDigits(28, 1),
  )
  .map((parts) => parts.join('-'));

const times = fc
  .tuple(
    fc.tuple(twoDigits(23), twoDigits(59), twoDigits(59)).map((parts) => parts.join(':')),
    fc.constantFrom('', '.500000', '.000600', '.123456'),
  )
  .map((parts) => parts.join(''));

const zones = fc.constantFrom('', '+00:00', '+05:30', '-03:30');

/** What has a marker: `__type__` and `__value__`. */
const marked: fc.Arbitrary<Notation> = fc.oneof(
  fc.tuple(dates, times, zones).map(([date, time, zone]) => ({
    $py: 'datetime',
    iso: `${date}T${time}${zone}`,
  })),
  dates.map((iso) => ({ $py: 'date', iso })),
  times.map((iso) => ({ $py: 'time', iso })),
  fc.constantFrom('10.50', '1E+30', '-0.001', '0').map((repr) => ({ $py: 'decimal', repr })),
  fc.uuid().map((text) => ({ $py: 'uuid', hex: text.replaceAll('-', '') })),
  fc
    .uint8Array({ maxLength: 6 })
    .map((bytes) => ({ $py: 'bytes', base64: Buffer.from(bytes).toString('base64') })),
);

/** JSON of every kind, and what has a marker. */
export const values: fc.Arbitrary<Notation> = fc.letrec<{ value: Notation }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    texts,
    halves,
    ints,
    floats,
    marked,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(keys, tie('value')), { maxLength: 4, selector: ([key]) => key })
      .map(dict),
  ),
})).value;

const classes = fc.constantFrom(
  ['builtins', 'ValueError'],
  ['builtins', 'KeyError'],
  ['builtins', 'Exception'],
  ['celery.exceptions', 'TaskRevokedError'],
  ['tasks', 'CustomError'],
  ['not.loaded', 'Outer.Inner'],
  ['not.loaded', 'task.<locals>.Local'],
);

export const exceptions = fc
  .tuple(classes, fc.array(values, { maxLength: 3 }))
  .map(([[module, qualname], args]) => ({ $py: 'exception', module, qualname, args }));

export const tracebacks = fc.option(
  fc.oneof(texts, fc.constant('Traceback (most recent call last):\n  File "é.py"\nValueError: \n')),
);

// -------------------------------------------------------------------------------------
// references to results
// -------------------------------------------------------------------------------------

export const taskIds = fc.constantFrom('a', 'tâche {2} 😀');
export const groupIds = fc.constantFrom('g', 'group:2');
export const otherIds = fc.oneof(
  fc.uuid(),
  texts.filter((id) => id !== ''),
);

export const tuples = fc.letrec<{ task: Notation; group: Notation; any: Notation }>((tie) => {
  const parent = fc.option(tie('any'), { depthSize: 'small' });
  return {
    task: fc.record({ $py: fc.constant('AsyncResult'), id: otherIds, parent }),
    group: fc.record({
      $py: fc.constant('GroupResult'),
      id: otherIds,
      results: fc.array(tie('any'), { maxLength: 3 }),
      parent,
    }),
    any: fc.oneof(
      { maxDepth: 3 },
      otherIds.map((id) => ({ $py: 'AsyncResult', id, parent: null })),
      tie('task'),
      tie('group'),
    ),
  };
});
