import { deepStrictEqual } from 'node:assert';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import {
  drawGroup,
  expectWatched,
  progress,
  started,
  success,
  type TestBackend,
  testBackend,
} from '../../src/testing/index.js';

const marbles = (body: (helpers: RunHelpers, backend: TestBackend) => void): void => {
  const scheduler = new TestScheduler(deepStrictEqual);
  scheduler.run((helpers) => body(helpers, testBackend(scheduler)));
};

describe('drawGroup', () => {
  it('has a line for each member, and a marble that is not named is its value', () =>
    marbles(({ expectObservable }, backend) => {
      drawGroup(backend, 'g', { a: '-s-p-1', i: { b: '--2' } }, { p: (id) => progress(id, 30) });
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('-s-p-(d|)', {
        s: started('a'),
        p: progress('a', 30),
        d: success('a', '1'),
      });
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('--(d|)', {
        d: success('b', '2'),
      });
    }));

  it('is a group of the backend, nested as it is drawn', () =>
    marbles((_, backend) => {
      const group = drawGroup(backend, 'g', { a: '-', i: { b: '-', c: '-' } });
      const i = backend.groupResult('i', [backend.asyncResult('b'), backend.asyncResult('c')]);
      expect(group.asTuple()).toEqual(
        backend.groupResult('g', [backend.asyncResult('a'), i]).asTuple(),
      );
    }));
});

describe('expectWatched', () => {
  it('expects of each channel what its line says', () => {
    const watched = (line: string | Array<string>) => () =>
      marbles(({ expectObservable, expectSubscriptions }, backend) => {
        const group = drawGroup(backend, 'g', { a: '-1', i: { b: '---2' } });
        expectObservable(group.join(), '^-!').toBe('-');
        expectWatched(expectSubscriptions, backend, { a: '^!', i: { b: line } });
      });
    expect(watched('^-!')).not.toThrow();
    expect(watched(['^-!'])).not.toThrow();
    expect(watched('^--!')).toThrow();
    expect(watched([])).toThrow();
  });
});
