/**
 * `GroupResult`: the results of a group, to be joined, counted, saved and restored.
 * Source: `GroupResult` and `ResultSet` in `celery/result.py`.
 *
 * @since 0.1.0
 */
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { InvalidResult } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import { lazily, type Operation, toRun } from '../operation/operation.js';
import { chain, map, settled } from '../operation/run.js';
import { FAILURE, isReady, type State } from '../states.js';
import {
  type GroupResultTuple,
  groupResultTuple,
  ResultTuple,
  type WireTuple,
} from '../wire/resultTuple.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { asked, completed, isSuccess, statesOf } from './asked.js';
import { AsyncResult } from './asyncResult.js';
import { type JoinOptions, joined } from './join.js';
import { type Joinable, type Joined, leavesOf, type ResultGroup } from './members.js';
import { outcomes } from './outcomes.js';
import { type GroupProgress, progress } from './progress.js';
import type { ResultBackend } from './resultBackend.js';
import type { ResultBase } from './resultBase.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Where a saved group is restored from: a backend.
 *
 * @category model
 * @since 0.1.0
 */
export interface GroupSource {
  /** As of a backend. */
  readonly groupResult: (groupId: string, results: readonly []) => GroupResult<readonly []>;
}

/**
 * The results of the group `id`, in header order: those of tasks, and of groups in it. Nothing
 * is asked of the store before something is asked of it.
 *
 * @example
 * import * as t from 'io-ts'
 * import { GroupResult, operation, RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const size = (id: string) => backend.asyncResult(id, t.number)
 * const inner = backend.groupResult('inner', [size('b'), size('c')])
 * const group = backend.groupResult('sizes', [size('a'), inner])
 * await operation.toPromise(group.save())
 *
 * group.progress$.subscribe(({ ready, total }) => console.log(`${ready} of ${total}`))
 * // => 0 of 3
 * for (const id of ['a', 'b', 'c']) await backend.markAsDone(id, id.charCodeAt(0))()
 * // => 1 of 3
 * // => 2 of 3
 * // => 3 of 3
 * console.log(await operation.toPromise(group.join({ timeout: 2 }))) // => [ 97, [ 98, 99 ] ]
 *
 * const restored = await operation.toPromise(GroupResult.restore(backend, 'sizes'))
 * if (restored._tag === 'Some') console.log(restored.value.results.length) // => 2
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export class GroupResult<Results extends ReadonlyArray<Joinable> = ReadonlyArray<Joinable>>
  implements ResultGroup<Results>, ResultBase
{
  /** @internal A backend's `groupResult` makes one. */
  constructor(
    readonly id: string,
    readonly results: Results,
    private readonly backend: ResultBackend,
    readonly parent: ResultBase | null = null,
  ) {}

  /**
   * The saved group, if there is one. Its members are checked by no codec. Fails with
   * `InvalidResult` where a single task's result is saved there.
   */
  static restore(source: GroupSource, groupId: string): Operation<O.Option<GroupResult>> {
    // any group of a backend knows what it is read from
    const { backend } = source.groupResult(groupId, []);
    return lazily(() =>
      pipe(
        toRun(backend.groups.restore(groupId)),
        chain((saved) =>
          settled(
            pipe(
              saved,
              O.traverse(E.Applicative)((tuple) => {
                const result = fromTuple(backend, tuple);
                return result instanceof GroupResult
                  ? E.right(result)
                  : E.left(new InvalidResult(groupId, tuple, 'no group is saved under this id'));
              }),
            ),
          ),
        ),
      ),
    );
  }

  // ---------------------------------------------------------------------------------
  // joins and streams
  // ---------------------------------------------------------------------------------

  /** The values of all members, as `join` gives them. Celery: `GroupResult.join`. */
  join(options?: JoinOptions & { readonly propagate?: true }): Operation<Joined<Results>>;
  join(
    options: JoinOptions & { readonly propagate: false },
  ): Operation<Joined<Results, TaskException>>;
  join(options?: JoinOptions & { readonly propagate?: boolean }): Operation<unknown> {
    return joined(this.results, options);
  }

  /** `join`: what is joined is always pushed. Celery: `GroupResult.join_native`. */
  joinNative(options?: JoinOptions & { readonly propagate?: true }): Operation<Joined<Results>>;
  joinNative(
    options: JoinOptions & { readonly propagate: false },
  ): Operation<Joined<Results, TaskException>>;
  joinNative(options?: JoinOptions & { readonly propagate?: boolean }): Operation<unknown> {
    return joined(this.results, options);
  }

  /**
   * The ready state of each task with its id, as they come; those of nested groups too. It has
   * no deadline, and fails with whatever ends the stream of a member.
   */
  iterNative(): Rx.Observable<readonly [id: string, meta: TaskMeta]> {
    return Rx.defer(() => outcomes(leavesOf(this.results), null)).pipe(
      Rx.map(({ meta }) => {
        if (E.isLeft(meta)) throw meta.left;
        return [meta.right.taskId, meta.right] as const;
      }),
    );
  }

  /**
   * How far the group is: now, and at the end of each tick in which a task became ready, until
   * all are. It fails with whatever ends the stream of a member.
   */
  get progress$(): Rx.Observable<GroupProgress> {
    return progress(this.results);
  }

  // ---------------------------------------------------------------------------------
  // what is stored now
  // ---------------------------------------------------------------------------------

  /** Whether every task is ready. */
  get ready(): Operation<boolean> {
    return this.read((states) => states.every(isReady));
  }

  /** Whether every task has succeeded. */
  get successful(): Operation<boolean> {
    return this.read((states) => states.every(isSuccess));
  }

  /** Whether a task has failed; one that was revoked has not, as in Celery. */
  get failed(): Operation<boolean> {
    return this.read((states) => states.includes(FAILURE));
  }

  /** Whether a task is not ready. */
  get waiting(): Operation<boolean> {
    return this.read((states) => !states.every(isReady));
  }

  /** How many members have succeeded, where a nested group is one member, as in Celery. */
  get completedCount(): Operation<number> {
    return lazily(() => completed(this.results));
  }

  // ---------------------------------------------------------------------------------
  // saving and forgetting
  // ---------------------------------------------------------------------------------

  /** Saves which results the group has, for `restore`, here and in Python. */
  save(): Operation<void> {
    return lazily(() => toRun(this.backend.groups.save(this.id, this.asTuple())));
  }

  /** Forgets which results the group has; the results stay. */
  delete(): Operation<void> {
    return this.backend.groups.delete(this.id);
  }

  /** Deletes the result of every task; who waits for one gets a `ResultCancelled`. */
  get forget(): Operation<void> {
    return lazily(() =>
      pipe(
        asked(leavesOf(this.results), ({ forget }) => forget),
        map(constVoid),
      ),
    );
  }

  /** The reference that is saved. */
  asTuple(): GroupResultTuple {
    return groupResultTuple(this.id, this.results.map(tupleOf), this.parent?.asTuple());
  }

  /** For `JSON.stringify`: the reference as Celery writes it. */
  toJSON(): WireTuple {
    return ResultTuple.encode(this.asTuple());
  }

  /** For `console.log`, which shows how many results it has. */
  [inspect.custom](): string {
    return `GroupResult <${this.id}, of ${this.results.length}>`;
  }

  private read(f: (states: ReadonlyArray<State>) => boolean): Operation<boolean> {
    return lazily(() => pipe(statesOf(leavesOf(this.results)), map(f)));
  }
}

// -------------------------------------------------------------------------------------
// members
// -------------------------------------------------------------------------------------

const tupleOf = (result: Joinable): ResultTuple =>
  result instanceof AsyncResult || result instanceof GroupResult
    ? result.asTuple()
    : groupResultTuple(result.id, result.results.map(tupleOf));

/** @internal A result by its reference. */
export const fromTuple = (
  backend: ResultBackend,
  tuple: ResultTuple,
): AsyncResult | GroupResult => {
  // a long chain has more before it than the stack is deep
  const before: Array<ResultTuple> = [];
  for (let each = tuple.parent; each !== null; each = each.parent) before.push(each);
  const parent = before.reduceRight<AsyncResult | GroupResult | null>(
    (earlier, each) => ofTuple(backend, each, earlier),
    null,
  );
  return ofTuple(backend, tuple, parent);
};

const ofTuple = (
  backend: ResultBackend,
  tuple: ResultTuple,
  parent: AsyncResult | GroupResult | null,
): AsyncResult | GroupResult =>
  tuple._tag === 'AsyncResult'
    ? new AsyncResult(tuple.id, backend, undefined, parent)
    : new GroupResult(
        tuple.id,
        tuple.results.map((each) => fromTuple(backend, each)),
        backend,
        parent,
      );
