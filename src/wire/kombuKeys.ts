/**
 * Kombu's layout of queues and bindings on Redis.
 * Source: `Channel` in `kombu/transport/redis.py`, `kombu/transport/virtual/exchange.py`.
 *
 * @since 0.1.0
 */
import type { Message } from './message.js';

const separator = '\x06\x16';

const steps = [9, 6, 3];

/**
 * The list of a queue that messages of a priority go to: a queue has one for each step of
 * priorities, 0 being served first.
 *
 * @internal
 */
export const queueList = (queue: string, priority: unknown): string => {
  const step = steps.find((least) => priorityOf(priority) >= least);
  return step === undefined ? queue : `${queue}${separator}${step}`;
};

/** What is no number is served first. */
const priorityOf = (u: unknown): number => {
  const priority = typeof u === 'string' && u.trim() !== '' ? Number(u) : u;
  return typeof priority === 'number' && !Number.isNaN(priority) ? Math.trunc(priority) : 0;
};

/**
 * Where a message says that it goes.
 *
 * @internal
 */
export const destinationOf = ({
  properties: { delivery_info: info, priority },
}: Message): {
  /** Empty, where the routing key is the name of a queue. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly priority: unknown;
} => {
  const { exchange, routing_key: routingKey } = isDict(info) ? info : {};
  return { exchange: textOf(exchange), routingKey: textOf(routingKey), priority };
};

type Dict = Readonly<Record<string, unknown>>;

const isDict = (u: unknown): u is Dict => typeof u === 'object' && u !== null;

const textOf = (u: unknown): string => (typeof u === 'string' ? u : '');

/**
 * The set of what is bound to an exchange.
 *
 * @internal
 */
export const bindings = (exchange: string): string => `_kombu.binding.${exchange}`;

/**
 * The queues of an exchange that a routing key leads to. A binding of a topic exchange has a
 * pattern, a direct one its routing key alone: which of the two it is, Kombu does not write.
 *
 * @internal
 */
export const queuesBound = (
  members: ReadonlyArray<string>,
  routingKey: string,
): ReadonlyArray<string> => {
  const found = members.flatMap((member) => {
    const [key = '', pattern = '', queue = ''] = member.split(separator);
    const isBound = pattern === '' ? key === routingKey : isTopic(key, routingKey);
    return isBound && queue !== '' ? [queue] : [];
  });
  return [...new Set(found)].sort();
};

/** `*` is one word, `#` any number of them. Not by the pattern, which would be run as code. */
const isTopic = (topic: string, routingKey: string): boolean => {
  const words = topic.split('.').map((word) => (word === '*' ? '[^.]+' : word === '#' ? '.*?' : escaped(word)));
  return new RegExp(`^${words.join('\\.')}$`, 's').test(routingKey);
};

const escaped = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|#]/g, '\\$&');
