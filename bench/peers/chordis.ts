/** chordis by its public names, at its defaults; only the codec, which has none, by its source. */
import { setTimeout } from 'node:timers/promises';
import { type ConnectionState, join, RedisBackend } from 'chordis';
import { nodeListener, taskEvents } from 'chordis/http';
import { chain, chord, group, Producer, signature } from 'chordis/producer';
import * as E from 'fp-ts/lib/Either.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import { filter, firstValueFrom, type Subscription, skip } from 'rxjs';
import { json } from '../../src/serialization/json.js';
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../../src/wire/taskMeta.js';
import { body } from '../chords.js';
import { listening } from '../listening.js';
import { can, type Peer } from '../peer.js';
import { indexOf } from '../tasks.js';
import type { Shape } from '../workloads/apply.js';

export const chordis: Peer = async (port) => {
  const backend = new RedisBackend({ port, broker: `redis://localhost:${port}/0` });
  const producer = new Producer({ backend });
  const { resultConsumer } = backend;
  let watched: Array<Subscription> = [];
  const fail = (error: unknown): never => {
    throw error;
  };

  /** A link keeps its order: once this task is followed, those before it are followed, or left. */
  const confirmed = async (): Promise<void> => {
    right(await backend.onTaskCall(null, SENTINEL)());
    resultConsumer.cancelFor(SENTINEL);
  };

  const send = async (taskId: string) =>
    right(await producer.sendTask('task', [1, 2], {}, { taskId })());

  return {
    watch: async (ids, take) => {
      const next = ({ taskId, result }: TaskMeta): void => take(taskId, result);
      const observer = { next, error: fail };
      watched = ids.map((id) => resultConsumer.consumeFrom(id).subscribe(observer));
      await confirmed();
    },
    join: async (ids, take) => {
      const joined = join(ids.map((id) => backend.asyncResult(id)));
      watched = [
        joined.subscribe({
          next: (values) => {
            for (const [i, value] of values.entries()) take(ids[i] ?? '', value);
          },
          error: fail,
        }),
      ];
      await confirmed();
    },
    leave: async () => {
      for (const subscription of watched) subscription.unsubscribe();
      watched = [];
      // channels are left with the next timer
      await setTimeout(0);
      await confirmed();
    },
    resynced: async () => {
      await firstValueFrom(resultConsumer.connection$.pipe(skip(1), filter(isConnected)));
    },
    results: (ids) => ids.map((id) => backend.asyncResult(id)),
    get: async (ids) => {
      const waiting = ids.map((id) => backend.asyncResult(id).get()());
      await confirmed();
      return waiting;
    },
    send: async (id) => {
      await send(id);
    },
    apply: async (shape, n) => {
      right(await producer.apply(canvasOf(shape, n))());
    },
    call: async (id) => right(await (await send(id)).get()()),
    store: async (id, value) => {
      const stored = right(await backend.storeResult(id, value, 'SUCCESS')());
      if (stored._tag !== 'Stored') throw new Error(`${id} had succeeded already`);
    },
    part: async (group, groupIndex, id, value) => {
      const request = { id, group, groupIndex, chord: body };
      const { _tag } = right(await backend.onChordPartReturn(request, 'SUCCESS', value)());
      // those that are sent with the last one meet its claim
      const isCounted = _tag === 'Waiting' || _tag === 'Claimed' || _tag === 'Dispatched';
      if (!isCounted) throw new Error(_tag);
    },
    tellEvents: () => listening(nodeListener(taskEvents(backend, { authorize: () => true }))),
    codec: (bytes, taskId) => {
      const decode = () => right(decodeTaskMeta(json)('key', bytes, taskId));
      const meta = decode();
      return { decode, encode: () => right(encodeTaskMeta(json)(meta)) };
    },
  };
};

/** What a join does, without it: each task watched by itself, and its value kept in its place. */
export const chordisOneByOne: Peer = async (port) => {
  const session = await chordis(port);
  return {
    ...session,
    join: async (ids, take) => {
      const values: Array<unknown> = new Array(ids.length);
      let left = ids.length;
      await can(session, 'watch')(ids, (id, value) => {
        values[indexOf(id)] = value;
        left -= 1;
        if (left > 0) return;
        for (const [i, each] of values.entries()) take(ids[i] ?? '', each);
      });
    },
  };
};

const canvasOf = (shape: Shape, n: number) => {
  const tasks = Array.from({ length: n }, (_, i) => signature('task', [i]));
  switch (shape) {
    case 'chain':
      return chain(tasks);
    case 'chord':
      return chord(tasks, signature('sum'));
    case 'group of groups':
      return group(RA.chunksOf(10)(tasks).map((some) => group(some)));
  }
};

const isConnected = ({ _tag }: ConnectionState): boolean => _tag === 'Connected';

const SENTINEL = 'the-last-task';

const right = <A>(either: E.Either<Error, A>): A => {
  if (E.isLeft(either)) throw either.left;
  return either.right;
};
