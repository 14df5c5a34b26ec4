/**
 * What JSON is written to. Python's is all ASCII, so that it can be put together byte by
 * byte, which is several times faster than adding up strings.
 *
 * @since 0.1.0
 */
import { constants } from 'node:buffer';
import { codeAt } from './codeAt.js';

/** In bytes. */
const initialSize = 1 << 14;

/** As many bytes are kept for the next value; what a larger one took is given back. */
const keptSize = 1 << 20;

/** From this length on, a regular expression and a native copy are faster than a loop. */
const longText = 48;

/** So many characters are escaped, to six bytes each, before more room is made. */
const stretch = 4096;

/**
 * @internal
 */
export class JsonWriter {
  private bytes = Buffer.allocUnsafeSlow(initialSize);
  private length = 0;

  /** Forgets what has been written. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > keptSize) this.bytes = Buffer.allocUnsafeSlow(initialSize);
  }

  /** What has been written. Throws a `RangeError` where that is more than a string can hold. */
  text(): string {
    return this.bytes.toString('latin1', 0, this.length);
  }

  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes, length: start } = this;
    for (let i = 0; i < length; i++) bytes[start + i] = codeAt(text, i);
    this.length += length;
  }

  /** Takes a safe integer. The everyday ones are written digit by digit, without a string. */
  int(n: number): void {
    if (n >= 0 && n < 1e9) this.digits(n);
    else this.ascii(String(n));
  }

  /** Between quotes. Half a surrogate pair is escaped like a whole one, as in Python. */
  quoted(text: string): void {
    this.reserve(text.length + 2);
    this.byte(0x22);
    let done =
      text.length > longText && isPlain.test(text) ? this.copy(text) : this.copyPlain(text);
    while (done < text.length) {
      const end = Math.min(done + stretch, text.length);
      this.escape(text, done, end);
      done = end;
    }
    this.byte(0x22);
  }

  comma(): void {
    this.byte(0x2c);
    this.byte(0x20);
  }

  colon(): void {
    this.byte(0x3a);
    this.byte(0x20);
  }

  private digits(n: number): void {
    this.reserve(9);
    let end = this.length + 1;
    for (let power = 10; power <= n; power *= 10) end++;
    this.length = end;
    let rest = n;
    do {
      const tens = (rest / 10) | 0;
      this.bytes[--end] = 0x30 + rest - tens * 10;
      rest = tens;
    } while (rest > 0);
  }

  private byte(code: number): void {
    this.reserve(1);
    this.bytes[this.length++] = code;
  }

  private copy(text: string): number {
    this.length += this.bytes.write(text, this.length, 'latin1');
    return text.length;
  }

  /** Stops at the first character to escape, and says where that is. */
  private copyPlain(text: string): number {
    const { bytes, length: start } = this;
    const { length } = text;
    let i = 0;
    for (; i < length; i++) {
      const unit = codeAt(text, i);
      if (unit > 0x7e || escapes[unit] !== PLAIN) break;
      bytes[start + i] = unit;
    }
    this.length += i;
    return i;
  }

  private escape(text: string, from: number, to: number): void {
    this.reserve(6 * (to - from));
    const { bytes } = this;
    let at = this.length;
    for (let i = from; i < to; i++) {
      const unit = codeAt(text, i);
      const how = unit > 0x7e ? HEX : escapes[unit];
      if (how === PLAIN) {
        bytes[at++] = unit;
      } else if (how === HEX) {
        at = writeHex(bytes, at, unit);
      } else {
        bytes[at++] = 0x5c;
        bytes[at++] = how ?? unit;
      }
    }
    this.length = at;
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    if (this.length > constants.MAX_STRING_LENGTH) throw new RangeError('Invalid string length');
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

// -------------------------------------------------------------------------------------
// characters
// -------------------------------------------------------------------------------------

const isPlain = /^[ !#-[\]-~]*$/;

const PLAIN = 0;
const HEX = 0x75;

/** Up to 0x7e: how a character is escaped, or the letter behind its backslash. */
const escapes = new Uint8Array(0x7f).fill(HEX, 0, 0x20);
for (const [character = '', letter = ''] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt']) {
  escapes[character.charCodeAt(0)] = letter.charCodeAt(0);
}

const writeHex = (bytes: Buffer, at: number, unit: number): number => {
  const high = hexPairs[unit >> 8] ?? 0;
  const low = hexPairs[unit & 0xff] ?? 0;
  bytes[at] = 0x5c;
  bytes[at + 1] = 0x75;
  bytes[at + 2] = high >> 8;
  bytes[at + 3] = high;
  bytes[at + 4] = low >> 8;
  bytes[at + 5] = low;
  return at + 6;
};

/** Of each byte its two digits, as one number. */
const hexPairs = Uint16Array.from({ length: 0x100 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE(),
);
