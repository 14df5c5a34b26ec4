/**
 * How a backend runs what it is asked: once it is asked, under its retry policy, with a
 * place in the offline queue, and until it is closed.
 *
 * Source: `RedisBackend.ensure` and `on_connection_error` in `celery/backends/redis.py`,
 * `_ensure_retryable` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constTrue, constVoid, identity } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import type { Config } from '../config/config.js';
import { Closed, type ResultStoreError, RetryLimitExceeded } from '../errors/errors.js';
import { fromRun, type Operation } from '../operation/operation.js';
import { finalize, fromSource, orElse, type Result, type Run, settled } from '../operation/run.js';
import type { Connection } from '../port/commands.js';
import { exponentialBackoff } from '../retry/exponentialBackoff.js';
import { failedOperationMessage } from '../retry/humanizeSeconds.js';
import { checkedRetryPolicy, mergeRetryPolicy, type RetryPolicy } from '../retry/policy.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import { Line, wasCut } from './line.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What a backend has to say of lost connections. */
export interface Judgement {
  readonly exceptionSafeToRetry: (error: ResultStoreError) => boolean;
  /** Seconds until the next try. */
  readonly onConnectionError: (
    maxRetries: number | null,
    error: ResultStoreError,
    intervals: Iterator<number>,
    retries: number,
  ) => number;
}

export interface Retrying {
  readonly policy?: Partial<RetryPolicy> | undefined;
  /** Beside what the backend judges. */
  readonly when?: (error: ResultStoreError) => boolean;
  /** Whether it sees itself to what is lost with others, or has nothing to do with a link. */
  readonly isOwn?: boolean;
  /** Whether it can leave at once. Default: where a command to the store can. */
  readonly isReady?: (() => boolean) | undefined;
}

export class Execution {
  private underWay = 0;
  private isClosed = false;
  /** Never emits; fails once closed. */
  private readonly closing$ = new Rx.ReplaySubject<never>();
  private readonly idle = new Rx.Subject<void>();
  private readonly line = new Line();

  constructor(
    private readonly connection: Connection,
    private readonly options: Config,
    private readonly judgement: Judgement,
  ) {
    this.closing$.subscribe({ error: constVoid });
  }

  // ---------------------------------------------------------------------------------
  // an operation, from its start to its end
  // ---------------------------------------------------------------------------------

  /**
   * Made when it is run. Nothing that `make` meets in the arguments is thrown; once closed
   * it is `Closed`, and what was begun before is waited for.
   */
  operation<A>(make: () => Run<A>): Operation<A> {
    return fromRun((settle) => {
      if (this.isClosed) return settled<A>(E.left(new Closed('backend')))(settle);
      this.underWay += 1;
      return finalize(make, this.leave)(settle);
    });
  }

  /** For what is not ours to wait for: once closed it is `Closed`, and let go of. */
  untilClosed<A>(run: Run<A>): Run<A> {
    return fromSource(Rx.merge(this.closing$, fromRun(run)));
  }

  private readonly leave = (): void => {
    this.underWay -= 1;
    if (this.underWay === 0) this.idle.next();
  };

  /**
   * Ends what waits between retries, waits for what is under way, and hangs up; at once
   * where nobody waits for this any more.
   */
  readonly close: Run<void> = (settle) => {
    if (!this.isClosed) this.closing$.error(new Closed('backend'));
    this.isClosed = true;
    if (this.underWay === 0) return this.connection.close(settle);
    const waiting = this.idle.pipe(Rx.take(1)).subscribe(() => this.connection.close(settle));
    return () => {
      if (waiting.closed) return;
      waiting.unsubscribe();
      this.connection.close(constVoid);
    };
  };

  // ---------------------------------------------------------------------------------
  // retry
  // ---------------------------------------------------------------------------------

  /**
   * Runs it again after each lost connection, until the policy is spent: then it is a
   * `RetryLimitExceeded`. While it waits it has a place in the offline queue, and it keeps
   * that until its end.
   */
  retried<A>(run: Run<A>, retrying: Retrying = {}): Run<A> {
    const checked = retrying.policy && checkedRetryPolicy(retrying.policy);
    if (checked !== undefined && E.isLeft(checked)) return settled(checked);
    const isReady = retrying.isReady ?? this.connection.isReady;
    return (settle) =>
      isReady()
        ? orElse(run, (error) => this.again(run, error, retrying, this.queued))(settle)
        : this.queued(orElse(run, (error) => this.again(run, error, retrying, identity)))(settle);
  }

  /** After it has failed with `error`. */
  private again<A>(
    run: Run<A>,
    error: ResultStoreError,
    { policy, when = constTrue, isOwn = false }: Retrying,
    inPlace: (run: Run<A>) => Run<A>,
  ): Run<A> {
    const isWorthIt = (reason: ResultStoreError): boolean =>
      this.judgement.exceptionSafeToRetry(reason) && when(reason);
    const failed = E.left(error);
    if (!isWorthIt(error)) return settled(failed);
    const next = !isOwn && wasCut(error) ? this.line.inTurn(run) : run;
    const merged = mergeRetryPolicy(this.options.retryPolicy, policy);
    return inPlace(this.afterFailure(next, failed, merged, isWorthIt));
  }

  /** With a place in the offline queue from its start to its end. */
  private readonly queued =
    <A>(run: Run<A>): Run<A> =>
    (settle) => {
      const place = this.connection.queue.enter();
      return E.isLeft(place) ? settled<A>(place)(settle) : finalize(() => run, place.right)(settle);
    };

  /** The retry operator is asked only once the first run has failed. */
  private afterFailure<A>(
    run: Run<A>,
    failed: Result<A>,
    policy: RetryPolicy,
    when: (error: ResultStoreError) => boolean,
  ): Run<A> {
    const runs = [settled(failed)];
    const { scheduler } = this.options;
    return fromSource(
      Rx.defer(() => fromRun(runs.pop() ?? run)).pipe(
        retryOverTime(policy, {
          when,
          scheduler,
          hold: this.hold,
          nextWait: (error, retries, waits) =>
            this.judgement.onConnectionError(policy.maxRetries, error, waits, retries),
        }),
      ),
    );
  }

  /**
   * With `alwaysRetry`, what outlasts the retry policy is tried again with backoff. `name`
   * is what Celery calls the operation, for its log.
   */
  persistent<A>(name: string, run: Run<A>): Run<A> {
    const { alwaysRetry, maxRetries, random, scheduler, logger } = this.options;
    if (!alwaysRetry) return run;
    const policy = {
      baseMs: this.options.baseSleepBetweenRetriesMs,
      maximumMs: this.options.maxSleepBetweenRetriesMs,
      maxRetries,
    };
    const outlasted = (error: ResultStoreError): boolean =>
      this.judgement.exceptionSafeToRetry(
        error instanceof RetryLimitExceeded ? error.cause : error,
      );
    const onRetry = (_error: ResultStoreError, retries: number): void =>
      logger.warn(failedOperationMessage(name, maxRetries - retries - 1));
    return fromSource(
      fromRun(run).pipe(
        exponentialBackoff(policy, {
          when: outlasted,
          onRetry,
          hold: this.hold,
          random,
          scheduler,
        }),
      ),
    );
  }

  /** A wait that ends with the backend. */
  private readonly hold = <B>(wait: Rx.Observable<B>): Rx.Observable<B> =>
    Rx.merge(this.closing$, wait);
}
