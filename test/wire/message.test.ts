import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, Message } from '../../src/wire/message.js';
import { wireBytes } from '../pythonValue.js';
import { vectors } from '../vectors.js';

const messages = vectors('messages').flatMap((c) =>
  (c.messages ?? []).map((m: { raw: unknown; key: string }, i: number) => ({
    name: `${c.name} #${i}`,
    key: m.key,
    raw: wireBytes(m.raw),
  })),
);

describe('Message', () => {
  it.each(messages)('is written back byte for byte: $name', ({ key, raw }) => {
    const again = pipe(decodeMessage(key, raw), E.chainW(encodeMessage));
    expect(again).toEqual(E.right(raw.toString('utf8')));
  });

  it.each(['', '{}', '[]', 'null', '{"body": 1}', '{"body": "", "headers": {}, "properties": {}}'])(
    'refuses %s, naming the queue',
    (text) => {
      expect(decodeMessage('celery', Buffer.from(text))).toMatchObject({
        left: { _tag: 'DecodeError', key: 'celery' },
      });
    },
  );

  it('keeps any bytes as its body', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const message: Message = {
          body: Buffer.from(bytes),
          contentType: 'application/data',
          contentEncoding: 'binary',
          headers: {},
          properties: { body_encoding: 'base64' },
        };
        expect(Message.is(message)).toBe(true);
        expect(Message.decode(Message.encode(message))).toEqual(E.right(message));
      }),
    );
  });

  it('says where a header cannot be encoded', () => {
    const message = { body: Buffer.alloc(0), contentType: '', contentEncoding: '', properties: {} };
    expect(encodeMessage({ ...message, headers: { x: [() => 0] } })).toMatchObject({
      left: { path: '$.headers.x[0]' },
    });
  });
});
