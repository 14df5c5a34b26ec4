/**
 * Kombu's layout of queues and bindings on Redis.
 * Source: `Channel` in `kombu/transport/redis.py`, `kombu/transport/virtual/exchange.py`.
 *
 * @since 0.1.0
 */

import { isDict } from './dict.js';
import type { Message } from './message.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Kombu's transport options, as far as a sender has to know them. All must be as they are at
 * the workers.
 *
 * @category model
 * @since 0.1.0
 */
export interface KombuOptions {
  /** In front of each key and channel; nothing is put in between. Kombu: `global_keyprefix`. */
  readonly globalKeyprefix?: string | undefined;
  /** Which priorities have a list of their own, from the one that is served first. Kombu: `priority_steps`. */
  readonly prioritySteps?: ReadonlyArray<number> | undefined;
  /** Between the parts of a name. Kombu: `sep`. */
  readonly separator?: string | undefined;
  /** The exchanges that broadcast by PUBLISH. Default: those that Celery has. */
  readonly fanoutExchanges?: ReadonlyArray<string> | undefined;
}

/** Where a message says that it goes. */
export interface Destination {
  /** Empty, where the routing key is the name of a queue. */
  readonly exchange: string;
  /** The queue, or what the exchange goes by. */
  readonly routingKey: string;
  /** As the message has it. */
  readonly priority: unknown;
}

/** The names of keys and channels, `globalKeyprefix` included. */
export interface KombuLayout {
  /** The list of a queue that messages of a priority go to. */
  readonly list: (queue: string, priority: unknown) => string;
  /** The set of what is bound to an exchange. */
  readonly bindings: (exchange: string) => string;
  /** The queues that members of that set lead to. */
  readonly queues: (members: ReadonlyArray<string>, routingKey: string) => ReadonlyArray<string>;
  /** Whether an exchange broadcasts by PUBLISH. */
  /** The member of that set which leads messages of a routing key to a queue. */
  readonly binding: (routingKey: string, queue: string) => string;
  readonly isFanout: (exchange: string) => boolean;
  /** The channel of an exchange that broadcasts. */
  readonly channel: (exchange: string, routingKey: string, db: number) => string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** @internal */
export const kombuLayout = ({
  globalKeyprefix = '',
  prioritySteps = [0, 3, 6, 9],
  separator = '\x06\x16',
  fanoutExchanges = ['celery.pidbox', 'celeryev'],
}: KombuOptions = {}): KombuLayout => {
  const steps = [...prioritySteps].sort((a, b) => b - a);
  return {
    list: (queue, priority) => {
      const wanted = Math.min(Math.max(priorityOf(priority), 0), 9);
      // Below all steps Kombu takes the last one.
      const step = steps.find((least) => wanted >= least) ?? steps[0] ?? 0;
      return `${globalKeyprefix}${queue}${step === 0 ? '' : `${separator}${step}`}`;
    },
    bindings: (exchange) => `${globalKeyprefix}_kombu.binding.${exchange}`,
    queues: (members, routingKey) => {
      const found = members.flatMap((member) => {
        const [key = '', pattern = '', queue = ''] = member.split(separator);
        const isBound = pattern === '' ? key === routingKey : topic(key).test(routingKey);
        return isBound && queue !== '' ? [queue] : [];
      });
      return [...new Set(found)].sort();
    },
    binding: (routingKey, queue) => [routingKey, '', queue].join(separator),
    isFanout: (exchange) => fanoutExchanges.includes(exchange),
    channel: (exchange, routingKey, db) =>
      `${globalKeyprefix}/${db}.${exchange}${routingKey === '' ? '' : `/${routingKey}`}`,
  };
};

/** What is no number is served first. */
const priorityOf = (u: unknown): number => {
  const priority = typeof u === 'string' && u.trim() !== '' ? Number(u) : u;
  return typeof priority === 'number' && !Number.isNaN(priority) ? Math.trunc(priority) : 0;
};

/**
 * `*` is one word, `#` any number of them. It is made of the words: a pattern of somebody
 * else's is not run.
 */
const topic = (routingKey: string): RegExp => {
  const words = routingKey.split('.').map((word) => wildcards.get(word) ?? escaped(word));
  return new RegExp(`^${words.join('\\.')}$`);
};

const wildcards: ReadonlyMap<string, string> = new Map([
  ['*', '[^\\.]+'],
  ['#', '.*?'],
]);

const escaped = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** @internal */
export const destinationOf = ({ properties }: Message): Destination => {
  const { delivery_info: info, priority } = properties;
  const { exchange, routing_key: routingKey } = isDict(info) ? info : {};
  return { exchange: textOf(exchange), routingKey: textOf(routingKey), priority };
};

const textOf = (u: unknown): string => (typeof u === 'string' ? u : '');
