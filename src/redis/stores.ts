/**
 * Guarded stores, many in one round trip.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { AclError, type ResultStoreError } from '../errors/errors.js';
import type { PerTick } from '../operation/perTick.js';
import type { StoreOutcome, Write } from '../port/commands.js';
import type { ConnectionPool } from './pool.js';
import { fromReplyError } from './replyError.js';
import { script } from './script.js';
import { store } from './scripts/store.js';
import { described, send } from './send.js';

export interface Store {
  readonly write: Write;
  readonly expected: Buffer | undefined;
}

const run = script(store);

/** The server does nothing else meanwhile, so a batch takes it well under a millisecond. */
const MOST = 128;
const LEAST = 16;
const HEAVIEST = 4 * 1024 * 1024;

export const stores = (pool: ConnectionPool): PerTick<Store, StoreOutcome> => ({
  least: LEAST,
  most: MOST,
  heaviest: HEAVIEST,
  joins: (store, first) =>
    store.expected === undefined &&
    first.expected === undefined &&
    store.write.expires === first.write.expires,
  weight: ({ write }) => write.value.length,
  isRefusal: (error) => error instanceof AclError,
  send: (batch) => {
    const keys = batch.map(({ write }) => write.key);
    const [{ write, expected = '' }] = batch;
    const args = [write.expires, expected, ...batch.map((store) => store.write.value)];
    return pool.link$.pipe(
      Rx.mergeMap((link) =>
        send('SET', described(keys), (redis) => run(redis, keys, args))(link).pipe(
          Rx.map((replies) =>
            (replies as ReadonlyArray<unknown>).map((reply, i) =>
              outcome(reply, (error) => fromReplyError(error, link.address, 'SET', keys[i] ?? '')),
            ),
          ),
        ),
      ),
    );
  },
});

const outcome = (
  reply: unknown,
  onError: (error: Error) => ResultStoreError,
): E.Either<ResultStoreError, StoreOutcome> => {
  if (reply instanceof Error) return E.left(onError(reply));
  if (Buffer.isBuffer(reply)) return E.right({ _tag: 'Undecided', current: reply });
  return E.right(reply === -1 ? { _tag: 'Kept' } : { _tag: 'Stored', receivers: Number(reply) });
};
