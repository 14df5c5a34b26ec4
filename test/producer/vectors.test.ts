/**
 * What was recorded of Celery 5.7.0's `send_task`, sent by a producer with the same options:
 * byte for byte, but for who sends it and the names that are new each time.
 */
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { msgpack } from '../../src/msgpack/msgpack.js';
import type { ProducerOptions, SendOptions } from '../../src/producer/index.js';
import { decodeMessage } from '../../src/wire/message.js';
import { yaml } from '../../src/yaml/yaml.js';
import { pythonValue, wireBytes } from '../pythonValue.js';
import { at } from '../store/backendOver.js';
import { type Case, isTarget, picked, vectors } from '../vectors.js';
import { right, world } from './world.js';

/** Told apart on purpose, or by what is new each time: see the plans of what was recorded. */
const apart =
  /nested-tuple|timezone-|serializer-pickle|compression|protocol-1|auto-task-id|countdown|expires|exchange-and-routing_key/;

const recorded = picked(
  vectors('messages'),
  (c) => isTarget(c) && c.op === 'call' && c.messages?.length > 0 && !apart.test(c.name),
);

const camel = (options: Readonly<Record<string, unknown>>): SendOptions => {
  const { stamped_headers: names, ...others } = options;
  const stamped = Array.isArray(names) ? names.map(String) : [];
  const own = Object.entries(others).filter(([name]) => !stamped.includes(name));
  return {
    ...Object.fromEntries(
      own.map(([name, value]) => [name.replace(/_(\w)/g, (_, c) => c.toUpperCase()), value]),
    ),
    ...(stamped.length > 0 && {
      stamps: Object.fromEntries(stamped.map((name) => [name, options[name]])),
    }),
  };
};

const optionsOf = ({ config }: Case): Partial<ProducerOptions> => ({
  ...(config.task_default_queue && { taskDefaultQueue: config.task_default_queue }),
  ...(config.task_routes && { taskRoutes: config.task_routes }),
  ...(config.task_serializer && { taskSerializer: config.task_serializer }),
});

const kombuOf = ({ config }: Case) => {
  const { global_keyprefix, priority_steps, sep } = config.broker_transport_options ?? {};
  return { globalKeyprefix: global_keyprefix, prioritySteps: priority_steps, separator: sep };
};

/** As it is on the wire, without what is new each time. */
const text = (raw: Buffer): unknown => {
  const message = decodeMessage('q', raw);
  if (message._tag === 'Left') throw message.left;
  const { origin: _, ...headers } = message.right.headers;
  const { delivery_tag: __, reply_to: ___, ...properties } = message.right.properties;
  return [JSON.stringify([headers, properties]), message.right.body.toString('latin1')];
};

describe('a call that was recorded', () => {
  it.each(recorded)('is sent byte for byte: $name', async (c) => {
    const store = memoryStore();
    const { producer } = world(
      { broker: store.broker(kombuOf(c)), ...optionsOf(c) },
      { scheduler: at(c.now), serializers: [yaml, msgpack] },
      undefined,
      store,
    );
    const options = pythonValue(c.options) as Readonly<Record<string, unknown>>;
    const isKnown = String(c.task).startsWith('proj.');
    await right(
      producer.sendTask(
        c.task ?? 'remote.task',
        pythonValue(c.args) as ReadonlyArray<unknown>,
        pythonValue(c.kwargs) as Readonly<Record<string, unknown>>,
        // a task that is known to the sender stores its result unless told otherwise
        camel({ ...(isKnown && { ignore_result: false }), ...options }),
      ),
    );
    for (const { key, raw } of c.messages) {
      const sent = store.queues.pop(key);
      expect(sent && text(sent)).toEqual(text(wireBytes(raw)));
    }
  });

  it('is nearly each of them', () => {
    expect(recorded.length).toBeGreaterThan(30);
  });
});
