/**
 * MessagePack as Python's `unpackb(raw=False)` reads it. The library's own reader drops a
 * byte order mark, passes over what is not UTF-8, and refuses the key `__proto__` and keys
 * of bytes. Source: `spec.md` of msgpack/msgpack.
 *
 * @since 0.1.0
 */
import { isUtf8 } from 'node:buffer';
import { dictOf } from '../serialization/dictOf.js';
import { showable } from '../serialization/jsonForm.js';

/** Python's own. */
const depthLimit = 1024;

/** Up to here a loop is faster than two calls out of JavaScript; most keys are shorter. */
const shortText = 16;

/** What becomes of an extension type, of which Python has one: the timestamp, -1. */
type ReadExtension = (data: Uint8Array, type: number) => unknown;

/**
 * An int is a number where that is exact. Throws where Python would raise.
 *
 * @internal
 */
export const readMsgpack =
  (readExtension: ReadExtension) =>
  (bytes: Buffer): unknown => {
    let at = 0;

    /** Where the next `length` bytes begin, which are passed over. */
    const take = (length: number): number => {
      const start = at;
      at += length;
      if (at > bytes.length) throw new Error('it ends too early');
      return start;
    };

    const value = (depth: number): unknown => {
      if (depth > depthLimit) throw new Error(`nested more than ${depthLimit} deep`);
      const head = unsigned(1);
      if (head < 0x80) return head;
      if (head < 0x90) return dict(head - 0x80, depth);
      if (head < 0xa0) return list(head - 0x90, depth);
      if (head < 0xc0) return text(head - 0xa0);
      if (head >= 0xe0) return head - 0x100;
      switch (head) {
        case 0xc0:
          return null;
        case 0xc2:
        case 0xc3:
          return head === 0xc3;
        case 0xc4:
        case 0xc5:
        case 0xc6:
          return raw(unsigned(1 << (head - 0xc4)));
        case 0xc7:
        case 0xc8:
        case 0xc9:
          return extension(unsigned(1 << (head - 0xc7)));
        case 0xca:
          return bytes.readFloatBE(take(4));
        case 0xcb:
          return bytes.readDoubleBE(take(8));
        case 0xcc:
        case 0xcd:
        case 0xce:
          return unsigned(1 << (head - 0xcc));
        case 0xcf:
          return exact(bytes.readBigUInt64BE(take(8)));
        case 0xd0:
        case 0xd1:
        case 0xd2:
          return signed(1 << (head - 0xd0));
        case 0xd3:
          return exact(bytes.readBigInt64BE(take(8)));
        case 0xd4:
        case 0xd5:
        case 0xd6:
        case 0xd7:
        case 0xd8:
          return extension(1 << (head - 0xd4));
        case 0xd9:
        case 0xda:
        case 0xdb:
          return text(unsigned(1 << (head - 0xd9)));
        case 0xdc:
        case 0xdd:
          return list(unsigned(head === 0xdc ? 2 : 4), depth);
        case 0xde:
        case 0xdf:
          return dict(unsigned(head === 0xde ? 2 : 4), depth);
        default:
          throw new Error(`no value begins with the byte 0x${head.toString(16)}`);
      }
    };

    const unsigned = (length: number): number => bytes.readUIntBE(take(length), length);

    const signed = (length: number): number => bytes.readIntBE(take(length), length);

    const raw = (length: number): Buffer => {
      const start = take(length);
      return bytes.subarray(start, at);
    };

    const text = (length: number): string => {
      const start = take(length);
      const ascii = length <= shortText ? shortAscii(bytes, start, at) : undefined;
      if (ascii !== undefined) return ascii;
      if (!isUtf8(bytes.subarray(start, at))) throw new Error('text that is not UTF-8');
      return bytes.toString('utf8', start, at);
    };

    const extension = (length: number): unknown => {
      const type = signed(1);
      return readExtension(raw(length), type);
    };

    // A length is not believed before there are so many values.
    const list = (length: number, depth: number): ReadonlyArray<unknown> => {
      const items: Array<unknown> = [];
      for (let i = 0; i < length; i++) items.push(value(depth + 1));
      return showable(items);
    };

    const dict = (length: number, depth: number): unknown => {
      const members: Array<readonly [string | Buffer, unknown]> = [];
      for (let i = 0; i < length; i++) members.push([key(depth), value(depth + 1)]);
      return dictOf(members);
    };

    const key = (depth: number): string | Buffer => {
      const found = value(depth + 1);
      if (typeof found === 'string' || Buffer.isBuffer(found)) return found;
      if (typeof found === 'number' || typeof found === 'bigint') return String(found);
      throw new Error(
        `a key must be text, bytes or a number, not ${found === null ? null : typeof found}`,
      );
    };

    const only = value(0);
    if (at < bytes.length) throw new Error(`${bytes.length - at} bytes behind the value`);
    return only;
  };

const exact = (n: bigint): number | bigint => (Number.isSafeInteger(Number(n)) ? Number(n) : n);

/** Undefined where it is not ASCII. */
const shortAscii = (bytes: Buffer, start: number, end: number): string | undefined => {
  let text = '';
  for (let at = start; at < end; at++) {
    const code = bytes[at] ?? 0x80;
    if (code >= 0x80) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
};
