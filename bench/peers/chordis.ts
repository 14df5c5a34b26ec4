/** chordis by its public names, at its defaults. */
import { RedisBackend } from 'chordis';
import * as E from 'fp-ts/lib/Either.js';
import type { Subscription } from 'rxjs';
import { json } from '../../src/serialization/json.js';
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../../src/wire/taskMeta.js';
import type { Peer } from '../peer.js';

export const chordis: Peer = async (port) => {
  const backend = new RedisBackend({ port });
  const { resultConsumer } = backend;
  let watched: Array<Subscription> = [];
  const fail = (error: unknown): never => {
    throw error;
  };

  /** Links go in order: once this task is followed, so are those before it, and the others are left. */
  const confirmed = async (): Promise<void> => {
    right(await backend.onTaskCall(null, SENTINEL)());
    resultConsumer.cancelFor(SENTINEL);
  };

  return {
    watch: async (ids, take) => {
      const next = ({ taskId, result }: TaskMeta): void => take(taskId, result);
      const observer = { next, error: fail };
      watched = ids.map((id) => resultConsumer.consumeFrom(id).subscribe(observer));
      await confirmed();
    },
    leave: async () => {
      for (const subscription of watched) subscription.unsubscribe();
      watched = [];
      await confirmed();
    },
    store: async (id, value) => {
      const stored = right(await backend.storeResult(id, value, 'SUCCESS')());
      if (stored._tag !== 'Stored') throw new Error(`${id} had succeeded already`);
    },
    decode: (bytes) => right(decodeTaskMeta(json)('key', bytes, 'id')),
    encode: (meta) => right(encodeTaskMeta(json)(TaskMeta.is(meta)...
  };
};

const SENTINEL = 'the-last-task';

const right = <A>(either: E.Either<Error, A>): A => {
  if (E.isLeft(either)) throw either.left;
  return either.right;
};
