/**
 * Takes the published messages out of what a server sends, before ioredis reads it.
 *
 * ioredis spends more on a message than all that chordis does with it, since its decoder
 * can read anything, in any pieces. Nearly all messages have one shape and lie whole in
 * the bytes at hand; those are read here. The rest is passed on as it came: replies, and
 * a message that is not all there yet, which ioredis then emits in its turn.
 *
 * Source: the specification of RESP3.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface MessageTapOptions {
  readonly take: (channel: Buffer, payload: Buffer) => void;
  /** To who reads the rest. */
  readonly pass: (bytes: Buffer) => void;
}

/** It has to see a stream from the start of a frame on. */
export class MessageTap {
  private readonly frame = new Frame();

  constructor(private readonly options: MessageTapOptions) {}

  write(chunk: Buffer): void {
    const { take, pass } = this.options;
    let passed = 0;
    for (let at = 0; at < chunk.length; ) {
      const message = this.frame.isOver ? messageAt(chunk, at) : undefined;
      if (message === undefined) {
        at = this.frame.skip(chunk, at);
        continue;
      }
      if (passed < at) pass(chunk.subarray(passed, at));
      take(message.channel, message.payload);
      at = message.end;
      passed = at;
    }
    if (passed < chunk.length) pass(chunk.subarray(passed));
  }
}

// -------------------------------------------------------------------------------------
// bytes
// -------------------------------------------------------------------------------------

const code = (character: string): number => character.charCodeAt(0);

const LF = code('\n');
const MINUS = code('-');
const ZERO = code('0');

const BLOB_STRING = code('$');
const VERBATIM_STRING = code('=');
const BLOB_ERROR = code('!');
const ARRAY = code('*');
const SET = code('~');
const PUSH = code('>');
const MAP = code('%');
const ATTRIBUTE = code('|');

/** The bytes that end a line, and a string. */
const CRLF = 2;

// -------------------------------------------------------------------------------------
// messages
// -------------------------------------------------------------------------------------

const MESSAGE = Buffer.from('>3\r\n$7\r\nmessage\r\n');

/** Undefined where there is another frame, or not the whole of one. */
const messageAt = (chunk: Buffer, at: number) => {
  for (let i = 0; i < MESSAGE.length; i++) if (chunk[at + i] !== MESSAGE[i]) return;
  const channel = lineEnd(chunk, at + MESSAGE.length);
  const channelEnd = channel + sizeAt(chunk, at + MESSAGE.length);
  const payload = lineEnd(chunk, channelEnd + CRLF);
  const payloadEnd = payload + sizeAt(chunk, channelEnd + CRLF);
  const end = payloadEnd + CRLF;
  if (end > chunk.length) return;
  return {
    channel: chunk.subarray(channel, channelEnd),
    payload: chunk.subarray(payload, payloadEnd),
    end,
  };
};

/** Where the next line begins; beyond the chunk where this one has no end in it. */
const lineEnd = (chunk: Buffer, at: number): number => {
  let end = at;
  while (end < chunk.length && chunk[end] !== LF) end++;
  return end + 1;
};

/** The number behind the type. */
const sizeAt = (chunk: Buffer, at: number): number => {
  let size = 0;
  for (let i = at + 1, byte = chunk[i]; isDigit(byte); byte = chunk[++i]) size = next(size, byte);
  return size;
};

// -------------------------------------------------------------------------------------
// frames
// -------------------------------------------------------------------------------------

/** How far into a frame the stream is. */
class Frame {
  /** Of the frame, the values still to come. */
  private values = 0;
  /** Of a string, the bytes still to come. */
  private bytes = 0;
  /** Of a value whose first line is not over: its type, and its number so far. */
  private type: number | undefined;
  private size = 0;

  get isOver(): boolean {
    return this.values === 0 && this.bytes === 0 && this.type === undefined;
  }

  /** Past a value's first line, or past the string behind it, as far as it is there. */
  skip(chunk: Buffer, at: number): number {
    if (this.bytes === 0) return this.line(chunk, at);
    const skipped = Math.min(this.bytes, chunk.length - at);
    this.bytes -= skipped;
    return at + skipped;
  }

  private line(chunk: Buffer, at: number): number {
    if (this.isOver) this.values = 1;
    let i = at;
    if (this.type === undefined) {
      this.type = chunk[i++];
      this.size = 0;
    }
    for (; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === LF) {
        this.begin(this.type);
        return i + 1;
      }
      if (isDigit(byte)) this.size = next(this.size, byte);
      // what there is less than none of is null
      else if (byte === MINUS) this.size = Number.NEGATIVE_INFINITY;
    }
    return i;
  }

  private begin(type: number | undefined): void {
    const { size } = this;
    this.type = undefined;
    this.values -= 1;
    if (size < 0) return;
    switch (type) {
      case BLOB_STRING:
      case VERBATIM_STRING:
      case BLOB_ERROR:
        this.bytes = size + CRLF;
        break;
      case ARRAY:
      case SET:
      case PUSH:
        this.values += size;
        break;
      case MAP:
        this.values += 2 * size;
        break;
      case ATTRIBUTE:
        // and then the value that it is of
        this.values += 2 * size + 1;
        break;
    }
  }
}

const isDigit = (byte: number | undefined): byte is number =>
  byte !== undefined && byte >= ZERO && byte <= ZERO + 9;

const next = (size: number, digit: number): number => size * 10 + digit - ZERO;
