/**
 * `npm run example -- fpTs`: results in pipelines, with fp-ts.
 *
 * Every operation is a `TaskEither` whose `Left` is one tagged union, so that one `fold`
 * at the end tells every way in which things can go wrong.
 */
import { randomUUID } from 'node:crypto';
import { type Operation, pythonException, RedisBackend, type ResultStoreError } from 'chordis';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'memory://', expires: 60 });

/** Somewhere else, workers take orders, and one of them refuses. */
const [first, second, refused] = [randomUUID(), randomUUID(), randomUUID()];
const work: TE.TaskEither<ResultStoreError, unknown> = pipe(
  backend.markAsDone(first, 19.5),
  TE.chain(() => backend.markAsDone(second, 22.5)),
  TE.chain(() => backend.markAsFailure(refused, pythonException('ValueError', ['out of stock']))),
);

const price = (id: string): Operation<number> =>
  backend.asyncResult(id, t.number).get({ timeout: 5 });

/** The first `Left` there is, or the sum. */
const total = (ids: ReadonlyArray<string>): TE.TaskEither<ResultStoreError, number> =>
  pipe(ids, TE.traverseArray(price), TE.map(A.reduce(0, (sum, each) => sum + each)));

const told = (what: string, sum: TE.TaskEither<ResultStoreError, number>): T.Task<void> =>
  pipe(
    sum,
    TE.match(
      (error) =>
        error._tag === 'TaskFailed'
          ? `no total: ${error.excType} ${JSON.stringify(error.args)}`
          : `no total: ${error.message}`,
      (euros) => `${euros} euros`,
    ),
    T.map((text) => console.log(`${what}: ${text}`)),
  );

const program: T.Task<void> = pipe(
  work,
  T.chain(() => told('two orders', total([first, second]))),
  T.chain(() => told('three orders', total([first, second, refused]))),
  T.chain(() => backend.close()),
  T.map(() => undefined),
);

program();
