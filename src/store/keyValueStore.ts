/**
 * The keys and values of the store, each command under the retry policy as far as
 * running it again is harmless. Source: `get`, `set`, `ensure` and their kin of
 * `RedisBackend` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import type { BackendOptions } from '../config/options.js';
import {
  type DecodeError,
  type InvalidArgument,
  type ResultStoreError,
  RetryLimitExceeded,
} from '../errors/errors.js';
import {
  continueWith,
  fail,
  fromEither,
  fromSingle,
  type Operation,
  type Run,
  settled,
  toRun,
} from '../operation/operation.js';
import type { Commands, Connection, StoreOutcome, Write } from '../port/commands.js';
import { exponentialBackoff } from '../retry/exponentialBackoff.js';
import { connectionLostMessage } from '../retry/humanizeSeconds.js';
import { mergeRetryPolicy, type RetryPolicy } from '../retry/policy.js';
import type { RetryOptions } from '../retry/retryAfter.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import type { Serializer } from '../serialization/serializer.js';
import { type Effect, fromEffect, isConnectionError, wasNeverSent } from './ensure.js';
import { oncePerSecond } from './oncePerSecond.js';
import { withinLimit } from './valueSize.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What a store stands on. */
export interface Foundation {
  readonly options: BackendOptions;
  readonly connection: Connection;
  readonly serializer: Serializer;
  /** What each wait between retries is subject to. */
  readonly hold: NonNullable<RetryOptions['hold']>;
}

export abstract class KeyValueStore {
  /** In seconds: Celery's 20, 0, 1, 1, and what the options set of it. */
  readonly retryPolicy: RetryPolicy;

  protected readonly options: BackendOptions;
  private readonly commands: Commands;
  private readonly hold: Foundation['hold'];
  private readonly log: (line: string) => void;

  constructor({ options, connection, hold }: Foundation) {
    this.options = options;
    this.retryPolicy = options.retryPolicy;
    this.commands = connection.commands;
    this.hold = hold;
    this.log = oncePerSecond((line) => options.logger.error(line), options.scheduler);
  }

  // ---------------------------------------------------------------------------------
  // commands
  // ---------------------------------------------------------------------------------

  /** The bytes under `key`. */
  get(key: string): Operation<O.Option<Buffer>> {
    return this.repeatable(this.commands.get(key));
  }

  /** The bytes under each of `keys`, in order, read in one batch. */
  mget(keys: ReadonlyArray<string>): Operation<ReadonlyArray<O.Option<Buffer>>> {
    return this.repeatable(this.commands.mget(keys));
  }

  /**
   * Stores `value` for `expires` seconds and publishes it on the channel named as the
   * key, at one stroke; how many subscribers heard. Over 512 MB it is a `ValueTooLarge`,
   * and nothing is sent.
   */
  set(key: string, value: string | Buffer, policy?: Partial<RetryPolicy>): Operation<number> {
    const { expires } = this.options;
    const fits = withinLimit(key, value);
    return E.isLeft(fits)
      ? fail(fits.left)
      : this.repeatable(this.commands.set({ key, value, expires }), policy);
  }

  /** How many keys were deleted. */
  delete(key: string): Operation<number> {
    return this.repeatable(this.commands.delete(key));
  }

  /** The new value. Run again only where it surely was not sent: never twice. */
  incr(key: string): Operation<number> {
    const options = { ...this.retryOptions(this.retryPolicy), when: wasNeverSent };
    return fromSingle(this.commands.incr(key).pipe(retryOverTime(this.retryPolicy, options)));
  }

  /** Gives `key` a time to live of `seconds`; whether it was there. */
  expire(key: string, seconds: number): Operation<boolean> {
    return this.repeatable(this.commands.expire(key, seconds));
  }

  /**
   * `set`, guarded: what became of it.
   *
   * @internal
   */
  protected store({ key, value }: Omit<Write, 'expires'>, expected?: Buffer): Run<StoreOutcome> {
    const { expires } = this.options;
    const fits = withinLimit(key, value);
    return E.isLeft(fits)
      ? settled(fits)
      : this.repeatableRun(this.commands.store({ key, value, expires }, expected));
  }

