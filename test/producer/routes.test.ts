import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Options } from '../../src/canvas/canvas.js';
import { InvalidArgument } from '../../src/index.js';
import { type RoutingOptions, routes } from '../../src/producer/routes.js';
import { left, right, world } from './world.js';

const route = (options: RoutingOptions, task: string, own: Options = {}) =>
  routes(options)({ task, args: [1], kwargs: { a: 2 }, options: own });

const place = (options: RoutingOptions, task: string, own: Options = {}) => {
  const routed = route(options, task, own);
  if (E.isLeft(routed)) return routed.left;
  const { queue, exchange, routing_key, ...others } = routed.right;
  return [queue ?? [exchange, routing_key], others];
};

describe('where a task goes', () => {
  it('is the default queue, unless anything else is said', () => {
    expect(place({}, 't')).toEqual(['celery', {}]);
    expect(place({ taskDefaultQueue: 'main' }, 't')).toEqual(['main', {}]);
    expect(place({}, 't', { queue: 'own' })).toEqual(['own', {}]);
  });

  it('is looked for by its name, then by globs in their order', () => {
    const taskRoutes = {
      'video.*': 'video',
      'video.cut': { queue: 'cuts', priority: 3 },
      '*.?ut[ab]': 'odd',
      '*': 'rest',
    };
    expect(place({ taskRoutes }, 'video.cut')).toEqual(['cuts', { priority: 3 }]);
    expect(place({ taskRoutes }, 'video.play')).toEqual(['video', {}]);
    expect(place({ taskRoutes }, 'images.cuta')).toEqual(['odd', {}]);
    expect(place({ taskRoutes }, 'images.cutc')).toEqual(['rest', {}]);
    expect(place({ taskRoutes: { 'a.*': 'a' } }, 'axb')).toEqual(['celery', {}]);
    expect(place({ taskRoutes: { 'a?': 'a' } }, 'ab')).toEqual(['celery', {}]);
  });

  it('is what a function says, which is told of the call', () => {
    const seen: Array<unknown> = [];
    const taskRoutes = [
      (...call: ReadonlyArray<unknown>) => {
        seen.push(call);
        return null;
      },
      { t: 'second' },
    ];
    expect(place({ taskRoutes }, 't')).toEqual(['second', {}]);
    expect(seen).toEqual([['t', [1], { a: 2 }]]);
  });

  it('is the call’s own, where it has one beside its route', () => {
    const taskRoutes = { t: { queue: 'a', priority: 3 } };
    expect(place({ taskRoutes }, 't', { queue: 'b', priority: null })).toEqual([
      'b',
      { priority: 3 },
    ]);
  });

  it('is an exchange, for a queue that is bound to one that is not direct', () => {
    const taskQueues = {
      media: { exchange: 'media', exchangeType: 'topic', routingKey: 'media.#' },
      all: { exchangeType: 'fanout' },
      plain: { exchange: 'media', routingKey: 'x' },
    } as const;
    expect(place({ taskQueues }, 't', { queue: 'media' })).toEqual([['media', 'media.#'], {}]);
    expect(place({ taskQueues }, 't', { queue: 'media', routing_key: 'media.video' })).toEqual([
      ['media', 'media.video'],
      {},
    ]);
    expect(place({ taskQueues }, 't', { queue: 'all' })).toEqual([['all', 'all'], {}]);
    expect(place({ taskQueues }, 't', { queue: 'plain' })).toEqual(['plain', {}]);
    expect(place({ taskQueues }, 't', { exchange: 'media', routing_key: 'a' })).toEqual([
      ['media', 'a'],
      {},
    ]);
  });

  it('is refused where it is no queue and may not become one', () => {
    const options = { taskQueues: { a: {} }, taskCreateMissingQueues: false };
    expect(place(options, 't', { queue: 'a' })).toEqual(['a', {}]);
    expect(place(options, 't', { queue: 'b' })).toEqual(
      new InvalidArgument('queue', "'b' is missing from taskQueues."),
    );
    expect(place({ taskCreateMissingQueues: false }, 't')).toEqual(['celery', {}]);
  });

  it('is refused where a router gives what is no route, as an async one', async () => {
    for (const route of [async () => 'videos', () => 5, () => ['videos']]) {
      const { producer, taken } = world({ taskRoutes: route as never });
      expect(await left(producer.sendTask('t'))).toMatchObject({
        argument: 'taskRoutes',
        problem: 'gave t what is no route.',
      });
      expect(taken()).toEqual([]);
    }
  });

  it('takes a range of characters that ends before it begins for none', async () => {
    const taskRoutes = { 'v[z-a]*': 'none', 'v[z-ai]*': 'videos' };
    const { producer, taken } = world({ taskRoutes });
    await right(producer.sendTask('video'));
    expect(taken('videos')).toHaveLength(1);
  });

  it('is refused where a router throws', () => {
    const taskRoutes = () => {
      throw new Error('no idea');
    };
    expect(place({ taskRoutes }, 't')).toEqual(
      new InvalidArgument('taskRoutes', 'threw for t: no idea'),
    );
  });
});
