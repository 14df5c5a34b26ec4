import { describe, expect, it } from 'vitest';
import { kombuLayout } from '../../src/wire/kombuLayout.js';

const member = (key: string, pattern: string, queue: string): string =>
  [key, pattern, queue].join('\x06\x16');

describe('kombuLayout', () => {
  it('has the steps of priorities that it is told, in any order', () => {
    const { list } = kombuLayout({ prioritySteps: [8, 0, 5], separator: ':' });
    expect([0, 4, 5, 7, 8, 9].map((priority) => list('q', priority))).toEqual([
      ...['q', 'q', 'q:5', 'q:5', 'q:8', 'q:8'],
    ]);
  });

  it('has the last list for what is below all steps, as in Kombu', () => {
    expect(kombuLayout({ prioritySteps: [3, 6] }).list('q', 0)).toBe('q\x06\x166');
  });

  it('finds queues by their routing key, each once', () => {
    const { queues } = kombuLayout();
    const members = [
      member('k', '', 'b'),
      member('k', '', 'a'),
      member('', '', 'c'),
      member('k', '', ''),
    ];
    expect(queues([...members, member('k', '', 'a')], 'k')).toEqual(['a', 'b']);
    expect(queues(members, '')).toEqual(['c']);
  });

  it.each([
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.*', 'a.', false],
    ['a.#', 'a.b.c', true],
    ['#', 'a.b', true],
    ['a+.b', 'aa.b', false],
    ['a+.b', 'a+.b', true],
    ['(a', '(a', true],
  ])('matches the topic %s with %s: %s', (topic, key, isMatched) => {
    const bound = kombuLayout().queues([member(topic, '^no code of others$', 'q')], key);
    expect(bound).toEqual(isMatched ? ['q'] : []);
  });
});
