/**
 * Keys and values, each command under the retry policy as far as running it again is
 * harmless. Source: `get`, `set` and their kin of `RedisBackend` in
 * `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as O from 'fp-ts/lib/Option.js';
import { InvalidArgument } from '../errors/errors.js';
import { wasNeverSent } from '../errors/retryable.js';
import type { Operation } from '../operation/operation.js';
import { type Run, settled } from '../operation/run.js';
import type { RetryPolicy } from '../retry/policy.js';
import type { Foundation } from './foundation.js';
import { withinLimit } from './valueSize.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface KeyValues {
  readonly get: (key: string) => Operation<O.Option<Buffer>>;
  readonly mget: (keys: ReadonlyArray<string>) => Operation<ReadonlyArray<O.Option<Buffer>>>;
  readonly set: (
    key: string,
    value: string | Buffer,
    policy?: Partial<RetryPolicy>,
  ) => Operation<number>;
  readonly delete: (key: string) => Operation<number>;
  readonly incr: (key: string) => Operation<number>;
  readonly expire: (key: string, seconds: number) => Operation<boolean>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const keyValues = ({ options, commands, execution }: Foundation): KeyValues => {
  /** With the key, where it is one. */
  const command = <A>(key: string, run: () => Run<A>): Operation<A> =>
    execution.operation(() => (isText(key) ? run() : settled(E.left(noText('key', key)))));
  return {
    get: (key) => command(key, () => execution.retried(commands.get(key))),
    mget: (keys) =>
      execution.operation(() => {
        const all = [...keys];
        const odd = all.findIndex((key) => !isText(key));
        return odd < 0
          ? execution.retried(commands.mget(all))
          : settled(E.left(noText(`keys[${odd}]`, all[odd])));
      }),
    set: (key, value, policy) =>
      command(key, () => {
        const fits = withinLimit(key, value);
        return E.isLeft(fits)
          ? settled(fits)
          : execution.retried(commands.set({ key, value: fits.right, expires: options.expires }), {
              policy,
            });
      }),
    delete: (key) => command(key, () => execution.retried(commands.delete(key))),
    incr: (key) =>
      command(key, () => execution.retried(commands.incr(key), { when: wasNeverSent })),
    expire: (key, seconds) =>
      command(key, () =>
        typeof seconds === 'number' && !Number.isNaN(seconds)
          ? execution.retried(commands.expire(key, seconds))
          : settled(E.left(new InvalidArgument('seconds', 'must be a number, and not NaN'))),
      ),
  };
};

const isText = (u: unknown): u is string => typeof u === 'string';

const noText = (argument: string, u: unknown): InvalidArgument =>
  new InvalidArgument(argument, `must be a string, not ${u === null ? 'null' : `a ${typeof u}`}`);
