/**
 * What a producer can't be told: a mistake in where tasks go would send them elsewhere.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { identity } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { improperlyConfigured } from '../config/optionErrors.js';
import { exactly, nullable, optional } from '../config/optionTable.js';
import { flag, integer, list, oneOf, text } from '../config/optionTypes.js';
import { dict } from '../wire/dict.js';
import type { ProducerOptions } from './options.js';

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const refined = (name: string, is: (u: unknown) => boolean): t.Type<unknown> =>
  new t.Type(name, t.unknown.is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), identity);

const holds = (u: unknown, name: string): boolean =>
  typeof u === 'object' && u !== null && name in u;

const isPriority = (u: unknown): boolean => integer(0, 9).is(u);

const isRouter = (u: unknown): boolean => typeof u === 'function' || dict.is(u);

const queue = exactly({
  exchange: optional(text),
  exchangeType: optional(oneOf(['direct', 'topic', 'fanout', 'headers'])),
  routingKey: optional(text),
  queueArguments: optional(dict),
  bindingArguments: optional(dict),
  durable: optional(flag),
  autoDelete: optional(flag),
});

const codec = exactly({
  backend: refined('a RedisBackend', (u) => holds(u, 'producing')),
  broker: optional(
    nullable(refined('a URL or a Broker', (u) => text.is(u) || holds(u, 'publish'))),
  ),
  brokerTransportOptions: optional(
    exactly({
      globalKeyprefix: optional(text),
      prioritySteps: optional(
        list('priorities from 0 to 9', refined('a priority from 0 to 9', isPriority)),
      ),
      separator: optional(text),
      fanoutExchanges: optional(list('exchanges', text)),
    }),
  ),
  taskSerializer: optional(text),
  taskReprMaxlevels: optional(integer(0)),
  taskRoutes: optional(
    refined('an object of routes, a function, or an array of these', (u) =>
      Array.isArray(u) ? u.every(isRouter) : isRouter(u),
    ),
  ),
  taskQueues: optional(t.readonly(t.record(t.string, queue), 'an object of queues')),
  taskDefaultQueue: optional(text),
  taskCreateMissingQueues: optional(flag),
});

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** Throws `ImproperlyConfigured`, since a constructor cannot return it. */
export const refuseOptions = (options: ProducerOptions): void => {
  const decoded = codec.decode(options);
  if (E.isLeft(decoded)) throw improperlyConfigured(decoded.left);
};
