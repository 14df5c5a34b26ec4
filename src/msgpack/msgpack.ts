/**
 * MessagePack as Kombu has it: text and bytes apart, no dates, no integers beyond 64
 * bits. Source: `register_msgpack` in `kombu/serialization.py`.
 *
 * @since 0.1.0
 */
import { ExtensionCodec, encode } from '@msgpack/msgpack';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { type Algebra, foldTree } from '../serialization/foldTree.js';
import { otherForm } from '../serialization/otherForm.js';
import { reasonOf } from '../serialization/reason.js';
import type { Serializer } from '../serialization/serializer.js';
import { Float } from '../serialization/values.js';
import { readMsgpack } from './msgpackRead.js';

// -------------------------------------------------------------------------------------
// encoding
// -------------------------------------------------------------------------------------

const pack = (leaf: unknown): Buffer => Buffer.from(encode(leaf));

const packFloat = (n: number): Buffer => Buffer.from(encode(n, { forceIntegerToFloat: true }));

const packInt = (n: bigint): O.Option<Buffer> => {
  if (Number.isSafeInteger(Number(n))) return O.some(pack(Number(n)));
  return n >= -(2n ** 63n) && n < 2n ** 64n
    ? O.some(Buffer.from(encode(n, { useBigInt64: true })))
    : O.none;
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

/** The containers are put together here, since the library can't tell the float 1.0 from the int 1. */
const algebra: Algebra<Buffer> = {
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

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

const readExtension = (data: Uint8Array, type: number): unknown =>
  ExtensionCodec.defaultCodec.decode(data, type, undefined);

/**
 * @example
 * import { RedisBackend } from 'chordis'
 * import { msgpack } from 'chordis/msgpack'
 *
 * const backend = new RedisBackend({
 *   url: 'memory://',
 *   serializer: 'msgpack',
 *   serializers: [msgpack],
 *   accept: ['msgpack'],
 * })
 * await backend.close()()
 *
 * @category instances
 * @since 0.1.0
 */
export const msgpack: Serializer = {
  name: 'msgpack',
  contentType: 'application/x-msgpack',
  contentEncoding: 'binary',
  encode: foldTree(algebra, 'MessagePack'),
  decode: (bytes) =>
    E.tryCatch(
      () => readMsgpack(readExtension)(bytes),
      (thrown) => otherForm(bytes, `not MessagePack: ${reasonOf(thrown)}`),
    ),
};
