/**
 * Events as the body of a Fetch response.
 *
 * @since 0.1.0
 */
import type { EventSource } from './eventSource.js';

// what is not asked for is not made: a chunk held ready would be a state that grows old
const UNBUFFERED = { highWaterMark: 0 };

const encoder = new TextEncoder();

export const eventStream = (source: EventSource): ReadableStream<Uint8Array> => {
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        new Promise((resolve) => {
          source.next((text) => {
            if (text === undefined) controller.close();
            else controller.enqueue(encoder.encode(text));
            resolve();
          });
        }),
      cancel: () => source.leave(),
    },
    UNBUFFERED,
  );
  sources.set(stream, source);
  return stream;
};

const sources = new WeakMap<ReadableStream, EventSource>();

/** What a body nobody reads is made of, to be asked in its place: a stream costs more than the rest. */
export const sourceOf = (body: ReadableStream): EventSource | undefined =>
  body.locked ? undefined : sources.get(body);
