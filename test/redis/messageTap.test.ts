import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageTap } from '../../src/redis/messageTap.js';

// -------------------------------------------------------------------------------------
// frames
// -------------------------------------------------------------------------------------

const line = (type: string, rest: string | number): Buffer => Buffer.from(`${type}${rest}\r\n`);

const blob = (type: string, bytes: Uint8Array): Buffer =>
  Buffer.concat([line(type, bytes.length), bytes, Buffer.from('\r\n')]);

const message = (channel: Uint8Array, payload: Uint8Array): Buffer =>
  Buffer.concat([
    line('>', 3),
    blob('$', Buffer.from('message')),
    blob('$', channel),
    blob('$', payload),
  ]);

const hello = message(Buffer.from('channel'), Buffer.from('{"status": "SUCCESS"}'));

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  // what looks like a message is none inside of a string
  fc.constantFrom(hello, hello.subarray(0, -5), Buffer.from('>3\r\n$7\r\n')),
);

/** Any value of RESP3, but for messages. */
const { value } = fc.letrec<{ value: Buffer; leaf: Buffer }>((tie) => ({
  leaf: fc.oneof(
    fc
      .constantFrom(
        '+OK',
        '+3 of 12',
        '-ERR 1-2',
        '#t',
        '_',
        ',-1.5e3',
        ':-12',
        '(-99',
        '$-1',
        '*-1',
      )
      .map((text) => line(text, '')),
    fc.tuple(fc.constantFrom('$', '=', '!'), bytes).map(([type, body]) => blob(type, body)),
  ),
  value: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc
      .tuple(fc.constantFrom('*', '~', '>'), fc.array(tie('value'), { maxLength: 4 }))
      .map(([type, items]) => Buffer.concat([line(type, items.length), ...items])),
    fc
      .tuple(
        fc.constantFrom('%', '|'),
        fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }),
        tie('value'),
      )
      .map(([type, pairs, of]) =>
        Buffer.concat([line(type, pairs.length), ...pairs.flat(), ...(type === '|' ? [of] : [])]),
      ),
  ),
}));

const frames = fc.array(
  fc.oneof(
    fc.record({ bytes: value }),
    fc
      .tuple(bytes, bytes)
      .map(([channel, payload]) => ({ bytes: message(channel, payload), isMessage: true })),
  ),
  { maxLength: 12 },
);

// -------------------------------------------------------------------------------------
// tapping
// -------------------------------------------------------------------------------------

/** What comes out of a tap, in order; a message as the bytes that it was. */
const tapped = (chunks: ReadonlyArray<Buffer>) => {
  const out: Array<{ readonly isMessage: boolean; readonly bytes: Buffer }> = [];
  const tap = new MessageTap({
    take: (channel, payload) => out.push({ isMessage: true, bytes: message(channel, payload) }),
    pass: (passed) => out.push({ isMessage: false, bytes: passed }),
  });
  for (const chunk of chunks) tap.write(chunk);
  return {
    all: Buffer.concat(out.map((part) => part.bytes)),
    messages: out.filter(({ isMessage }) => isMessage).map((part) => part.bytes),
  };
};

const cut = (stream: Buffer, at: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const places = [0, ...at.map((n) => n % (stream.length + 1)), stream.length].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, i) => stream.subarray(places[i], end));
};

describe('a tap', () => {
  it('takes every message that is whole, and no other bytes', () => {
    fc.assert(
      fc.property(frames, (parts) => {
        const stream = Buffer.concat(parts.map((part) => part.bytes));
        const { all, messages } = tapped([stream]);
        expect(all).toEqual(stream);
        expect(messages).toEqual(parts.filter((p) => 'isMessage' in p).map((part) => part.bytes));
      }),
    );
  });

  it('loses and moves nothing, wherever the stream is cut', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat()), (parts, at) => {
        const stream = Buffer.concat(parts.map((part) => part.bytes));
        const { all, messages } = tapped(cut(stream, at));
        expect(all).toEqual(stream);
        const left = parts.filter((p) => 'isMessage' in p).map((part) => part.bytes);
        for (const taken of messages) {
          const found = left.findIndex((sent) => sent.equals(taken));
          expect(found).toBeGreaterThanOrEqual(0);
          left.splice(0, found + 1);
        }
      }),
    );
  });

  it('takes the messages around one that is cut', () => {
    const stream = Buffer.concat([hello, hello, hello]);
    for (let at = hello.length + 1; at < 2 * hello.length; at++) {
      expect(tapped(cut(stream, [at]))).toEqual({ all: stream, messages: [hello, hello] });
    }
  });

  it('passes bytes on byte by byte', () => {
    const stream = Buffer.concat([line('*', 2), hello, line(':', 1), hello]);
    const { all, messages } = tapped(Array.from(stream, (byte) => Buffer.of(byte)));
    expect(all).toEqual(stream);
    expect(messages).toEqual([]);
  });
});
