/**
 * Parts of a chord that a worker of Celery 5.2.7 has brought, which writes no `.d`; they are
 * returned once more from here, and the last one, too.
 */
import { expect, it } from 'vitest';
import { RedisBackend } from '../../src/index.js';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { describeEachCelery, startPython, startWorker } from './celery.js';
import { messageOf } from './chordBroker.js';
import { onRedis, right, until } from './scenario.js';

const SIZE = 6;

/** Members 0, 2, 4 run on the worker. */
const SEND = `
from celery import chord
header = [
    tasks.echo.s(f'celery {i}').set(queue='here' if i % 2 else 'celery') for i in range(args)
]
body = chord(header)(tasks.echo.s())
return [body.id, [result.id for result in body.parent.results]]
`;

const layouts = [true, false].flatMap((ordered) =>
  ['json', 'msgpack'].map((serializer) => [ordered ? 'ordered' : 'unordered', serializer] as const),
);

describeEachCelery('a chord whose first parts are those of a worker', (version) => {
  it.each(layouts)(
    'counts each once, and has its body run by it: %s, in %s, plain and compressed',
    (layout, serializer) =>
      onRedis(async ({ server }) => {
        const ordered = layout === 'ordered';
        const options = {
          version,
          broker: server.celeryUrl(0),
          backend: server.celeryUrl(1),
          config: {
            result_serializer: serializer,
            accept_content: ['json', 'msgpack'],
            result_backend_transport_options: { result_chord_ordered: ordered },
          },
        };
        const [worker, session] = await Promise.all([startWorker(options), startPython(options)]);
        try {
          for (const compression of [null, 'gzip']) {
            const backend = new RedisBackend({
              ...{ url: server.url(1), broker: server.url(0), chordOrdered: ordered, compression },
              ...{ serializer, serializers: [msgpack], accept: ['json', 'msgpack'] },
            });
            const sent = await session.python(SEND, SIZE);
            const [bodyId, ids] = sent as readonly [string, ReadonlyArray<string>];
            const taken = await Promise.all(
              Array.from({ length: SIZE / 2 }, () => server.admin.brpop('here', 10)),
            );
            const [first] = taken.map((item) => messageOf(item?.[1] ?? ''));
            const group = String(first?.headers.group);
            const [, , { chord }] = JSON.parse(first?.body.toString() ?? '');
            const key = `celery-taskset-meta-${group}`;
            const stored = (): Promise<number> =>
              inStore(ordered ? 'ZCARD' : 'LLEN', `${key}.j`).then(Number);
            const inStore = async (command: string, name: string): Promise<unknown> => {
              const replies = await server.admin
                .multi()
                .select(1)
                .call(command, [name])
                .select(0)
                .exec();
              return replies?.[1]?.[1];
            };
            await until(async () => (await stored()) === SIZE / 2, 10);

            const returned = async (i: number, value: string): Promise<string> => {
              const request = { id: ids[i] ?? '', group, groupIndex: i, chord };
              const { _tag } = await right(backend.onChordPartReturn(request, 'SUCCESS', value));
              return _tag;
            };
            for (const i of [0, 2, 4]) expect(await returned(i, 'again')).toBe('Redelivered');
            expect(await stored()).toBe(SIZE / 2);
            expect(await returned(1, 'node 1')).toBe('Waiting');
            expect(await returned(3, 'node 3')).toBe('Waiting');
            for (const i of [0, 1, 4]) expect(await returned(i, 'again')).toBe('Redelivered');
            expect(await returned(5, 'node 5')).toBe('Dispatched');
            for (const i of [0, 5]) expect(await returned(i, 'again')).toBe('Redelivered');

            const values = await session.python('return AsyncResult(args).get(timeout=20)', bodyId);
            const expected = ['celery 0', 'node 1', 'celery 2', 'node 3', 'celery 4', 'node 5'];
            expect(ordered ? values : (values as Array<string>).toSorted()).toEqual(
              ordered ? expected : expected.toSorted(),
            );
            expect(await inStore('EXISTS', `${key}.j`)).toBe(0);
            await right(backend.close());
          }
        } finally {
          await Promise.all([worker.stop(), session.stop()]);
        }
      }),
    60_000,
  );
});
