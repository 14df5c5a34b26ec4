import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { isReady, SUCCESS } from '../../src/states.js';
import { failure, progress, success, testBackend } from '../../src/testing/index.js';
import type { TaskMeta } from '../../src/wire/taskMeta.js';
import { held } from './channels.js';

// -------------------------------------------------------------------------------------
// the history of a run: in each step a worker may store something, watchers come and go,
// and the link may fail
// -------------------------------------------------------------------------------------

const TASKS = ['a', 'b', 'c'] as const;
/** In frames. A key lives for four steps. */
const STEP = 250;
const LIFE = 1000;
/** The time a link takes to be made anew once it can be: it is tried each 10 frames. */
const GRACE = 15;

const task = fc.constantFrom(...TASKS);

const step = fc.record({
  write: fc.option(
    fc.record({ task, kind: fc.constantFrom('next', 'next', 'again', 'success', 'failure') }),
  ),
  watchers: fc.array(
    fc.oneof(
      fc.record({ come: task }),
      fc.record({ come: task }),
      fc.record({ leave: fc.nat({ max: 20 }) }),
    ),
    { maxLength: 4 },
  ),
  fault: fc.option(
    fc.oneof(fc.constant('cut' as const), fc.record({ downFor: fc.integer({ min: 1, max: 900 }) })),
    { freq: 3 },
  ),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Written {
  readonly meta: TaskMeta;
  readonly at: number;
}

interface Watcher {
  readonly task: string;
  readonly from: number;
  until: number;
  readonly heard: Array<TaskMeta>;
  completedAt: number;
  failed: boolean;
  subscription: Subscription | undefined;
}

/** What takes effect of the writes: a SUCCESS is kept for as long as its key lives. */
const effective = (writes: ReadonlyArray<Written>): ReadonlyArray<Written> => {
  const held = new Map<string, Written>();
  return writes.filter((write) => {
    const { taskId } = write.meta;
    const before = held.get(taskId);
    if (before?.meta.status === SUCCESS && write.at < before.at + LIFE) return false;
    held.set(taskId, write);
    return true;
  });
};

const writesOf = (steps: ReadonlyArray<Step>): ReadonlyArray<Written> => {
  const latest = new Map<string, TaskMeta>();
  return steps.flatMap(({ write }, i) => {
    if (write === null) return [];
    const { task, kind } = write;
    const made = {
      next: () => progress(task, i),
      again: () => latest.get(task) ?? progress(task, i),
      success: () => success(task, i),
      failure: () => failure(task, 'ValueError', [i]),
    }[kind]();
    latest.set(task, made);
    return [{ meta: made, at: i * STEP }];
  });
};

const run = (steps: ReadonlyArray<Step>) => {
  const scheduler = new TestScheduler(() => undefined);
  const watchers: Array<Watcher> = [];
  const outages: Array<readonly [from: number, to: number]> = [];
  const end = (steps.length + 5) * STEP;
  const writes = [
    ...writesOf(steps),
    ...TASKS.map((id) => ({ meta: success(id, 'at last'), at: end + LIFE })),
  ];

  return scheduler.run(({ flush }) => {
    const backend = testBackend(scheduler, {
      expires: LIFE / 1000,
      retryPolicy: { maxRetries: null, intervalStart: 0.01, intervalStep: 0, intervalMax: 0.01 },
    });

    const come = (id: string): void => {
      const watcher: Watcher = {
        task: id,
        from: scheduler.now(),
        until: Number.POSITIVE_INFINITY,
        heard: [],
        completedAt: Number.POSITIVE_INFINITY,
        failed: false,
        subscription: undefined,
      };
      watchers.push(watcher);
      watcher.subscription = backend.resultConsumer.consumeFrom(id).subscribe({
        next: (meta) => watcher.heard.push(meta),
        error: () => {
          watcher.failed = true;
        },
        complete: () => {
          watcher.completedAt = scheduler.now();
        },
      });
    };

    const leave = (index: number): void => {
      const watcher = watchers[index % Math.max(watchers.length, 1)];
      if (watcher === undefined || watcher.until < scheduler.now()) return;
      watcher.until = scheduler.now();
      watcher.subscription?.unsubscribe();
    };

    for (const { meta, at } of writes) backend.stored(`${at}ms x`, { x: meta });
    steps.forEach(({ watchers: moves, fault }, i) => {
      const at = i * STEP;
      for (const move of moves) {
        scheduler.schedule(() => ('come' in move ? come(move.come) : leave(move.leave)), at);
      }
      if (fault === 'cut') backend.cut(`${at}ms x`);
      else if (fault !== null && outages.every(([, to]) => to + GRACE < at)) {
        const { downFor } = fault;
        outages.push([at, at + downFor]);
        backend.down(`${at}ms ^ ${downFor - 1}ms !`);
      }
    });
    const logs = TASKS.map((id) => backend.watched(id));
    flush();

    const survivors = watchers.filter(({ until }) => until === Number.POSITIVE_INFINITY);
    for (const { subscription } of survivors) subscription?.unsubscribe();
    flush();
    const internals = held(backend.resultConsumer);
    return { watchers, survivors, outages, logs, internals, writes: effective(writes) };
  });
};

type Run = ReturnType<typeof run>;

/** When the link is up, from `at` on. */
const upFrom = ({ outages }: Run, at: number): number =>
  outages.find(([from, to]) => from <= at && at <= to)?.[1] ?? at;

const holds = (promise: (run: Run) => void): void =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 24 }), (steps) => promise(run(steps))),
    { numRuns: 150 },
  );

