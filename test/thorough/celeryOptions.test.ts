/**
 * Every option of a call beside Celery 5.7.0, 5.6.3 and 5.2.7: what a worker is told of a task
 * that was sent from here is what it is told by Celery 5.7.0's own client.
 */
import { execFileSync } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Compression, RedisBackend } from '../../src/index.js';
import { msgpack } from '../../src/msgpack/index.js';
import { Producer, type SendOptions, signature } from '../../src/producer/index.js';
import { yaml } from '../../src/yaml/index.js';
import {
  describeMatrix,
  interpreter,
  type PythonSession,
  startPython,
  startWorker,
  type Worker,
} from '../integration/celery.js';
import { expectNoLeaks } from '../integration/leaks.js';
import { type RedisServer, startRedis } from '../integration/redisServer.js';
import { right } from '../integration/scenario.js';
import { matrixTasks } from './celeryMatrix.js';
import { compressions, optionRows, serializers } from './celeryOptions.js';

type Told = Readonly<Record<string, unknown>>;

const queues = {
  celery: { exchange: 'celery', routing_key: 'celery' },
  other: { exchange: 'other', routing_key: 'other' },
  cats: { exchange: 'pictures', exchange_type: 'topic', routing_key: 'pictures.cat' },
};

/** What no Node has, and what it has from 22.15 on, by Celery 5.7.0's Kombu. */
const ofKombu: ReadonlyArray<Compression> = [
  ['bzip2', 'application/x-bz2'] as const,
  ['zstd', 'application/zstd'] as const,
].map(([name, contentType]) => {
  const by = (code: string, body: Buffer): Buffer => {
    const script = `import sys, kombu.compression as c
data = sys.stdin.buffer.read()
sys.stdout.buffer.write(${code})`;
    return execFileSync(interpreter('5.7.0'), ['-c', script], { input: body });
  };
  return {
    name,
    contentType,
    compress: (body) => by(`c.compress(data, '${name}')[0]`, body),
    decompress: (body) => by(`c.decompress(data, '${contentType}')`, body),
  };
});

describeMatrix('an option of a call', (version) => {
  let server: RedisServer;
  let worker: Worker;
  let session: PythonSession;
  let backend: RedisBackend;
  let producer: Producer;
  /** The content types of what Kombu decompresses. */
  let decompressed: ReadonlyArray<string>;
  beforeAll(async () => {
    server = await startRedis();
    const options = {
      ...{ version, broker: server.celeryUrl(0), backend: server.celeryUrl(1) },
      ...matrixTasks({ accept_content: ['json', 'yaml', 'msgpack'] }),
    };
    [worker, session] = await Promise.all([
      startWorker({
        ...options,
        config: { ...options.config, task_queues: queues },
        pool: 'prefork',
        args: ['--include', 'celery_matrix'],
      }),
      startPython({ ...options, version: '5.7.0' }),
    ]);
    backend = new RedisBackend({
      url: server.url(1),
      serializers: [yaml, msgpack],
      compressions: ofKombu,
    });
    producer = new Producer({ broker: server.url(0), backend });
    const probe = await startPython(options);
    decompressed = (await probe.python(
      'import kombu.compression\nreturn kombu.compression.encoders()',
    )) as ReadonlyArray<string>;
    await probe.stop();
  });
  afterAll(async () => {
    if (producer) await right(producer.close());
    if (backend) await right(backend.close());
    await Promise.all([worker?.stop(), session?.stop()]);
    await expectNoLeaks(server);
    await server?.stop();
  });

  const args = [1, 'zwei', { drei: [null, true] }];
  const kwargs = { vier: 4.5 };

  const toldByUs = async (options: SendOptions): Promise<Told> => {
    const sent = await right(producer.sendTask('matrix.told', args, kwargs, options));
    return (await right<unknown>(sent.get({ timeout: 20 }))) as Told;
  };

  const toldByPython = async (options: string): Promise<Told> => {
    const told = await session.python(
      `
      from datetime import datetime
      sent = app.send_task('matrix.told', tuple(args[0]), args[1], ${options})
      try:
          return sent.get(timeout=20)
      finally:
          sent.forget()
      `,
      [args, kwargs],
    );
    expect(told).not.toHaveProperty('raised');
    return told as Told;
  };

  /** Without what is another for each sending: ids that were made, and times counted from now. */
  const comparable = ({ id, reply_to, ...told }: Told, options: SendOptions): unknown => {
    const { eta, expires, ...others } = told;
    const isNear = options.countdown !== undefined || typeof options.expires === 'number';
    return JSON.parse(
      JSON.stringify({
        ...others,
        times: isNear ? [typeof eta, typeof expires] : [eta, expires],
        reply_to: options.replyTo === undefined ? null : reply_to,
      }).replaceAll(String(id), 'ID'),
    );
  };

  it.each(optionRows)('$name: a worker is told what Celery’s client tells it', async (row) => {
    const ours = await toldByUs(row.options);
    expect(ours).toMatchObject({ ...row.seen, arguments: [args, kwargs] });
    const theirs = await toldByPython(row.python);
    expect(comparable(ours, row.options)).toEqual(comparable(theirs, row.options));
  });

  it.each(serializers)('the serializer %s', async (serializer) => {
    const ours = await toldByUs({ serializer });
    const theirs = await toldByPython(`serializer='${serializer}'`);
    expect(comparable(ours, {})).toEqual(comparable(theirs, {}));
  });

  it.each(compressions)('the compression %s, where that Celery has it', async (name, type) => {
    const sent = await right(producer.sendTask('matrix.told', args, kwargs, { compression: name }));
    if (!decompressed.includes(type)) return backend.resultConsumer.cancelFor(sent.id);
    expect(await right<unknown>(sent.get({ timeout: 20 }))).toMatchObject({
      arguments: [args, kwargs],
    });
  });

  it('a hard time limit kills it: TimeLimitExceeded', async () => {
    const sent = await right(producer.sendTask('matrix.busy', [30], {}, { timeLimit: 1 }));
    expect(await sent.get({ timeout: 20 })()).toMatchObject(
      E.left({ _tag: 'TaskFailed', excType: 'TimeLimitExceeded' }),
    );
  });

  it('a soft time limit tells it: SoftTimeLimitExceeded', async () => {
    const sent = await right(producer.sendTask('matrix.busy', [30], {}, { softTimeLimit: 1 }));
    expect(await sent.get({ timeout: 20 })()).toMatchObject(
      E.left({ _tag: 'TaskFailed', excType: 'SoftTimeLimitExceeded' }),
    );
  });

  it('a result that is ignored is neither stored nor watched', async () => {
    const taskId = `ignored-${version}`;
    const link = signature('tasks.echo', [], {}, { taskId: `${taskId}-link` });
    await right(producer.sendTask('tasks.echo', ['x'], {}, { taskId, ignoreResult: true, link }));
    expect(await right(backend.asyncResult(`${taskId}-link`).get({ timeout: 20 }))).toBe('x');
    expect(await right(backend.taskResultExists(taskId))).toBe(false);
    expect(await server.numsub(`celery-task-meta-${taskId}`)).toBe(0);
  });

  it('a countdown and an eta are waited for', async () => {
    const start = Date.now();
    await toldByUs({ countdown: 0.8 });
    expect(Date.now() - start).toBeGreaterThan(700);
    await toldByUs({ eta: new Date(start + 2000) });
    expect(Date.now() - start).toBeGreaterThanOrEqual(2000);
  });
});
