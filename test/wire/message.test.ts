import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, expectTypeOf, it } from 'vitest';
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

const sent = { delivery_tag: 't', delivery_info: { exchange: '', routing_key: 'celery' } };

const empty: Message = {
  body: Buffer.alloc(0),
  contentType: '',
  contentEncoding: '',
  headers: {},
  properties: sent,
};

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
          properties: { ...sent, body_encoding: 'base64' },
        };
        expect(Message.is(message)).toBe(true);
        expect(Message.decode(Message.encode(message))).toEqual(E.right(message));
      }),
    );
  });

  it('says where a header cannot be encoded', () => {
    expect(encodeMessage({ ...empty, headers: { x: [() => 0] } })).toMatchObject({
      left: { path: '$.headers.x[0]' },
    });
  });

  it('is not written where Kombu could not read it', () => {
    const { delivery_info, delivery_tag } = sent;
    for (const [path, properties] of [
      ['$.properties.delivery_tag', { delivery_info }],
      ['$.properties.delivery_info', { delivery_tag }],
      [
        '$.properties.delivery_info.exchange',
        { delivery_tag, delivery_info: { routing_key: 'q' } },
      ],
      ['$.properties.delivery_info.routing_key', { delivery_tag, delivery_info: { exchange: '' } }],
      ['$.properties.reply_to', { ...sent, reply_to: 5 }],
    ] as const) {
      expect(encodeMessage({ ...empty, properties } as never)).toMatchObject({
        left: { _tag: 'EncodeError', path },
      });
    }
    expect(encodeMessage(empty)).toMatchObject({ _tag: 'Right' });
  });

  it('is not written with an encoding of the body that Kombu does not know', () => {
    const properties = { ...sent, body_encoding: 'hex' };
    expect(encodeMessage({ ...empty, properties })).toMatchObject({
      left: { path: '$.properties.body_encoding' },
    });
  });

  it('has a body of other bytes than UTF-8 in base64 alone', () => {
    const bytes = { ...empty, body: Buffer.from([0xff, 0xfe]) };
    expect(encodeMessage(bytes)).toMatchObject({ left: { path: '$.body' } });
    const properties = { ...sent, body_encoding: 'base64' };
    expect(encodeMessage({ ...bytes, properties })).toMatchObject({ _tag: 'Right' });
  });

  it('is not read so either, and what is wrong has a name', () => {
    const wire = Message.encode(empty);
    for (const [problem, odd] of [
      ['properties.delivery_tag', { ...wire, properties: { delivery_info: sent.delivery_info } }],
      ['headers.retries', { ...wire, headers: { retries: 'many' } }],
      ['headers.timelimit', { ...wire, headers: { timelimit: [1] } }],
      ['content-type', { ...wire, 'content-type': 5 }],
      ['all', 5],
    ] as const) {
      expect(decodeMessage('celery', Buffer.from(JSON.stringify(odd)))).toMatchObject({
        left: { problem: `not a message: ${problem} is missing or of another type` },
      });
    }
  });

  it('has typed headers and properties, and any others', () => {
    expectTypeOf<Message['headers']['ignore_result']>().toEqualTypeOf<boolean | null | undefined>();
    expectTypeOf<Message['properties']['delivery_tag']>().toEqualTypeOf<string>();
    expectTypeOf<Message['headers']['x']>().toEqualTypeOf<unknown>();
  });
});
