import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, inProject, isSkipped, ROOT, tool, write } from './project.js';

const CONSUMER = `
import * as O from 'fp-ts/lib/Option.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { from, map, mergeMap, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  type AsyncResult,
  isReady,
  join,
  type Operation,
  RedisBackend,
  type ResultStoreError,
  retry,
  type TaskMeta,
} from 'chordis';
import { type AmqpBroker, amqpBroker, type AmqpOptions } from 'chordis/amqp';
import { msgpack } from 'chordis/msgpack';
import { ChordisModule } from 'chordis/nest';
import { chain, group, Producer, task } from 'chordis/producer';
import { useTask } from 'chordis/react';
import { type TestBackend, testBackend } from 'chordis/testing';
import { keys, Message, TaskMeta as metaCodec } from 'chordis/wire';
import { yaml } from 'chordis/yaml';

const backend = new RedisBackend({ url: 'memory://', serializers: [yaml, msgpack] });
const state: Operation<string> = backend.getState('task');
export const seen: Observable<string> = from(state);
export const bytes: TE.TaskEither<ResultStoreError, O.Option<Buffer>> = pipe(
  TE.fromEither(keys().task('task')),
  TE.chain((key) => backend.get(key)),
);
export const metas: Observable<TaskMeta> = from(['a']).pipe(
  mergeMap((id) => backend.getTaskMeta(id)),
);
export const length: TE.TaskEither<ResultStoreError, number> = pipe(
  state,
  TE.map((text) => text.length),
);
export const [wait]: Iterable<number> = retry.intervals(retry.defaultRetryPolicy);
export const kit: TestBackend = testBackend(new TestScheduler(() => undefined));
export const joined: Operation<readonly [number, readonly [unknown]]> = join([
  backend.asyncResult('a', t.number),
  backend.groupResult('g', [backend.asyncResult('b')]),
]);
export const codecs = [Message, metaCodec];

const queues: NonNullable<AmqpOptions['taskQueues']> = { orders: { exchangeType: 'topic' } };
export const amqp: AmqpBroker = amqpBroker('amqp://', { taskQueues: queues });
export const over = new Producer({ broker: amqp, backend, taskQueues: queues });
export const ended: Operation<void> = amqp.end();
const producer = new Producer({ broker: 'memory://', backend });
const add = task('add', { args: t.tuple([t.number, t.number]), result: t.number });
const shout = task('shout', { args: t.tuple([t.string]), result: t.string });
export const sum: Operation<AsyncResult<number>> = producer.sendTask(add, [1, 2]);
export const chained: Operation<AsyncResult<number>> = producer.apply(chain([add(1, 2), add(3)]));
export const both: Observable<readonly [number, string]> = producer
  .apply(group([add(1, 2), shout('a')]))
  .pipe(mergeMap((results) => results.join()));
// @ts-expect-error a wrong argument
producer.sendTask(add, ['1', 2]);
// @ts-expect-error a wrong keyword argument
producer.sendTask(task('kw', { kwargs: t.type({ a: t.number }) }), [], { a: 'x' });
// @ts-expect-error a number is no text
chain([add(1, 2), shout()]);

const typed = backend.asyncResult('task', { result: t.number, progress: t.type({ done: t.number }) });
export const plain: AsyncResult<number> = typed;
export const told: Observable<string> = typed.meta$.pipe(
  map((meta) => {
    switch (meta.status) {
      case 'SUCCESS':
        return meta.result.toFixed();
      case 'FAILURE':
      case 'REVOKED':
        return meta.result.repr;
      case 'PROGRESS':
        return meta.result.done.toFixed();
      default:
        return meta.status;
    }
  }),
);
export const misspelled = typed.meta$.pipe(
  // @ts-expect-error no such state
  map((meta) => meta.status === 'SUCESS'),
);
export const ready = (status: string): boolean =>
  // @ts-expect-error no such state that is ready
  isReady(status) && status === 'SUCESS';
export const loop = async (): Promise<void> => {
  for await (const meta of typed.meta$) if (meta.status === 'SUCCESS') meta.result.toFixed();
};
export const schema = backend.asyncResult('task', {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value: String(value) }) },
});
export const Shown = ({ id }: { id: string }): string => {
  const { phase, state } = useTask(id, t.number);
  return phase === 'ready' && state.status === 'SUCCESS' ? state.result.toFixed() : phase;
};
export const module = ChordisModule.forRoot({ backend: { url: 'memory://' } }).module;
export const text: Operation<string> = schema.get({ signal: AbortSignal.timeout(1) });
`;