// -------------------------------------------------------------------------------------
// the promises
// -------------------------------------------------------------------------------------

describe('whatever is stored, whoever comes and goes, and however the link fails', {
  timeout: 30_000,
}, () => {
  it('a subscriber hears no ready state but one, the last, and then completion', () =>
    holds(({ watchers }) => {
      for (const { heard, completedAt, failed } of watchers) {
        const ready = heard.filter(({ status }) => isReady(status));
        expect(failed).toBe(false);
        expect(ready).toHaveLength(Number.isFinite(completedAt) ? 1 : 0);
        expect(ready.at(-1)).toBe(ready.length > 0 ? heard.at(-1) : undefined);
      }
    }));

  it('a subscriber who stays gets a ready state, as long as the key lives', () =>
    holds((done) => {
      for (const watcher of done.watchers) {
        const writes = done.writes.filter(({ meta }) => meta.taskId === watcher.task);
        writes.forEach(({ meta, at }, i) => {
          const overwritten = writes[i + 1]?.at ?? Number.POSITIVE_INFINITY;
          const from = Math.max(at, watcher.from);
          const bound = upFrom(done, upFrom(done, from) + 1) + GRACE;
          const isOwed = bound < Math.min(at + LIFE, overwritten, watcher.until);
          if (isReady(meta.status) && isOwed) expect(watcher.completedAt).toBeLessThan(bound);
        });
      }
      for (const { completedAt } of done.survivors) expect(completedAt).toBeLessThan(Infinity);
    }));

  it('a subscriber hears states that were stored, in order, and none twice in a row', () =>
    holds(({ watchers, writes }) => {
      for (const { task, heard } of watchers) {
        const stored = writes.flatMap(({ meta }) => (meta.taskId === task ? [meta] : []));
        let next = 0;
        for (const [i, meta] of heard.entries()) {
          expect(meta).not.toEqual(heard[i - 1]);
          const at = stored.findIndex((one, k) => k >= next && equal(one, meta));
          expect(at).toBeGreaterThanOrEqual(next);
          next = at + 1;
        }
      }
    }));

  it('no channel stays subscribed to, and nothing is held, once all have left', () =>
    holds(({ logs, internals }) => {
      for (const log of logs.flat()) expect(log.unsubscribedFrame).toBeLessThan(Infinity);
      expect(internals).toEqual([0, 0, 0]);
    }));
});

const equal = (one: TaskMeta, other: TaskMeta): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
