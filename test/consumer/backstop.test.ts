import * as Rx from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Found } from '../../src/port/commands.js';
import { progress, started, success } from '../../src/testing/index.js';
import {
  type Call,
  channelOf,
  consumerOver,
  fakeSubscriber,
  foundAt,
  heard,
  lost,
  marbles,
  told,
} from './marbles.js';

const metas = { s: started('a'), p: progress('a', 1), d: success('a', 1) };

/** A consumer that reads all it watches again every 10 frames, over one link that stays. */
const watching = (
  scheduler: TestScheduler,
  {
    backstopInterval = 0.01,
    healthCheckInterval = 0,
    ...parts
  }: Parameters<typeof fakeSubscriber>[1] & {
    readonly backstopInterval?: number;
    readonly healthCheckInterval?: number;
  } = {},
) => {
  const calls: Array<Call> = [];
  const link$ = Rx.concat(Rx.of(fakeSubscriber(calls, parts)), Rx.NEVER);
  const consumer = consumerOver(link$, scheduler, { backstopInterval, healthCheckInterval });
  const reads = () => calls.filter(([name]) => name === 'read').map(([, ...names]) => names.length);
  /** Else virtual time would have no end. */
  const stopAt = (frame: number): void => {
    scheduler.schedule(() => consumer.stop(), frame);
  };
  return { consumer, calls, reads, stopAt };
};

describe('the backstop', () => {
  it('delivers what is ready without a message, once, and counts it', () =>
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const read = cold<ReadonlyArray<Found>>('--(d|)', { d: foundAt(metas.d) });
      const { consumer, calls, stopAt } = watching(scheduler, { read: () => read });
      expectObservable(consumer.consumeFrom('a')).toBe('------------(d|)', metas);
      expectSubscriptions(read.subscriptions).toBe('----------^-!');
      stopAt(25);
      flush();
      expect(consumer.readyWithoutMessage).toBe(1);
      expect(calls.map(([name]) => name)).toEqual(['follow', 'read', 'ping', 'leave']);
    }));

  it.each([
    ['is not ready', foundAt(metas.p)],
    ['is not there', []],
    ['names another task', foundAt(success('other', 1))],
    ['can not be decoded, which the first read tells', foundAt(Buffer.from('?'))],
  ])('passes over what %s', (_, found) =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { consumer, reads, stopAt } = watching(scheduler, { read: () => Rx.of(found) });
      expectObservable(consumer.consumeFrom('a')).toBe('25ms |');
      stopAt(25);
      flush();
      expect([reads(), consumer.readyWithoutMessage]).toEqual([[1, 1], 0]);
    }),
  );

  it('counts nothing of which a message was on its way', () =>
    marbles(({ cold, hot, expectObservable, flush }, scheduler) => {
      const { consumer, stopAt } = watching(scheduler, {
        messages$: hot('-----------d', { d: heard(metas.d) }),
        read: () => Rx.of(foundAt(metas.d)),
        ping: cold('--(x|)', { x: undefined }),
      });
      expectObservable(consumer.consumeFrom('a')).toBe('-----------(d|)', metas);
      stopAt(25);
      flush();
      expect(consumer.readyWithoutMessage).toBe(0);
    }));

  it('counts nothing that is still to be read for the first time', () =>
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { consumer, stopAt } = watching(scheduler, {
        follow: () => cold('---------------(d|)', { d: foundAt(metas.d) }),
        read: () => Rx.of(foundAt(metas.d)),
      });
      expectObservable(consumer.consumeFrom('a')).toBe('---------------(d|)', metas);
      stopAt(25);
      flush();
      expect(consumer.readyWithoutMessage).toBe(0);
    }));

  it('looks again later at what it could not read, and never costs the link', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const answers = [Rx.throwError(() => lost), Rx.of(foundAt(lost)), Rx.of(foundAt(metas.d))];
      const { consumer, calls, stopAt } = watching(scheduler, {
        read: () => answers.shift() ?? Rx.of([]),
      });
      expectObservable(told(consumer.consumeFrom('a'))).toBe(
        '------------------------------(d|)',
        metas,
      );
      stopAt(35);
      flush();
      expect(calls.filter(([name]) => name === 'follow')).toHaveLength(1);
    }));

  it('reads all within its interval, a share of them at each health check, in bounded pieces', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { consumer, calls, reads, stopAt } = watching(scheduler, {
        backstopInterval: 0.04,
        healthCheckInterval: 0.01,
        arrived: () => scheduler.now(),
      });
      const ids = Array.from({ length: 2400 }, (_, i) => `task-${i}`);
      expectObservable(Rx.merge(...ids.map((id) => consumer.consumeFrom(id)))).toBe('45ms |');
      stopAt(45);
      flush();
      expect(reads()).toEqual(Array(4).fill([512, 88]).flat());
      const read = calls.flatMap(([name, ...names]) => (name === 'read' ? names : []));
      expect(new Set(read)).toEqual(new Set(ids.map(channelOf)));
    }));

  it('reads no fewer than a hundred at a time, where there are as many, and none twice in a row', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { consumer, reads, stopAt } = watching(scheduler, {
        backstopInterval: 0.1,
        healthCheckInterval: 0.01,
        arrived: () => scheduler.now(),
      });
      const ids = Array.from({ length: 150 }, (_, i) => `task-${i}`);
      expectObservable(Rx.merge(...ids.map((id) => consumer.consumeFrom(id)))).toBe('35ms |');
      stopAt(35);
      flush();
      expect(reads()).toEqual([100, 100, 100]);
    }));

  it('waits for one look to end before the next one', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const read = cold<ReadonlyArray<Found>>('---------------(x|)', { x: [] });
      const { consumer, stopAt } = watching(scheduler, { read: () => read });
      expectObservable(consumer.consumeFrom('a')).toBe('47ms |');
      stopAt(47);
      expectSubscriptions(read.subscriptions).toBe(['10ms ^ 14ms !', '30ms ^ 14ms !']);
    }));

  it('is none with an interval of 0, and reads nothing where nobody watches', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const never = watching(scheduler, { backstopInterval: 0 });
      expectObservable(never.consumer.consumeFrom('a'), '^ 60m !').toBe('-');
      const left = watching(scheduler);
      expectObservable(left.consumer.consumeFrom('a'), '^----!').toBe('-');
      left.stopAt(50);
      flush();
      expect([never.reads(), left.reads()]).toEqual([[], []]);
    }));
});
