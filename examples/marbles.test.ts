/**
 * `npx vitest run examples/marbles`: a function of one's own over a `ResultConsumer`,
 * tested in virtual time. There is no Redis, and five seconds take no time.
 *
 * `stored` are the metas that workers store, as `hot` would emit them; `watched` is when
 * the task's channel was subscribed to, as `expectSubscriptions` wants it.
 */

import {
  failure,
  progress,
  started,
  success,
  type TestBackend,
  testBackend,
} from 'chordis/testing';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import { percentDone } from './marbles/percentDone.js';

const marbles = (body: (helpers: RunHelpers, backend: TestBackend) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => body(helpers, testBackend(scheduler)));
};

const metas = {
  s: started('resize'),
  p: progress('resize', 30),
  q: progress('resize', 60),
  d: success('resize', 'cat-64.png'),
  f: failure('resize', 'ValueError', ['no cat']),
};

const lines = {
  s: 'started',
  p: '30 %',
  P: '30 %, stuck?',
  q: '60 %',
  d: 'done',
  f: 'failure',
};

it('tells how far the task is, and leaves its channel once it is done', () =>
  marbles(({ expectObservable, expectSubscriptions }, backend) => {
    backend.stored('-s-p-q-d', metas);
    expectObservable(percentDone(backend.resultConsumer, 'resize')).toBe('-s-p-q-(d|)', lines);
    expectSubscriptions(backend.watched('resize')).toBe('^------!');
  }));

it('tells how the task ended where it had ended before', () =>
  marbles(({ expectObservable }, backend) => {
    backend.stored('f^', metas);
    expectObservable(percentDone(backend.resultConsumer, 'resize')).toBe('(f|)', lines);
  }));

it('wonders whether the task is stuck after five silent seconds', () =>
  marbles(({ expectObservable }, backend) => {
    backend.stored('p 6s q-d', metas);
    expectObservable(percentDone(backend.resultConsumer, 'resize')).toBe(
      'p 4999ms P 1000ms q-(d|)',
      lines,
    );
  }));

it('misses nothing where Redis is out of reach for a moment', () =>
  marbles(({ expectObservable, expectSubscriptions }, backend) => {
    backend.down('  --^ 499ms !');
    backend.stored('-p-q-d', metas);
    // the link is tried again at once, and then after a second
    expectObservable(percentDone(backend.resultConsumer, 'resize')).toBe('-p 1000ms (d|)', lines);
    expectSubscriptions(backend.watched('resize')).toBe(['^-!', '1002ms (^!)']);
  }));

it('leaves the channel with the one who looks', () =>
  marbles(({ expectObservable, expectSubscriptions }, backend) => {
    backend.stored('-p', metas);
    expectObservable(percentDone(backend.resultConsumer, 'resize'), '^----!').toBe('-p', lines);
    expectSubscriptions(backend.watched('resize')).toBe('^----!');
  }));
