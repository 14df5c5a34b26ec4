import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { ChordError } from '../../src/errors/errors.js';
import { join } from '../../src/result/join.js';
import { joinSettled } from '../../src/result/joinSettled.js';
import { isGroup, type Joinable, leavesOf } from '../../src/result/members.js';
import type { GroupProgress } from '../../src/result/progress.js';
import {
  failure,
  progress,
  success,
  type TestBackend,
  testBackend,
} from '../../src/testing/index.js';

// -------------------------------------------------------------------------------------
// a group, what becomes of each task and when, when it is joined, and how the link fails
// -------------------------------------------------------------------------------------

const END = 2000;

const frame = fc.nat({ max: 1000 });

/** A task's ready state comes at a frame, before which it may have told of itself. */
const task = fc.record({
  at: frame,
  fails: fc.boolean(),
  hint: fc.option(frame),
  known: fc.boolean(),
});

type Task = typeof task extends fc.Arbitrary<infer T> ? T : never;

interface Group {
  readonly members: ReadonlyArray<Task | Group>;
}

const { group } = fc.letrec<{ member: Task | Group; group: Group }>((tie) => ({
  member: fc.oneof({ maxDepth: 3 }, task, tie('group')),
  group: fc.record({ members: fc.array(tie('member'), { maxLength: 6 }) }),
}));

const history = fc.record({
  group,
  joinedAt: frame,
  leftAt: fc.option(frame, { freq: 4 }),
  cuts: fc.array(frame, { maxLength: 3 }),
});

type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

interface Drawn {
  readonly result: Joinable;
  readonly tasks: ReadonlyArray<readonly [id: string, task: Task]>;
}

const draw = (backend: TestBackend, { members }: Group, id: string): Drawn => {
  const drawn = members.map((member, i): Drawn => {
    const own = `${id}.${i}`;
    if ('members' in member) return draw(backend, member, own);
    const { at, fails, hint } = member;
    if (hint !== null && hint < at) backend.stored(`${hint}ms x`, { x: progress(own, hint) });
    const ready = fails ? failure(own, 'ValueError', [own]) : success(own, own);
    backend.stored(`${at}ms x`, { x: ready });
    return { result: backend.asyncResult(own), tasks: [[own, member]] };
  });
  return {
    result: backend.groupResult(
      id,
      drawn.map(({ result }) => result),
    ),
    tasks: drawn.flatMap(({ tasks }) => tasks),
  };
};

interface Heard<A> {
  readonly values: Array<A>;
  readonly ends: Array<unknown>;
}

const run = ({ group, joinedAt, leftAt, cuts }: History) => {
  const scheduler = new TestScheduler(() => undefined);
  return scheduler.run(({ flush }) => {
    const backend = testBackend(scheduler, { retryPolicy: { intervalMax: 0 } });
    const { result, tasks } = draw(backend, group, 'g');
    if (!isGroup(result)) throw new Error('it is a group');
    for (const at of cuts) backend.cut(`${at}ms x`);
    const hear = <A>(source: {
      readonly subscribe: (observer: {
        readonly next: (a: A) => void;
        readonly error: (e: unknown) => void;
        readonly complete: () => void;
      }) => { readonly unsubscribe: () => void };
    }): Heard<A> => {
      const heard: Heard<A> = { values: [], ends: [] };
      scheduler.schedule(() => {
        const subscription = source.subscribe({
          next: (a) => heard.values.push(a),
          error: (error) => heard.ends.push(error),
          complete: () => heard.ends.push('complete'),
        });
        if (leftAt !== null) {
          scheduler.schedule(() => subscription.unsubscribe(), Math.max(0, leftAt - joinedAt));
        }
      }, joinedAt);
      return heard;
    };
    const options = { timeout: END / 1000 } as const;
    const joined = hear(join(result, options));
    const unpropagated = hear(join(result, { ...options, propagate: false }));
    const settled = hear(joinSettled(result, options));
    const counted = hear<GroupProgress>(backend.groupResult('g', result.results).progress$);
    const logs = tasks.map(([id]) => backend.watched(id));
    flush();
    return { result, tasks, joined, unpropagated, settled, counted, logs: logs.flat() };
  });
};

type Run = ReturnType<typeof run>;

const holds = (
  histories: fc.Arbitrary<History>,
  promise: (run: Run, history: History) => void,
): void =>
  fc.assert(
    fc.property(histories, (history) => promise(run(history), history)),
    { numRuns: 200 },
  );

const stays = history.map((one) => ({ ...one, leftAt: null }));

/** What is told of each task, in the structure of the group. */
const nested = (result: Joinable, of: (id: string) => unknown): unknown =>
  isGroup(result) ? result.results.map((each) => nested(each, of)) : of(result.id);

// -------------------------------------------------------------------------------------
// the promises
// -------------------------------------------------------------------------------------

describe('whenever tasks end, whoever joins them, and however the link fails', {
  timeout: 60_000,
}, () => {
  it('a join is the values in header order, exactly once, or one ChordError of a task that failed', () =>
    holds(stays, ({ joined, result, tasks }) => {
      const failed = tasks.filter(([, { fails }]) => fails).map(([id]) => id);
      if (failed.length === 0) {
        expect(joined.values).toEqual([nested(result, (id) => id)]);
        expect(joined.ends).toEqual(['complete']);
        return;
      }
      expect(joined.values).toEqual([]);
      expect(joined.ends).toHaveLength(1);
      const [error] = joined.ends;
      expect(error).toBeInstanceOf(ChordError);
      expect(failed.map((id) => `Dependency ${id} raised ValueError('${id}')`)).toContain(
        String(error).replace('ChordError: ', ''),
      );
    }));

  it('one that does not propagate, and joinSettled, have each outcome in its place, once', () =>
    holds(stays, ({ unpropagated, settled, result, tasks }) => {
      const byId = new Map(tasks);
      expect(unpropagated.values).toMatchObject([
        nested(result, (id) => (byId.get(id)?.fails ? { excType: 'ValueError', args: [id] } : id)),
      ]);
      expect(settled.values).toMatchObject([
        nested(result, (id) =>
          byId.get(id)?.fails ? E.left({ _tag: 'TaskFailed', taskId: id }) : E.right(id),
        ),
      ]);
      expect([unpropagated.ends, settled.ends]).toEqual([['complete'], ['complete']]);
    }));

  it('progress only grows, and ends with all of it', () =>
    holds(stays, ({ counted, result, tasks }) => {
      const failed = tasks.filter(([, { fails }]) => fails).length;
      const total = isGroup(result) ? leavesOf(result.results).length : 0;
      expect(counted.values.at(-1)).toEqual({ ready: total, total, failed });
      expect(counted.ends).toEqual(['complete']);
      for (const [i, { ready, failed }] of counted.values.entries()) {
        const before = counted.values[i - 1];
        expect(failed).toBeLessThanOrEqual(ready);
        if (before !== undefined) expect(ready).toBeGreaterThan(before.ready);
      }
    }));

  it('no channel stays subscribed to, and who has left hears nothing', () =>
    holds(history, ({ logs, joined, settled, tasks }, { leftAt, joinedAt }) => {
      for (const log of logs) expect(log.unsubscribedFrame).toBeLessThan(Infinity);
      // a group of no task ends before anybody can leave
      if (leftAt === null || leftAt > joinedAt || tasks.length === 0) return;
      for (const { values, ends } of [joined, settled]) expect([...values, ...ends]).toEqual([]);
    }));
});
