import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { controlMessage } from '../../src/wire/controlMessage.js';
import { revokeMessage } from '../../src/wire/revokeMessage.js';

const bodyOf = (message: ReturnType<typeof controlMessage>): string =>
  E.isLeft(message) ? message.left.message : message.right.body.toString();

describe('a control message', () => {
  it('tells all workers something', () => {
    expect(bodyOf(revokeMessage(['a', 'b'], 'tag'))).toBe(
      '{"method": "revoke", "arguments": {"task_id": ["a", "b"], "terminate": false, "signal": null}, "destination": null, "pattern": null, "matcher": null}',
    );
    expect(revokeMessage(['a'], 'tag')).toMatchObject(
      E.right({
        headers: { clock: 1, expires: 0 },
        properties: { delivery_info: { exchange: 'celery.pidbox' }, delivery_tag: 'tag' },
      }),
    );
  });

  it('says whom it is for, and where replies go', () => {
    const reply = { routingKey: 'me', ticket: 't1' };
    const asked = controlMessage(
      { method: 'ping', arguments: {}, destination: ['a@b'], reply, expires: 5 },
      'tag',
    );
    expect(JSON.parse(bodyOf(asked))).toEqual({
      method: 'ping',
      arguments: {},
      destination: ['a@b'],
      pattern: null,
      matcher: null,
      ticket: 't1',
      reply_to: { exchange: 'reply.celery.pidbox', routing_key: 'me' },
    });
    expect(asked).toMatchObject(E.right({ headers: { expires: 5 } }));
  });

  it('is refused where an argument has no form', () => {
    expect(bodyOf(controlMessage({ method: 'm', arguments: { f: () => 1 } }, 'tag'))).toContain(
      'f',
    );
  });
});
