/**
 * Guarded stores, many in one round trip.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isConnectionError } from '../errors/retryable.js';
import type { PerTick } from '../operation/perTick.js';
import { chain, map } from '../operation/run.js';
import type { StoreOutcome, Write } from '../port/commands.js';
import type { ConnectionPool } from './pool.js';
import { script } from './script.js';
import { store } from './scripts/store.js';
import { described, failureOf, send } from './send.js';

export interface Store {
  readonly write: Write;
  readonly expected: Buffer | undefined;
}

const run = script(store);

/** The server does nothing else meanwhile, so a batch takes it well under a millisecond. */
const MOST = 128;
const LEAST = 16;
/** In bytes. */
const HEAVIEST = 1024 * 1024;

export const rule = '+get +set +setex +publish';

export const stores = (pool: ConnectionPool): PerTick<Store, StoreOutcome> => ({
  least: LEAST,
  most: MOST,
  heaviest: HEAVIEST,
  joins: (store, first) =>
    store.expected === undefined &&
    first.expected === undefined &&
    store.write.expires === first.write.expires,
  weight: ({ write }) => write.value.length,
  failing: (error) => (isConnectionError(error) ? (error.sent ? 'Lost' : 'Unsent') : 'Refused'),
  send: (batch) => {
    const keys = batch.map(({ write }) => write.key);
    const [{ write, expected = '' }] = batch;
    const args = [write.expires, expected, ...batch.map((store) => store.write.value)];
    return pipe(
      pool.link,
      chain((link) =>
        pipe(
          send(link, { command: 'SET', key: described(keys), rule }, (redis) =>
            run(redis, keys, args),
          ),
          map((replies) =>
            (replies as ReadonlyArray<unknown>).map((reply, i) =>
              reply instanceof Error
                ? E.left(failureOf(reply, link, { command: 'SET', key: keys[i] ?? '', rule }))
                : E.right(outcome(reply)),
            ),
          ),
        ),
      ),
    );
  },
});

const outcome = (reply: unknown): StoreOutcome => {
  if (Buffer.isBuffer(reply)) return { _tag: 'Undecided', current: reply };
  return reply === -1 ? { _tag: 'Kept' } : { _tag: 'Stored', receivers: Number(reply) };
};
