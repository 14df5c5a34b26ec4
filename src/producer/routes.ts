/**
 * Where tasks go: by the options of a call, else by `taskRoutes`, else to the default queue.
 * Source: `Router` and `MapRoute` in `celery/app/routes.py`, `send_task_message` in
 * `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Options } from '../canvas/canvas.js';
import type { Route } from '../canvas/plan.js';
import { celeryOptions, type TaskOptions } from '../canvas/taskOptions.js';
import { InvalidArgument } from '../errors/errors.js';
import { reasonOf } from '../serialization/reason.js';
import { dict } from '../wire/dict.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A queue, as Kombu's `Queue`. It has to be declared by a worker.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskQueue {
  /** Where it is bound. Default: that of its own name. */
  readonly exchange?: string | undefined;
  /** Default `direct`: then messages go to the queue by its name, whatever it is bound to. */
  readonly exchangeType?: 'direct' | 'topic' | 'fanout' | 'headers' | undefined;
  readonly routingKey?: string | undefined;
  /** Here and below: for a broker over AMQP, which declares it so. */
  readonly queueArguments?: Readonly<Record<string, unknown>> | undefined;
  readonly bindingArguments?: Readonly<Record<string, unknown>> | undefined;
  readonly durable?: boolean | undefined;
  readonly autoDelete?: boolean | undefined;
}

/**
 * The name of a queue, or options for calls that have no others.
 *
 * @category model
 * @since 0.1.0
 */
export type TaskRoute = string | Omit<TaskOptions, 'taskId'>;

/**
 * The route of a call; none for it to be looked for further on.
 *
 * @category model
 * @since 0.1.0
 */
export type TaskRouter = (
  name: string,
  args: ReadonlyArray<unknown>,
  kwargs: Readonly<Record<string, unknown>>,
) => TaskRoute | null | undefined;

/**
 * Routes by the names of tasks, in which `*` stands for any text; a name itself goes before.
 *
 * @category model
 * @since 0.1.0
 */
export type TaskRouteMap = Readonly<Record<string, TaskRoute>>;

/**
 * By Celery's settings of the same names.
 *
 * @category model
 * @since 0.1.0
 */
export interface RoutingOptions {
  /** Of several, the first that has a route. Celery: `task_routes`. */
  readonly taskRoutes?: TaskRouteMap | TaskRouter | ReadonlyArray<TaskRouteMap | TaskRouter>;
  /** Queues that are bound to exchanges, by their names. Celery: `task_queues`. */
  readonly taskQueues?: Readonly<Record<string, TaskQueue>>;
  /** Default `celery`. Celery: `task_default_queue`. */
  readonly taskDefaultQueue?: string;
  /** Whether a queue that is not of `taskQueues` is one all the same. Default `true`. Celery: `task_create_missing_queues`. */
  readonly taskCreateMissingQueues?: boolean;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const routes = ({
  taskRoutes = [],
  taskQueues = {},
  taskDefaultQueue = 'celery',
  taskCreateMissingQueues = true,
}: RoutingOptions): Route => {
  const given: ReadonlyArray<unknown> = Array.isArray(taskRoutes) ? taskRoutes : [taskRoutes];
  // `isArray` does not know readonly lists
  const routers = (given as ReadonlyArray<TaskRouteMap | TaskRouter>).map(routerOf);
  const queues = new Map(Object.entries(taskQueues));

  /** Messages find a queue that is not bound directly by its exchange alone. */
  const directed = (options: Options): E.Either<InvalidArgument, Options> => {
    const { queue: name = taskDefaultQueue, exchange, routing_key: key } = options;
    if (typeof name !== 'string') return E.right(options);
    if (exchange && (key || options.queue === undefined)) return E.right(options);
    const queue = queues.get(name);
    if (queue === undefined) {
      return taskCreateMissingQueues || (queues.size === 0 && name === taskDefaultQueue)
        ? E.right({ ...options, queue: name })
        : E.left(new InvalidArgument('queue', `'${name}' is missing from taskQueues.`));
    }
    if ((queue.exchangeType ?? 'direct') === 'direct') return E.right({ ...options, queue: name });
    const { queue: _, ...others } = options;
    return E.right({
      ...others,
      exchange: exchange ?? queue.exchange ?? name,
      routing_key: key ?? queue.routingKey ?? name,
    });
  };

  return ({ task, args, kwargs, options }) => {
    try {
      for (const router of routers) {
        const route = router(task, args, kwargs);
        if (route === null || route === undefined) continue;
        if (typeof route === 'string' || dict.is(route)) return directed(over(route, options));
        return E.left(new InvalidArgument('taskRoutes', `gave ${task} what is no route.`));
      }
      return directed(options);
    } catch (thrown) {
      return E.left(new InvalidArgument('taskRoutes', `threw for ${task}: ${reasonOf(thrown)}`));
    }
  };
};

/** What a call has of its own goes over its route. */
const over = (route: TaskRoute, options: Options): Options => {
  const own = Object.entries(options).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...celeryOptions(typeof route === 'string' ? { queue: route } : route),
    ...Object.fromEntries(own),
  };
};

const routerOf = (routes: TaskRouteMap | TaskRouter): TaskRouter => {
  if (typeof routes === 'function') return routes;
  const names = new Map(Object.entries(routes));
  const patterns = [...names]
    .filter(([name]) => name.includes('*'))
    .map(([name, route]) => [glob(name), route] as const);
  return (task) =>
    names.get(task) ?? patterns.find(([pattern]) => pattern.test(task))?.[1] ?? undefined;
};

/** As Python's `fnmatch`: `*` any text, `?` one character, `[…]` one of those. */
const glob = (pattern: string): RegExp => {
  const parts = pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
    const isOther = part.startsWith('!', 1);
    const inner = part
      .slice(isOther ? 2 : 1, -1)
      // a range that ends before it begins holds nothing
      .replace(/([\s\S])-([\s\S])/g, (range, first, last) => (first > last ? '' : range))
      .replace(/[\\[\]^]/g, '\\$&');
    return `[${isOther ? '^' : ''}${inner}]`;
  });
  return new RegExp(`^${source.join('')}$`, 's');
};
