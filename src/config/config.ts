/**
 * `Config`: what a user wrote, options and URL, read once. The rest of the code reads this
 * and nothing else: nothing in it is optional, and nothing in it has to be parsed again.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { ImproperlyConfigured } from '../errors/errors.js';
import { defaultRetryPolicy, mergeRetryPolicy, type RetryPolicy } from '../retry/policy.js';
import { type Location, location } from './location.js';
import { improperlyConfigured } from './optionErrors.js';
import { type Options, options } from './options.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Those that say where the store is, and are in the `Location` once it is known. */
type Whereabouts = 'url' | 'host' | 'port' | 'ssl' | keyof Location;

/**
 * It holds secrets: who keeps one keeps it from being printed.
 *
 * @category model
 * @since 0.1.0
 */
export interface Config extends Omit<Options, Whereabouts | 'retryPolicy'>, Location {
  readonly retryPolicy: RetryPolicy;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Fails with an `ImproperlyConfigured` that names the option, what was expected and what
 * was given; a password is never shown. What is wrong with a URL is told in Celery's words
 * where it has any.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decodeConfig = (u: unknown = {}): E.Either<ImproperlyConfigured, Config> =>
  pipe(
    options.decode(u),
    E.mapLeft(improperlyConfigured),
    E.chain((read) => pipe(location(read), E.map(configOf(read)))),
  );

const configOf =
  ({ url: _url, host: _host, port: _port, ssl: _ssl, ...read }: Options) =>
  (found: Location): Config => ({
    ...read,
    ...found,
    retryPolicy: mergeRetryPolicy(defaultRetryPolicy, read.retryPolicy),
  });
