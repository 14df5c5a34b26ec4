/**
 * The link that listens: session after session under the retry policy, and what is told of
 * that. It is made when somebody watches, and stays until the consumer is stopped; where
 * nobody does when it is lost, it is not made anew before somebody does.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import type { Connection, Subscriber } from '../port/commands.js';
import type { RetryOptions } from '../retry/retryAfter.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import { heartbeat } from './heartbeat.js';
import { type Progress, type SessionOptions, session } from './session.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Of the link that listens:
 * - `Connected`: it has every open channel;
 * - `Resyncing`: it is made, or made anew; after `attempts` in vain, the last of which met
 *   `error`, and not before `nextTry`; where nobody watches, not before somebody does;
 * - `Lost`: the retry policy is spent, and every stream has failed with `error`.
 *
 * @category model
 * @since 0.1.0
 */
export type ConnectionState =
  | { readonly _tag: 'Connected' }
  | {
      readonly _tag: 'Resyncing';
      readonly attempts: number;
      readonly error: ResultStoreError | null;
      readonly nextTry: Date | null;
    }
  | { readonly _tag: 'Lost'; readonly error: ResultStoreError };

export interface SessionsOptions extends Omit<SessionOptions, 'isLost' | 'scheduler'> {
  readonly connection: Pick<Connection, 'subscriber$' | 'taken'>;
  readonly retry: Required<Pick<RetryOptions, 'when' | 'nextWait' | 'scheduler'>>;
}

export class Sessions {
  /** The latest state of the link, then each further one; none before the first connect. */
  readonly connection$: Rx.Observable<ConnectionState>;

  private readonly connection = new Rx.ReplaySubject<ConnectionState>(1);
  private running: Rx.Subscription | undefined;
  private state: ConnectionState['_tag'] | undefined;

  constructor(private readonly options: SessionsOptions) {
    this.connection$ = this.connection.asObservable();
  }

  /** Connects, unless there is a link, or one is being made. */
  start(): void {
    if (this.running !== undefined) return;
    // a link that fails at once ends it before it has begun
    this.running = new Rx.Subscription();
    this.running.add(this.sessions().subscribe({ error: (error) => this.end(error) }));
  }

  stop(): void {
    this.running?.unsubscribe();
  }

  /** Nothing is told any more. */
  complete(): void {
    this.connection.complete();
  }

  private sessions(): Rx.Observable<Progress> {
    const { connection, registry, retryPolicy, retry, healthCheckInterval } = this.options;
    const { when, nextWait, scheduler } = retry;
    return connection.subscriber$.pipe(
      Rx.switchMap((subscriber: Subscriber) =>
        Rx.merge(
          session(subscriber, { ...this.options, isLost: when, scheduler }),
          heartbeat(subscriber, healthCheckInterval, scheduler, connection.taken),
        ),
      ),
      Rx.tap((progress) => this.note(progress)),
      // a link that is dropped at once does not start the policy anew
      Rx.filter((progress) => progress === 'proven'),
      retryOverTime(retryPolicy, {
        when: (error) => !registry.isEmpty && when(error),
        nextWait: (error, retries, waits) => {
          const seconds = nextWait(error, retries, waits);
          const nextTry = new Date(scheduler.now() + seconds * 1000);
          this.tell({ _tag: 'Resyncing', attempts: retries + 1, error, nextTry });
          return seconds;
        },
        scheduler,
        resetOnSuccess: true,
      }),
    );
  }

  private end(error: ResultStoreError): void {
    const { registry } = this.options;
    this.running = undefined;
    this.tell(
      registry.isEmpty
        ? { _tag: 'Resyncing', attempts: 0, error, nextTry: null }
        : { _tag: 'Lost', error },
    );
    registry.failAll(error);
  }

  private note(progress: Progress): void {
    if (progress === 'connected') this.tell({ _tag: 'Connected' });
    else if (progress === 'resyncing' && this.state !== 'Resyncing') {
      this.tell({ _tag: 'Resyncing', attempts: 0, error: null, nextTry: null });
    }
  }

  private tell(state: ConnectionState): void {
    this.state = state._tag;
    this.connection.next(state);
  }
}
