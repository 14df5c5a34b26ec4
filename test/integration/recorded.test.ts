import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as NEA from 'fp-ts/lib/NonEmptyArray.js';
import * as O from 'fp-ts/lib/Option.js';
import { expect, it } from 'vitest';
import { json, READY_STATES } from '../../src/index.js';
import { compressed } from '../../src/serialization/compressed.js';
import { compressions } from '../../src/serialization/compressions.js';
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../../src/wire/taskMeta.js';
import { wireBytes } from '../pythonValue.js';
import { recordedCompressions } from '../recordedCompressions.js';
import { type Case, isTarget, picked, vectors } from '../vectors.js';
import { describeRedis, type RedisServer } from './redisServer.js';
import { keyOf, observe, onRedis, right, until } from './scenario.js';

// -------------------------------------------------------------------------------------
// waiting
// -------------------------------------------------------------------------------------

type Action = readonly [seconds: number, name: string, taskId: string, value: unknown];

/** What others do to the server in the meantime, as in the recording. */
const perform = async (server: RedisServer, actions: ReadonlyArray<Action>): Promise<void> => {
  for (const [seconds, name, taskId, value] of actions) {
    await delay(seconds * 1000);
    if (name === 'kill') await server.killClients('pubsub');
    const bytes = value === undefined ? '' : wireBytes(value);
    if (name === 'put' || name === 'set') await server.admin.set(keyOf(taskId), bytes);
    if (name === 'publish' || name === 'set') await server.admin.publish(keyOf(taskId), bytes);
  }
};

/** What Celery takes for a lost connection, and waits on: here it is told at once. */
const different: Readonly<Record<string, object>> = {
  '5.7.0/compressed/unknown-codec-published': {
    message: expect.stringContaining('application/x-rot13'),
  },
};

/** How the wait ended for Celery, as it has to end here. */
const outcomeOf = ({ name: recorded, outcome: { returns, raises } }: Case) => {
  const difference = different[recorded];
  if (difference !== undefined) return E.left(expect.objectContaining(difference));
  if (raises === undefined) return E.right(returns);
  const name = raises.type.split('.').at(-1);
  return E.left(
    name === 'TimeoutError'
      ? expect.objectContaining({ _tag: 'ResultTimeout', taskId: 'a' })
      : expect.objectContaining({ _tag: 'TaskFailed', excType: name, args: [raises.message] }),
  );
};

describeRedis('a wait for a task', () => {
  it.each(picked(vectors('consumer'), (c) => isTarget(c) && c.wait !== undefined))(
    'ends as it does for Celery: $name',
    (c) =>
      onRedis(async ({ server, backend }) => {
        for (const [id, value] of Object.entries<unknown>(c.stored ?? {})) {
          await server.admin.set(keyOf(id), wireBytes(value));
        }
        const waited = backend()
          .asyncResult(c.wait)
          .get({ timeout: c.timeout ?? 10 })();
        // What was done after a wait that had ended at once has no part in it.
        if (c.do !== undefined && c.ended !== 'at once') {
          await until(async () => (await server.numsub(keyOf(c.wait))) === 1);
          await perform(server, c.do);
        }
        expect(await waited).toEqual(outcomeOf(c));
      }),
  );

  it.each(picked(vectors('consumer'), (c) => isTarget(c) && c.forget !== undefined))(
    'finds nothing that was forgotten: $name',
    (c) =>
      onRedis(async ({ server, backend }) => {
        await server.admin.set(keyOf(c.forget), c.stored[c.forget]);
        const one = backend();
        await right(one.forget(c.forget));
        expect(await right(one.get(keyOf(c.forget)))).toEqual(O.none);
        expect(await right(one.taskResultExists(c.forget))).toBe(false);
      }),
  );
});

// -------------------------------------------------------------------------------------
// watching a worker
// -------------------------------------------------------------------------------------

type Write = readonly [key: string, value: Buffer];

/** The results that a worker stored, in order. */
const writesOf = (c: Case): ReadonlyArray<Write> =>
  c.commands.flatMap(([name, key, , value]: readonly [string, string, string, unknown]) =>
    name === 'SETEX' && key?.startsWith(keyOf('')) ? [[key, wireBytes(value)]] : [],
  );

/** It reads what is compressed, too. */
const reader = compressed(json, {
  compression: null,
  compressions: compressions(recordedCompressions),
  limit: 1e6,
});

const decoded = ([key, value]: Write): TaskMeta => {
  const meta = decodeTaskMeta(reader)(key, value, key.slice(keyOf('').length));
  if (E.isLeft(meta)) throw meta.left;
  return meta.right;
};

/** Of every version, since chordis reads them all. */
const recorded = picked(vectors('worker'), (c) => writesOf(c).length > 0);

const isCompressed = (c: Case): boolean => c.config?.result_compression !== undefined;

describeRedis('what a worker stores', () => {
  it.each(picked(recorded, (c) => !isCompressed(c)))('is written back as it was: $name', (c) => {
    for (const write of writesOf(c)) {
      expect(encodeTaskMeta(json)(decoded(write))).toEqual(E.right(write[1].toString()));
    }
  });

  it.each(recorded)('is watched in its order, each task to its end: $name', (c) =>
    onRedis(async ({ server, backend }) => {
      const { resultConsumer } = backend();
      const expected = NEA.groupBy(({ taskId }: TaskMeta) => taskId)(writesOf(c).map(decoded));
      const watched = Object.keys(expected).map((id) => observe(resultConsumer.consumeFrom(id)));
      await until(async () => (await server.channels()).length === watched.length);
      for (const [key, value] of writesOf(c)) {
        await server.admin.multi().set(key, value).publish(key, value).exec();
      }
      const metas = Object.values(expected);
      await until(() => watched.every(({ values }, i) => values.length === metas[i]?.length));
      expect(watched.map(({ values }) => values)).toEqual(metas);
      for (const [i, { ended, unsubscribe }] of watched.entries()) {
        if (READY_STATES.has(metas[i]?.at(-1)?.status ?? '')) await ended;
        else unsubscribe();
      }
    }),
  );
});
