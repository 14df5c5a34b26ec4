/**
 * Events as the body of a Fetch response.
 *
 * @since 0.1.0
 */
import type { EventFeed } from './eventFeed.js';

// what is not asked for is not made: a chunk held ready would be a state that grows old
const UNBUFFERED = { highWaterMark: 0 };

const encoder = new TextEncoder();

export const eventStream = (feed: EventFeed): ReadableStream<Uint8Array> => {
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        new Promise((resolve) => {
          feed.next((text) => {
            if (text === undefined) controller.close();
            else controller.enqueue(encoder.encode(text));
            resolve();
          });
        }),
      cancel: () => feed.leave(),
    },
    UNBUFFERED,
  );
  feeds.set(stream, feed);
  return stream;
};

const feeds = new WeakMap<ReadableStream, EventFeed>();

/** What a body nobody reads is made of, to be asked in its place: a stream costs more than the rest. */
export const feedOf = (body: ReadableStream): EventFeed | undefined =>
  body.locked ? undefined : feeds.get(body);
