import fc from 'fast-check';
import { pythonException } from '../../src/wire/exception.js';
import { asyncResultTuple } from '../../src/wire/resultTuple.js';

/** A proxy that throws, whatever it is asked for. */
export const secretive = <A extends object>(target: A): A =>
  new Proxy(target, {
    get: () => {
      throw new Error('no');
    },
    ownKeys: () => {
      throw new Error('no');
    },
    getPrototypeOf: () => {
      throw new Error('no');
    },
  });

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

const cycle: Record<string, unknown> = {};
cycle.self = [cycle];

const deep = (around: (inner: unknown) => unknown): unknown =>
  Array.from({ length: 50_000 }).reduce<unknown>(around, null);

const parents: Record<string, unknown> = { _tag: 'AsyncResult', id: 'a' };
parents.parent = parents;

const throwing = (thrown: unknown): unknown => ({
  get member(): unknown {
    throw thrown;
  },
});

/** What no serializer has a form for, and much that throws when it is looked at. */
export const oddest: ReadonlyArray<readonly [string, unknown]> = [
  ['a cycle', cycle],
  ['a deep list', deep((inner) => [inner])],
  ['a deep dict', deep((inner) => ({ a: inner }))],
  ['a result that is its own parent', parents],
  ['a deep result', deep((parent) => ({ _tag: 'AsyncResult', id: 'a', parent }))],
  ['a revoked proxy', revoked({})],
  ['a revoked proxy of a list', revoked([])],
  ['a proxy that throws', secretive({})],
  ['a proxy of a list that throws', secretive([])],
  ['a getter that throws', throwing(new Error('no'))],
  ['a getter that throws a revoked proxy', throwing(revoked({}))],
  [
    'a getter that throws an error with no message',
    throwing(
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no');
        },
      }),
    ),
  ],
  [
    'a toJSON that gives itself',
    {
      toJSON() {
        return this;
      },
    },
  ],
  [
    'a toJSON that throws',
    {
      toJSON() {
        throw new Error('no');
      },
    },
  ],
  [
    'an asTuple that throws',
    {
      id: 'a',
      asTuple() {
        throw new Error('no');
      },
    },
  ],
  ['an asTuple that gives nothing', { id: 'a', asTuple: () => null }],
  ['a constructor that is no class', Object.assign(new Set(), { constructor: Symbol('c') })],
  ['a symbol', Symbol('s')],
  ['a function', () => 0],
  ['a Map with odd keys', new Map<unknown, unknown>([[Symbol('k'), 1]])],
  ['an exception', pythonException('ValueError', ['x'])],
  ['a reference', asyncResultTuple('a')],
  ['half a surrogate pair', '\ud83d'],
  ['half a surrogate pair as a key', { '\ud83d': 1 }],
  ['an invalid date', new Date(Number.NaN)],
  ['a bigint of many digits', 10n ** 5000n],
  ['undefined', undefined],
];

/** Without the proxies, which fast-check itself can't look at. */
const plain = fc
  .constantFrom(...oddest.filter(([name]) => !/proxy/.test(name)))
  .map(([, value]) => value);

/** Anything. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
  }),
  plain,
  fc.array(plain, { maxLength: 2 }),
  fc.dictionary(fc.string(), plain, { maxKeys: 2 }),
);
