/**
 * The promise of `chordis/browser`, whatever is stored, whoever comes and goes, and wherever
 * its connection is cut: each ready state once, and states in order.
 */
import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type TaskState, watchTasks } from '../../src/browser/index.js';
import { taskEvents } from '../../src/http/index.js';
import { isReady } from '../../src/states.js';
import { failure, progress, success } from '../../src/testing/index.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { SharedStore } from '../http/sharedStore.js';
import { FakeServer } from './fakeServer.js';

const RUNS = Number(process.env.RESUME_RUNS ?? 200);

const TASKS = ['a', 'b', 'c', 'd'] as const;
const QUERIES = ['task=a', 'task=b&task=c', 'task=d', 'group=g', 'task=a&group=g'];

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      store: fc.constantFrom(...TASKS),
      kind: fc.constantFrom('next', 'next', 'success', 'failure'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ come: fc.constantFrom(...QUERIES) }) },
  { weight: 1, arbitrary: fc.record({ leave: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ fault: fc.constantFrom('cut', 'restart', 'away') }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 12 }) }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Watcher {
  readonly query: string;
  readonly heard: Array<TaskState>;
  end: unknown;
  hasLeft: boolean;
  subscription: Subscription | undefined;
}

const milliseconds = (count: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, count));

class Run {
  readonly watchers: Array<Watcher> = [];
  readonly stored = new Map<string, Array<string>>(TASKS.map((id) => [id, []]));
  private readonly store = new SharedStore();
  private running = this.start();
  readonly server = new FakeServer(this.running.handler);

  constructor() {
    const tuples = ['a', 'b', 'c'].map((id) => asyncResultTuple(id));
    this.store.groups.set('g', groupResultTuple('g', tuples));
  }

  async take(next: Step, n: number): Promise<void> {
    if ('store' in next) this.write(next.store, next.kind, n);
    else if ('come' in next) this.come(next.come);
    else if ('leave' in next) this.leave(this.watchers[next.leave]);
    else if ('fault' in next) this.break(next.fault);
    else await milliseconds(next.wait);
  }

  /** All becomes ready, and those who have stayed are told. */
  async finish(): Promise<void> {
    for (const task of TASKS) this.write(task, 'success', -1);
    const staying = this.watchers.filter(({ hasLeft }) => !hasLeft);
    for (let n = 0; staying.some(({ end }) => end === undefined); n++) {
      expect(n).toBeLessThan(1000);
      await milliseconds(2);
    }
  }

  private start() {
    const { backend, stop } = this.store.server();
    return { handler: taskEvents(backend, { authorize: () => true }), stop };
  }

  private write(task: string, kind: string, n: number): void {
    const ready = kind === 'success' ? success(task, n) : failure(task, 'ValueError', [n]);
    const meta = kind === 'next' ? progress(task, n) : ready;
    if (this.store.store(meta)) this.stored.get(task)?.push(JSON.stringify(meta));
  }

  private come(query: string): void {
    const options = { fetch: this.server.fetch, random: none };
    const watcher: Watcher = {
      ...{ query, heard: [], end: undefined, hasLeft: false, subscription: undefined },
    };
    this.watchers.push(watcher);
    watcher.subscription = watchTasks(`http://localhost/?${query}`, undefined, options).subscribe({
      next: (state) => watcher.heard.push(state),
      error: (error) => {
        watcher.end = error;
      },
      complete: () => {
        watcher.end = 'complete';
      },
    });
  }

  private leave(watcher: Watcher | undefined): void {
    if (watcher === undefined) return;
    watcher.hasLeft ||= watcher.end === undefined;
    watcher.subscription?.unsubscribe();
  }

  private break(fault: string): void {
    if (fault === 'away') this.server.refusals.push(0, 503);
    if (fault === 'restart') {
      this.running.stop();
      this.running = this.start();
      this.server.handler = this.running.handler;
    } else this.server.cut();
  }
}

/** A connection is tried anew at once. */
const none = (): number => 0;

const runOf = async (steps: ReadonlyArray<Step>): Promise<Run> => {
  const run = new Run();
  for (const [n, next] of steps.entries()) await run.take(next, n);
  await run.finish();
  return run;
};

const isAsked = (task: string, query: string): boolean =>
  query.includes(`task=${task}`) || (query.includes('group') && task !== 'd');

describe('whatever is stored, whoever comes and goes, and wherever it is cut', {
  timeout: 600_000,
}, () => {
  it('each ready state is told once, as the last of its task, and states in order', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { watchers, stored, server } = await runOf(steps);
        for (const { query, heard, end, hasLeft } of watchers) {
          if (!hasLeft) expect(end).toBe('complete');
          for (const task of TASKS) {
            const told = heard.filter(({ taskId }) => taskId === task);
            const texts = stored.get(task) ?? [];
            const places = told.map((state) => texts.indexOf(JSON.stringify(state)));
            // each was stored, each once, and in order
            expect(places).toEqual([...new Set(places)].toSorted((one, other) => one - other));
            expect(places).not.toContain(-1);
            const ready = told.filter(({ status }) => isReady(status));
            if (!isAsked(task, query)) expect(told).toEqual([]);
            else if (!hasLeft) expect(ready).toHaveLength(1);
            expect(ready.length).toBeLessThanOrEqual(1);
            expect(ready[0]).toBe(ready.length > 0 ? told.at(-1) : undefined);
          }
        }
        await milliseconds(1);
        expect(server.streams).toBe(0);
      }),
      { numRuns: RUNS, endOnFailure: true },
    ));
});
