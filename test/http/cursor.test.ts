import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor, tagOf } from '../../src/http/cursor.js';
import type { Members } from '../../src/http/members.js';

const members = (count: number, groups = 0): Members => ({
  ids: Array.from({ length: count }, (_, n) => `id-${n}`),
  groups: Array.from({ length: groups }, (_, n) => ({ groupId: `g-${n}`, at: new Set([n]) })),
});

describe('a cursor', () => {
  it('is the same once it was written and read', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(
          fc.record({
            at: fc.nat(299),
            isReady: fc.boolean(),
            tag: fc.string({ minLength: 5, maxLength: 5, unit: fc.constantFrom(...'aZ09-_') }),
          }),
        ),
        (count, steps) => {
          const cursor = new Cursor(members(count, 2));
          const told = new Map<number, string | undefined>();
          for (const { at: any, isReady, tag } of steps) {
            const at = any % count;
            if (cursor.isReady(at)) continue;
            if (isReady) cursor.ready(at);
            else cursor.unready(at, tag);
            if (isReady) cursor.failed[at % 2] = (cursor.failed[at % 2] ?? 0) + 1;
            told.delete(at);
            told.set(at, isReady ? undefined : tag);
          }
          const read = new Cursor(members(count, 2), String(cursor));
          expect(String(read)).toBe(String(cursor));
          expect(read.failed).toEqual(cursor.failed);
          const tagged = [...told].filter(([, tag]) => tag !== undefined).slice(-32);
          for (const [at, tag] of told) expect(read.isReady(at)).toBe(tag === undefined);
          for (const [at, tag = ''] of tagged) expect(read.isLast(at, tag)).toBe(true);
        },
      ),
    ));

  it('is under 4 KB, however many tasks there are and whatever has been told', () => {
    const cursor = new Cursor(members(20_000, 100));
    for (let at = 0; at < 20_000; at++) if (at % 2 === 0) cursor.ready(at);
    cursor.ready(19_999);
    for (let at = 1; at < 9_999; at += 2) cursor.unready(at, tagOf(String(at)));
    for (let n = 0; n < 100; n++) cursor.failed[n] = 200;
    expect(String(cursor).length).toBeLessThan(4096);
    expect(String(cursor)).toMatch(/^[\w.-]+$/);
  });

  it('of other tasks, of others in another order, or of other groups is none', () => {
    const given = new Cursor(members(2, 1));
    given.ready(1);
    for (const other of [
      { ids: ['id-1', 'id-0'], groups: members(2, 1).groups },
      { ids: ['id-0'], groups: members(2, 1).groups },
      members(2, 2),
    ]) {
      expect(new Cursor(other, String(given)).isReady(1)).toBe(false);
    }
  });

  it('takes whatever it is given', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        const own = String(new Cursor(members(9, 1))).slice(0, 8);
        for (const id of [text, `${own}.${text}`, `${own}.${text}.${text}.${text}`]) {
          expect(String(new Cursor(members(9, 1), id)).length).toBeLessThan(4096);
        }
      }),
    ));
});
