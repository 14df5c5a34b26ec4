/**
 * A value for each member of a group, in its place: what every join is made of.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import { abortable } from '../operation/abort.js';
import { isolated } from '../operation/isolated.js';
import { lazily, type Operation } from '../operation/operation.js';
import {
  type Cancel,
  type Result,
  type Run,
  type Settle,
  settled,
  started,
} from '../operation/run.js';
import type { AsyncResult } from './asyncResult.js';
import { inStructure, type Joinable, leavesOf } from './members.js';
import { outcomes } from './outcomes.js';
import {
  type GroupWaitOptions,
  isOptions,
  isTimeout,
  notAThreshold,
  notATimeout,
  notOptions,
} from './waiting.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Collecting {
  /** Whether the exception of a task that failed is its failure, or its value. */
  readonly propagate: boolean;
  /** What stands for a member, given what it came to; a `Left` ends it all. */
  readonly each: (outcome: Result<unknown>) => Result<unknown>;
  /** What is done before it fails, once the channels are left. */
  readonly failing?: (error: ResultStoreError, missing: ReadonlyArray<string>) => Run<unknown>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** The values, in the structure of `results`. */
export const collected = (
  results: ReadonlyArray<Joinable>,
  options: GroupWaitOptions,
  collecting: Collecting,
): Operation<ReadonlyArray<unknown>> =>
  lazily(() => {
    if (!isOptions(options)) return settled(E.left(notOptions));
    const members = leavesOf(results);
    const { timeout = members[0]?.backend.resultTimeout ?? null, stalledAfter, signal } = options;
    if (!isTimeout(timeout)) return settled(E.left(notATimeout));
    if (stalledAfter !== undefined && !(stalledAfter > 0)) return settled(E.left(notAThreshold));
    return abortable(signal)((settle) => {
      const collection = new Collection(members, collecting);
      return collection.run({ ...options, timeout }, (result) => {
        settle(E.isLeft(result) ? result : E.right(inStructure(results, result.right)));
      });
    });
  });

class Collection {
  private readonly values: Array<unknown>;
  private readonly news = new Rx.Subject<void>();
  private readonly over = new Rx.Subject<void>();
  private left: number;
  private failing: Cancel;

  constructor(
    private readonly members: ReadonlyArray<AsyncResult>,
    private readonly collecting: Collecting,
  ) {
    this.values = new Array(members.length).fill(MISSING);
    this.left = members.length;
  }

  run(
    { timeout, stalledAfter, onStalled }: GroupWaitOptions & { readonly timeout: number | null },
    settle: Settle<ReadonlyArray<unknown>>,
  ): Cancel {
    const { each, propagate } = this.collecting;
    const [first] = this.members;
    if (first === undefined) {
      settle(E.right([]));
      return undefined;
    }
    if (stalledAfter !== undefined && onStalled !== undefined) {
      this.silence(stalledAfter, first.backend.scheduler).subscribe(() =>
        isolated(() => onStalled(this.missing())),
      );
    }
    outcomes(this.members, timeout)
      .pipe(Rx.takeUntil(this.over))
      .subscribe(({ at, meta }) => {
        const place: Settle<unknown> = (outcome) => this.place(at, each(outcome), settle);
        if (E.isLeft(meta)) place(meta);
        else started(() => (this.members[at] ?? first).outcomeOf(meta.right, propagate), place);
      });
    return () => {
      this.over.next();
      this.failing?.();
    };
  }

  private place(at: number, result: Result<unknown>, settle: Settle<ReadonlyArray<unknown>>): void {
    if (this.left === 0) return;
    if (E.isLeft(result)) {
      this.fail(at, result, settle);
      return;
    }
    this.values[at] = result.right;
    this.left -= 1;
    this.news.next();
    if (this.left > 0) return;
    this.over.next();
    settle(E.right(this.values));
  }

  private fail(at: number, error: E.Left<ResultStoreError>, settle: Settle<never>): void {
    this.values[at] = error;
    this.left = 0;
    this.over.next();
    const { failing } = this.collecting;
    this.failing = started(
      () => failing?.(error.left, this.missing()) ?? settled(error),
      () => settle(error),
    );
  }

  private missing(): ReadonlyArray<string> {
    return this.members.filter((_, at) => this.values[at] === MISSING).map(({ id }) => id);
  }

  /** Emits where no member has been placed for so long, and then not until one is. */
  private silence(seconds: number, scheduler: Rx.SchedulerLike): Rx.Observable<unknown> {
    return this.news.pipe(
      Rx.startWith(undefined),
      Rx.debounceTime(seconds * 1000, scheduler),
      Rx.takeUntil(this.over),
    );
  }
}

const MISSING = Symbol('missing');
