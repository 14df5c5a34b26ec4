import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromRun } from '../../src/operation/operation.js';
import type { Run } from '../../src/operation/run.js';
import type { ChordKeys, ChordTerms, NewPart, PartReply, Place } from '../../src/port/chords.js';
import type { Connected } from './conformance.js';

/** What any adapter of the port must keep of chords. */
export const chordConformance = (name: string, connect: () => Promise<Connected>): void => {
  describe(`${name}, as an adapter of the port's chords,`, () => {
    let connected: Connected;
    beforeEach(async () => {
      connected = await connect();
    });
    afterEach(async () => {
      await connected.release();
    });

    const chords = () => connected.connection.chords;

    const returned = (
      keys: ChordKeys,
      token: string,
      part: NewPart | null,
      more: Partial<ChordTerms> = {},
    ): Promise<PartReply> =>
      value(chords().part({ terms: { ...terms(keys), ...more }, token, part }));

    const claimOf = async (keys: ChordKeys, ordered = true): Promise<string | null> =>
      (await value(chords().look({ keys, ordered }))).claim;

    describe.each([true, false])('where parts are ordered: %s', (ordered) => {
      it('a part is added, and the claim goes to the one that completes the chord', async () => {
        const keys = newKeys();
        await value(chords().resize(keys, 2, 60));
        expect(await returned(keys, 'x', part('a', 0), { ordered })).toEqual({
          _tag: 'Counted',
          ...{ isNew: true, isOthers: false, parts: 1, counted: 1, size: 2 },
        });
        const reply = await returned(keys, 'y', part('b', 1), { ordered });
        expect(reply).toMatchObject({ _tag: 'Claimed', isNew: true, isSaved: false });
        expect(membersOf(reply)).toEqual([member('a'), member('b')]);
        expect(await claimOf(keys, ordered)).toBe('y');
      });

      it('a part that comes again is not added, and its first value holds', async () => {
        const keys = newKeys();
        await value(chords().resize(keys, 1, 60));
        await returned(keys, 'x', part('a', 0), { ordered, claimExpires: 60 });
        const again = await returned(keys, 'y', { ...part('a', 0), member: 'else' }, { ordered });
        expect(again).toMatchObject({ _tag: 'Counted', isNew: false, isOthers: true });
        const first = await value(chords().parts({ keys, ordered }, START));
        expect(first.slices.map(({ bytes }) => bytes.toString())).toEqual([member('a')]);
      });

      it('the same token meets its own claim again', async () => {
        const keys = newKeys();
        await value(chords().resize(keys, 1, 60));
        await returned(keys, 'x', part('a', 0), { ordered });
        expect(await returned(keys, 'x', part('a', 0), { ordered })).toMatchObject({
          _tag: 'Claimed',
          isNew: false,
        });
      });

      it('what an older worker has brought is known by its task id', async () => {
        const keys = newKeys();
        const index = ordered ? '0' : '+inf';
        // as it would be without `.d`
        await returned(keys, 'x', { ...part('a', 0), index }, { ordered });
        await value(connected.connection.commands.delete(keys.counted));
        const again = { ...part('a', 0), index, member: '[1, "a", "SUCCESS", "else"]' };
        expect(await returned(keys, 'x', again, { ordered })).toMatchObject({
          ...{ _tag: 'Counted', isNew: false, parts: 1, counted: 1 },
        });
      });

      it('what can not be read is for the caller to tell', async () => {
        const keys = newKeys();
        const odd = { ...part('a', 0), member: Buffer.from([0, 1, 2]) };
        await returned(keys, 'x', odd, { ordered });
        await value(connected.connection.commands.delete(keys.counted));
        expect(await returned(keys, 'x', part('a', 0), { ordered })).toEqual({ _tag: 'Undecided' });
        const told = { ...part('a', 0), standing: 'Counted' as const };
        expect(await returned(keys, 'x', told, { ordered })).toMatchObject({
          ...{ isNew: false, parts: 1, counted: 1 },
        });
        const other = { ...part('b', 1), standing: 'New' as const };
        expect(await returned(keys, 'x', other, { ordered })).toMatchObject({
          ...{ isNew: true, parts: 2, counted: 2 },
        });
      });

      it('parts are read in bounded pieces, one that is too large in slices', async () => {
        const keys = newKeys();
        const sizes = [10, 300_000, 20, 90_000, 90_000];
        for (const [i, size] of sizes.entries()) {
          const large = { ...part(`t${i}`, i), member: String(i).repeat(size) };
          await returned(keys, 'x', large, { ordered });
        }
        const whole = new Map<number, number>();
        let place: Place | null = START;
        let read = 0;
        while (place !== null) {
          const at: Place = place;
          const { slices, next } = await value(chords().parts({ keys, ordered }, at));
          const bytes = slices.reduce((sum, slice) => sum + slice.bytes.length, 0);
          expect(bytes).toBeLessThanOrEqual(128 * 1024);
          for (const [i, slice] of slices.entries()) {
            whole.set(at.at + i, (whole.get(at.at + i) ?? 0) + slice.bytes.length);
            expect(slice.length).toBe(sizes[at.at + i]);
          }
          place = next;
          read += 1;
        }
        expect([...whole.values()]).toEqual(sizes);
        expect(read).toBeGreaterThan(4);
      });
    });

    it('parts are in the order of their index, those without one last, equal ones by bytes', async () => {
      const keys = newKeys();
      for (const [id, index] of [
        ['c', '+inf'],
        ['b', '1'],
        ['a', '10'],
        ['d', '1'],
      ] as const) {
        await returned(keys, 'x', { taskId: id, index, member: member(id) });
      }
      const { slices } = await value(chords().parts({ keys, ordered: true }, START));
      expect(slices.map(({ score, bytes }) => [score, bytes.toString()])).toEqual([
        [1, member('b')],
        [1, member('d')],
        [10, member('a')],
        [Number.POSITIVE_INFINITY, member('c')],
      ]);
    });

    it('without a size nothing is claimed, with one that is no number it is', async () => {
      const keys = newKeys();
      expect(await returned(keys, 'x', part('a', 0))).toMatchObject({
        _tag: 'Counted',
        size: null,
      });
      await value(chords().save(keys.size, 'many', 60));
      expect(await returned(keys, 'x', part('b', 1))).toMatchObject({
        _tag: 'Claimed',
        size: 'many',
      });
    });

    it('the size is what was set and what was added', async () => {
      const keys = newKeys();
      await value(chords().resize(keys, 1, 60));
      await value(connected.connection.commands.incr(keys.surplus));
      expect(await returned(keys, 'x', part('a', 0))).toMatchObject({ _tag: 'Counted', size: 2 });
      expect(await returned(keys, 'x', part('b', 1))).toMatchObject({ _tag: 'Claimed', size: 2 });
    });

    it('a part refreshes the expiries of the chord, and leaves them where they are 0', async () => {
      const keys = newKeys();
      await value(chords().resize(keys, 3, 0));
      await value(chords().save(keys.saved, '{}', 0));
      await returned(keys, 'x', part('a', 0), { expires: 0, savedExpires: 0 });
      expect(await connected.ttl?.(keys.size)).toBe(-1);
      expect(await connected.ttl?.(keys.parts)).toBe(-1);
      await returned(keys, 'x', part('b', 1), { expires: 50, savedExpires: 90 });
      for (const key of [keys.size, keys.parts, keys.counted]) {
        expect(await connected.ttl?.(key)).toBeGreaterThan(45);
      }
      expect(await connected.ttl?.(keys.saved)).toBeGreaterThan(85);
    });

    it('readiness can be looked at without a part', async () => {
      const keys = newKeys();
      await returned(keys, 'x', part('a', 0));
      await value(chords().resize(keys, 1, 60));
      expect(await returned(keys, 'y', null)).toMatchObject({ _tag: 'Claimed', isNew: false });
    });

    describe('the dispatch of a body', () => {
      const claimed = async (): Promise<ChordKeys> => {
        const keys = newKeys();
        await value(chords().resize(keys, 1, 60));
        await returned(keys, 'x', part('a', 0));
        return keys;
      };

      const body = (keys: ChordKeys, token: string) =>
        chords().dispatch({
          ...{ keys, token, doneExpires: 300, expires: 60, db: null },
          deliveries: [{ command: 'LPUSH', key: `${keys.saved}:queue`, value: 'message' }],
          deleted: [`${keys.saved}:deleted`],
          set: [[`${keys.saved}:set`, '2']],
        });

      it('sends it, writes what goes with it and cleans up, once', async () => {
        const keys = await claimed();
        expect(await value(body(keys, 'x'))).toBe('Sent');
        expect(await value(body(keys, 'x'))).toBe('Over');
        expect(await value(chords().look(terms(keys)))).toMatchObject({
          ...{ parts: 0, counted: 0, size: null, claim: 'done' },
        });
        expect(await connected.ttl?.(`${keys.saved}:set`)).toBeGreaterThan(50);
        expect(await returned(keys, 'y', part('b', 1))).toEqual({ _tag: 'Done' });
        expect(await connected.ttl?.(keys.parts)).toBe(-2);
      });

      it('sends nothing under a claim of somebody else', async () => {
        const keys = await claimed();
        expect(await value(body(keys, 'y'))).toBe('Lost');
        expect(await claimOf(keys)).toBe('x');
        expect(await connected.ttl?.(`${keys.saved}:set`)).toBe(-2);
      });

      it('takes over a claim that has lapsed, while the chord is there', async () => {
        const keys = await claimed();
        await value(connected.connection.commands.delete(keys.claim));
        expect(await value(body(keys, 'y'))).toBe('Sent');
        const gone = await claimed();
        await value(connected.connection.commands.delete(gone.claim));
        await value(connected.connection.commands.delete(gone.size));
        expect(await value(body(gone, 'y'))).toBe('Lost');
      });

      it('a size makes it a new chord', async () => {
        const keys = await claimed();
        await value(body(keys, 'x'));
        await value(chords().resize(keys, 1, 60));
        expect(await returned(keys, 'z', part('b', 0))).toMatchObject({ _tag: 'Claimed' });
      });
    });

    it('a claim is lengthened by its own token, and anew where it has lapsed', async () => {
      const keys = newKeys();
      await value(chords().resize(keys, 1, 60));
      await returned(keys, 'x', part('a', 0));
      expect(await value(chords().extend(keys, 'y', 30))).toBe(false);
      expect(await value(chords().extend(keys, 'x', 30))).toBe(true);
      expect(await connected.ttl?.(keys.claim)).toBeGreaterThan(25);
      await value(connected.connection.commands.delete(keys.claim));
      expect(await value(chords().extend(keys, 'y', 30))).toBe(true);
      expect(await value(chords().cleanUp(keys, 'x', 300))).toBe(false);
      expect(await value(chords().cleanUp(keys, 'y', 300))).toBe(true);
      expect(await value(chords().extend(keys, 'y', 30))).toBe(false);
    });

    it('a claim is given up only while nothing came meanwhile', async () => {
      const keys = newKeys();
      await value(chords().resize(keys, 1, 60));
      await returned(keys, 'x', part('a', 0));
      await returned(keys, 'y', part('b', 1));
      expect(await value(chords().release(terms(keys), 'x', { parts: 1, counted: 1 }))).toBe(false);
      expect(await claimOf(keys)).toBe('x');
      expect(await value(chords().release(terms(keys), 'x', { parts: 2, counted: 2 }))).toBe(true);
      expect(await claimOf(keys)).toBe(null);
    });

    it('who was counted, and a saved header, are read to their end', async () => {
      const keys = newKeys();
      for (let i = 0; i < 3000; i += 500) {
        await Promise.all(
          Array.from({ length: 500 }, (_, n) => returned(keys, 'x', part(`t${i + n}`, i + n))),
        );
      }
      const entries = new Set<string>();
      let from: string | null = null;
      do {
        const piece: { entries: ReadonlyArray<string>; next: string | null } = await value(
          chords().counted(keys, from),
        );
        for (const entry of piece.entries) entries.add(entry);
        from = piece.next;
      } while (from !== null);
      expect(entries.size).toBe(3000);
      expect(entries).toContain('t42:42');
      await value(chords().save(keys.saved, 'x'.repeat(200_000), 60));
      const first = await value(chords().saved(keys, 0));
      const second = await value(chords().saved(keys, first.length));
      expect(first.length + second.length).toBe(200_000);
      expect(await value(chords().saved(keys, 200_000))).toHaveLength(0);
    });

    it('the parts of one tick have each their own outcome, of several chords as well', async () => {
      const [one, two] = [newKeys(), newKeys()];
      await value(chords().resize(one, 40, 60));
      await value(chords().resize(two, 40, 60));
      const all = Array.from({ length: 40 }, (_, i) =>
        [one, two].map((keys) => [keys, i] as const),
      );
      const replies = await Promise.all(
        all.flat().map(async ([keys, i]) => ({
          keys,
          reply: await returned(keys, `token-${i}`, part(`t${i}`, i)),
        })),
      );
      for (const keys of [one, two]) {
        const own = replies.filter((each) => each.keys === keys).map(({ reply }) => reply);
        expect(own.filter(({ _tag }) => _tag === 'Claimed')).toHaveLength(1);
        expect(own.every((reply) => 'isNew' in reply && reply.isNew)).toBe(true);
      }
    });
  });
};

const START: Place = { at: 0, from: 0 };

let made = 0;

const newKeys = (): ChordKeys => {
  made += 1;
  const saved = `chord-${process.pid}-${made}`;
  return {
    ...{ saved, parts: `${saved}.j`, surplus: `${saved}.t`, size: `${saved}.s` },
    ...{ counted: `${saved}.d`, claim: `${saved}.c` },
  };
};

const terms = (keys: ChordKeys) => ({
  ...{ keys, ordered: true, expires: 60, savedExpires: 60, claimExpires: 6 },
});

const member = (id: string): string => `[1, "${id}", "SUCCESS", null]`;

const part = (taskId: string, index: number): NewPart => ({
  ...{ taskId, index: String(index), member: member(taskId) },
});

const membersOf = (reply: PartReply): ReadonlyArray<string> =>
  reply._tag === 'Claimed' ? reply.first.slices.map(({ bytes }) => bytes.toString()) : [];

const value = async <A>(run: Run<A>): Promise<A> => {
  const either = await fromRun(run)();
  if (E.isLeft(either)) throw either.left;
  return either.right;
};