  // ---------------------------------------------------------------------------------
  // by keys that may be wrong
  // ---------------------------------------------------------------------------------

  protected remove(key: E.Either<InvalidArgument, string>): Operation<void> {
    return fromSingle(
      fromEither(key).pipe(
        Rx.mergeMap((name) => this.delete(name)),
        Rx.map(constVoid),
      ),
    );
  }

  protected read<A>(
    key: E.Either<InvalidArgument, string>,
    decode: (key: string, bytes: Buffer) => E.Either<DecodeError, A>,
  ): Rx.Observable<O.Option<A>> {
    return fromEither(key).pipe(
      Rx.mergeMap((name) =>
        this.get(name).pipe(
          Rx.map(O.traverse(E.Applicative)((bytes) => decode(name, bytes))),
          Rx.mergeMap(fromEither),
        ),
      ),
    );
  }

  // ---------------------------------------------------------------------------------
  // retry
  // ---------------------------------------------------------------------------------

  /**
   * Runs `fun` again after each lost connection, until the policy is spent: then it is a
   * `RetryLimitExceeded`. So `fun` may run more than once.
   */
  ensure<Args extends ReadonlyArray<unknown>, A>(
    fun: (...args: Args) => Effect<A>,
    args: Args,
    policy?: Partial<RetryPolicy>,
  ): Operation<A> {
    return this.repeatable(
      fromEffect(() => fun(...args)),
      policy,
    );
  }

  /** Whether the error is of the connection, so that running the command again may help. */
  exceptionSafeToRetry(error: unknown): boolean {
    return isConnectionError(error);
  }

  /** Logs the loss, and tells in seconds when to try again. */
  onConnectionError(
    maxRetries: number | null,
    _error: ResultStoreError,
    intervals: Iterator<number>,
    retries: number,
  ): number {
    const seconds: number = intervals.next().value;
    this.options.logger.error(connectionLostMessage(retries, maxRetries, seconds));
    return seconds;
  }

  protected repeatable<A>(operation: Operation<A>, policy?: Partial<RetryPolicy>): Operation<A> {
    return fromSingle(operation.pipe(this.retrying(mergeRetryPolicy(this.retryPolicy, policy))));
  }

  protected retryOptions(policy: RetryPolicy): Required<Omit<RetryOptions, 'resetOnSuccess'>> {
    return {
      when: isConnectionError,
      onRetry: (_error, retries, seconds) =>
        this.log(connectionLostMessage(retries, policy.maxRetries, seconds)),
      hold: this.hold,
      scheduler: this.options.scheduler,
    };
  }

  /** With `alwaysRetry`, what outlasts the retry policy is tried again with backoff. */
  protected persistent<A>(operation: Operation<A>): Operation<A> {
    const { alwaysRetry, maxRetries, baseSleepBetweenRetriesMs, maxSleepBetweenRetriesMs } =
      this.options;
    if (!alwaysRetry) return operation;
    const policy = {
      baseMs: baseSleepBetweenRetriesMs,
      maximumMs: maxSleepBetweenRetriesMs,
      maxRetries,
    };
    const { random, scheduler } = this.options;
    const { hold } = this.retryOptions(this.retryPolicy);
    return fromSingle(
      operation.pipe(exponentialBackoff(policy, { when: outlasted, hold, random, scheduler })),
    );
  }

  /** The retry operator is asked only once the first run has failed. */
  private repeatableRun<A>(operation: Operation<A>): Run<A> {
    return continueWith(toRun(operation), (result) => {
      if (E.isRight(result) || !isConnectionError(result.left)) return settled(result);
      const failed = [fail<A>(result.left)];
      const again$ = Rx.defer(() => failed.pop() ?? operation);
      return toRun(fromSingle(again$.pipe(this.retrying(this.retryPolicy))));
    });
  }

  private retrying<A>(policy: RetryPolicy): Rx.MonoTypeOperatorFunction<A> {
    return retryOverTime(policy, this.retryOptions(policy));
  }
}

const outlasted = (error: ResultStoreError): boolean =>
  isConnectionError(error instanceof RetryLimitExceeded ? error.cause : error);
