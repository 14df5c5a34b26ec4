/**
 * MessagePack as Kombu has it: text and bytes apart, no dates, no integers beyond 64
 * bits. Source: `register_msgpack` in `kombu/serialization.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { EncodeError } from '../errors/errors.js';
import { type Algebra, foldTree } from './foldTree.js';
import { readMsgpack } from './msgpackRead.js';
import { optionalPeer } from './optionalPeer.js';
import { reasonOf } from './reason.js';
import type { Serializer } from './serializer.js';
import { Float } from './values.js';

type Library = typeof import('@msgpack/msgpack');

const library = optionalPeer<Library>('@msgpack/msgpack');

// -------------------------------------------------------------------------------------
// encoding
// -------------------------------------------------------------------------------------

/** The containers are put together here, since the library can't tell the float 1.0 from the int 1. */
const algebraOf = ({ encode }: Library): Algebra<Buffer> => {
  const pack = (leaf: unknown): Buffer => Buffer.from(encode(leaf));

  const packFloat = (n: number): Buffer => Buffer.from(encode(n, { forceIntegerToFloat: true }));

  const packInt = (n: bigint): O.Option<Buffer> => {
    if (Number.isSafeInteger(Number(n))) return O.some(pack(Number(n)));
    return n >= -(2n ** 63n) && n < 2n ** 64n
      ? O.some(Buffer.from(encode(n, { useBigInt64: true })))
      : O.none;
  };

  return {
    leaf: (u) => {
      switch (typeof u) {
        case 'number':
          return O.some(Object.is(u, -0) ? packFloat(u) : pack(u));
        case 'bigint':
          return packInt(u);
        case 'string':
          return isText(u) ? O.some(pack(u)) : O.none;
        case 'boolean':
          return O.some(pack(u));
        default:
          if (u === null || u instanceof Uint8Array) return O.some(pack(u));
          return u instanceof Float ? O.some(packFloat(u.value)) : O.none;
      }
    },
    list: (items) => Buffer.concat([header(items.length, 0x90, 0xdc), ...items]),
    isKey: isText,
    dict: (members) =>
      Buffer.concat([
        header(members.length, 0x80, 0xde),
        ...members.flatMap(([key, value]) => [pack(key), value]),
      ]),
  };
};

/** UTF-8 has no half a surrogate pair. */
const isText = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Up to 15 in the first byte itself; then 16 bits behind `wide`, or 32 behind the byte after it. */
const header = (length: number, fix: number, wide: number): Buffer => {
  if (length < 16) return Buffer.from([fix + length]);
  if (length < 0x10000) return Buffer.from([wide, length >> 8, length & 0xff]);
  const bytes = Buffer.from([wide + 1, 0, 0, 0, 0]);
  bytes.writeUInt32BE(length, 1);
  return bytes;
};

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/**
 * Needs the package `@msgpack/msgpack`.
 *
 * @category instances
 * @since 0.1.0
 */
export const msgpack: Serializer = {
  name: 'msgpack',
  contentType: 'application/x-msgpack',
  contentEncoding: 'binary',
  encode: (value) =>
    pipe(
      library(),
      E.mapLeft((problem) => new EncodeError('$', problem)),
      E.chain((found) => foldTree(algebraOf(found), 'MessagePack')(value)),
    ),
  decode: (bytes) =>
    pipe(
      library(),
      E.chain(({ ExtensionCodec: { defaultCodec } }) =>
        E.tryCatch(
          () => readMsgpack((data, type) => defaultCodec.decode(data, type, undefined))(bytes),
          (thrown) => `not MessagePack: ${reasonOf(thrown)}`,
        ),
      ),
    ),
};
