/** Messages, and publishing them at the port. */
import * as E from 'fp-ts/lib/Either.js';
import type { Broker } from '../../src/amqp/index.js';
import type { ResultStoreError } from '../../src/index.js';
import { fromRun } from '../../src/operation/operation.js';
import type { Run } from '../../src/operation/run.js';
import type { Message } from '../../src/wire/message.js';

export const message = (
  id: string,
  to: { readonly exchange?: string; readonly queue?: string; readonly priority?: unknown } = {},
  body: Buffer = Buffer.from(JSON.stringify(id)),
): Message => ({
  body,
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: { task: 'tasks.echo', id },
  properties: {
    correlation_id: id,
    delivery_mode: 2,
    delivery_info: { exchange: to.exchange ?? '', routing_key: to.queue ?? 'celery' },
    priority: to.priority ?? 0,
    body_encoding: 'base64',
    delivery_tag: id,
  },
});

export const done = async <A>(run: Run<A>): Promise<A> => {
  const result = await fromRun(run)();
  if (E.isLeft(result)) throw result.left;
  return result.right;
};

export const refused = async (run: Run<unknown>): Promise<ResultStoreError> => {
  const result = await fromRun(run)();
  if (E.isRight(result)) throw new Error('It succeeded');
  return result.left;
};

export const publish = (broker: Broker, ...messages: ReadonlyArray<Message>): Promise<void> =>
  done(broker.publish(messages));
