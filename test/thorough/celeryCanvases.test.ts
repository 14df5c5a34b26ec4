/**
 * Canvases beside Celery 5.7.0, 5.6.3 and 5.2.7: sent by Celery 5.7.0's own client and from
 * here, with the same ids, the same workers leave the same keys with the same values behind, and
 * both clients have the same result.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromSignature, toSignature } from '../../src/canvas/canvas.js';
import { AsyncResult, RedisBackend } from '../../src/index.js';
import { Producer, type Signature } from '../../src/producer/index.js';
import { fromTuple } from '../../src/result/groupResult.js';
import { ResultTuple, Signature as SignatureCodec } from '../../src/wire/index.js';
import { describeMatrix, type PythonSession, type Worker } from '../integration/celery.js';
import { type Fleet, startFleet } from '../integration/fleet.js';
import type { RedisServer } from '../integration/redisServer.js';
import { right } from '../integration/scenario.js';
import { canvases } from './celeryCanvases.js';
import { matrixTasks } from './celeryMatrix.js';

/** In each the tuple of the result, and what Python reads of it. */
interface Left {
  readonly tuple: unknown;
  readonly value: unknown;
  /** Of the store, by name. */
  readonly keys: unknown;
}

describeMatrix('a canvas', (version) => {
  let server: RedisServer;
  let worker: Worker;
  let fleet: Fleet;
  let session: PythonSession;
  let backend: RedisBackend;
  let producer: Producer;
  beforeAll(async () => {
    fleet = await startFleet({
      ...{ version, ...matrixTasks({ result_extended: true }) },
      worker: { args: ['--include', 'celery_matrix'] },
      session: { version: '5.7.0' },
    });
    ({ server, worker, session } = fleet);
    backend = new RedisBackend({ url: server.url(1) });
    producer = new Producer({ broker: server.url(0), backend });
  });
  afterAll(async () => {
    if (producer) await right(producer.close());
    if (backend) await right(backend.close());
    await fleet?.stop();
  });

  /** Once nothing happens any more: the worker runs one task at a time, and no queue holds any. */
  const settled = async (): Promise<void> => {
    const seen = (): Promise<unknown> =>
      session.python(`
      with app.connection_for_read() as connection:
          client = connection.default_channel.client
          return [client.llen('celery'), client.zcard('unacked_index'), app.backend.client.dbsize()]
    `);
    let last = '';
    for (let same = 0; same < 3; await delay(40)) {
      const now = JSON.stringify(await seen());
      same = now === last && now.startsWith('[0, 0,'.replaceAll(' ', '')) ? same + 1 : 0;
      last = now;
    }
  };

  const run = async (send: () => Promise<unknown>): Promise<Left> => {
    await server.admin.multi().select(1).flushdb().select(0).exec();
    // Which part of a chord is the last one must not depend on how fast the messages come.
    process.kill(worker.pid(), 'SIGSTOP');
    const tuple = await send();
    process.kill(worker.pid(), 'SIGCONT');
    await settled();
    const [value, keys] = (await session.python(LOOK, tuple)) as ReadonlyArray<unknown>;
    return { tuple, value, keys };
  };

  const theirs = (canvas: Signature): Promise<Left> =>
    run(() =>
      session.python(
        `
        from celery.canvas import maybe_signature
        return maybe_signature(args, app=app).apply_async().as_tuple()
        `,
        wireOf(canvas),
      ),
    );

  const ours = (canvas: Signature): Promise<Left> =>
    run(async () => ResultTuple.encode((await right(producer.apply(canvas))).asTuple()));

  /** As it is read from here. */
  const read = async (tuple: unknown): Promise<unknown> => {
    const decoded = ResultTuple.decode(tuple);
    if (E.isLeft(decoded)) throw new Error(JSON.stringify(tuple));
    const result = fromTuple(backend.producing.results, decoded.right);
    const value: E.Either<Error, unknown> = await (result instanceof AsyncResult
      ? result.get({ timeout: 10 })()
      : result.join({ timeout: 10 })());
    return E.isRight(value) ? value.right : value.left.message;
  };

  it.each(canvases)('leaves the same behind, whoever sends it: %s', async (_, canvas) => {
    const expected = await theirs(canvas);
    expect(expected.keys).toBeInstanceOf(Object);
    // Python is told the failure of what came before a chord, and not of the chord.
    const failure = /ValueError\('boom', .*/.exec(String(expected.value))?.[0];
    expect(await read(expected.tuple)).toEqual(
      failure === undefined ? expected.value : expect.stringContaining(failure),
    );
    expect(named(await ours(canvas))).toEqual(named(expected));
  });
});

/** By the wire's names, its members too. */
const wireOf = (canvas: Signature): unknown => {
  const read = fromSignature(canvas);
  if (E.isLeft(read)) throw read.left;
  return SignatureCodec.encode(toSignature(read.right));
};

/** What Python reads: the value or error of each result, and all keys with what they hold. */
const LOOK = `
def outcome(result):
    try:
        return result.get(timeout=10)
    except Exception as exc:
        return repr(exc)

def content(key):
    client = app.backend.client
    kind = client.type(key).decode()
    if kind == 'string':
        text = client.get(key).decode()
        try:
            value = json.loads(text)
        except ValueError:
            return text
        if isinstance(value, dict):
            for name in ('date_done', 'date_started', 'traceback', 'worker'):
                value.pop(name, None)
        return value
    if kind == 'zset':
        return [member.decode() for member in client.zrange(key, 0, -1)]
    if kind == 'set':
        return sorted(member.decode() for member in client.smembers(key))
    return [member.decode() for member in client.lrange(key, 0, -1)]

result = result_from_tuple(args, app)
value = outcome(result)
keys = sorted(app.backend.client.keys('*'))
return [value, {key.decode(): content(key) for key in keys}]
`;

/** Each id that a client has made, and each claim, by where it is seen first. */
const named = (left: Left): unknown => {
  const names = new Map<string, string>();
  const text = JSON.stringify(left).replace(
    /[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}/g,
    (id) => {
      names.set(id, names.get(id) ?? `made ${names.size}`);
      return names.get(id) ?? id;
    },
  );
  return JSON.parse(text);
};