/** An operation is an Observable, not only like one. */
const OPERATIONS = `
import { firstValueFrom, forkJoin, type Observable } from 'rxjs';
import { RedisBackend } from 'chordis';

const backend = new RedisBackend({ url: 'memory://' });
export const first: Promise<string> = firstValueFrom(backend.getState('task'));
export const both: Observable<[string, number]> = forkJoin([
  backend.getState('task'),
  backend.incr('n'),
]);
`;

/** The package of each compiler; 7 is the one that chordis is built with. */
const COMPILERS = { '5.4': 'typescript-5.4', '5.9': 'typescript', '7': 'typescript-7' };

const TYPE_CHECK = join(ROOT, 'test/package/typeCheck.mjs');
const BASE_TYPES = join(ROOT, 'test/package/baseTypes.mjs');

const RESOLUTIONS = {
  node16: { module: 'node16' },
  nodenext: { module: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  // Before `exports`; TypeScript 7 has it no longer.
  node10: { module: 'esnext', moduleResolution: 'node10', ignoreDeprecations: '5.0' },
};

const rows = (Object.keys(COMPILERS) as Array<keyof typeof COMPILERS>).flatMap((version) =>
  (Object.keys(RESOLUTIONS) as Array<keyof typeof RESOLUTIONS>)
    .filter((resolution) => version !== '7' || resolution !== 'node10')
    .map((resolution) => [version, resolution] as const),
);

const compile = (
  name: string,
  text: string,
  version: keyof typeof COMPILERS,
  resolution: keyof typeof RESOLUTIONS,
): Promise<Ended> => {
  write(`${name}.ts`, text);
  const compilerOptions = {
    ...RESOLUTIONS[resolution],
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    // All but those of the compiler itself.
    skipLibCheck: false,
    skipDefaultLibCheck: true,
    noEmit: true,
  };
  const project = write(
    `tsconfig.${name}.${version}.${resolution}.json`,
    JSON.stringify({ compilerOptions, files: [`${name}.ts`] }),
  );
  return version === '7'
    ? inProject('node', join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', project)
    : inProject('node', TYPE_CHECK, tool(COMPILERS[version]), project);
};

const COMPILED: Ended = { code: 0, stdout: '', stderr: '' };

describe.concurrent('the declarations', () => {
  it.skipIf(isSkipped('typescript')).each(rows)(
    'hold in a strict project that checks its libraries too: TypeScript %s, %s',
    async (version, resolution) => {
      expect(await compile('consumer', CONSUMER, version, resolution)).toEqual(COMPILED);
    },
  );

  it('make an operation what firstValueFrom and forkJoin take', async () => {
    expect(await compile('operations', OPERATIONS, '7', 'nodenext')).toEqual(COMPILED);
  });

  it.skipIf(isSkipped('typescript'))(
    'show a lint rule that an operation, and a stream of states, is an Observable',
    async () => {
      const module =
        "import { RedisBackend } from 'chordis';\nconst backend = new RedisBackend();\n";
      const exported = [
        "export const operation = backend.getState('task');",
        "export const states = backend.asyncResult('task').meta$;",
      ].join('\n');
      write('linted.ts', module + exported);
      const compilerOptions = { module: 'nodenext', strict: true, types: ['node'] };
      const project = write(
        'tsconfig.linted.json',
        JSON.stringify({ compilerOptions, files: ['linted.ts'] }),
      );
      const { stdout } = await inProject('node', BASE_TYPES, tool(COMPILERS['5.9']), project);
      expect(stdout).toMatch(/^operation: Operation .*\bObservable\b/m);
      expect(stdout).toMatch(/^states: TaskResults .*\bObservable\b/m);
    },
  );
});
