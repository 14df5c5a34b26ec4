/**
 * The promise of the ids, whatever is stored, wherever a stream is cut, in the middle of an
 * event too, and whichever server goes on: each ready state once, and states in order.
 *
 * `RESUME_RUNS=10000 npx vitest run --project unit test/http/resume` runs it as often.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskEvents } from '../../src/http/index.js';
import { isReady, PENDING } from '../../src/states.js';
import { failure, progress, success } from '../../src/testing/index.js';
import type { TaskMeta } from '../../src/wire/meta.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { type ReadEvent, Reading } from './reading.js';
import { SharedStore } from './sharedStore.js';

const RUNS = Number(process.env.RESUME_RUNS ?? 3000);

const TASKS = ['a', 'b', 'c', 'd'] as const;
const QUERIES = ['task=a', 'task=a&task=b&task=c&task=d', 'group=g', 'task=d&group=g'];
const SERVERS = 2;

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      store: fc.constantFrom(...TASKS),
      kind: fc.constantFrom('next', 'next', 'success', 'failure'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ connect: fc.nat(SERVERS - 1) }) },
  { weight: 1, arbitrary: fc.record({ poll: fc.nat(SERVERS - 1) }) },
  { weight: 1, arbitrary: fc.record({ cutAfter: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ restart: fc.nat(SERVERS - 1) }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What is due has been done: every microtask, and what they have made due. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Run {
  readonly stored: Array<TaskMeta> = [];
  readonly heard: Array<ReadEvent> = [];
  private readonly store = new SharedStore();
  private readonly servers = Array.from({ length: SERVERS }, () => this.start());
  private reading: Reading | undefined;
  private lastId = '';
  isOver = false;

  constructor(private readonly query: string) {
    const tuples = ['a', 'b', 'c'].map((id) => asyncResultTuple(id));
    this.store.groups.set('g', groupResultTuple('g', tuples));
  }

  async take(next: Step, n: number): Promise<void> {
    if ('store' in next) this.write(next.store, next.kind, n);
    else if ('read' in next) for (let i = 0; i < next.read; i++) await this.read();
    else if ('connect' in next) await this.connect(next.connect);
    else if ('poll' in next) await this.poll(next.poll);
    else if ('cutAfter' in next) await this.cut(next.cutAfter);
    else {
      this.servers[next.restart]?.stop();
      this.servers[next.restart] = this.start();
    }
  }

  /** All becomes ready, and the reader comes back until it is told that this is all. */
  async finish(): Promise<void> {
    for (const task of TASKS) this.write(task, 'success', -1);
    for (let n = 0; !this.isOver; n++) {
      expect(n).toBeLessThan(5);
      await this.connect(n % SERVERS);
      while (this.reading !== undefined) await this.read();
    }
  }

  private start() {
    const { backend, stop } = this.store.server();
    return { handler: taskEvents(backend, { authorize: () => true }), stop };
  }

  private write(task: string, kind: string, n: number): void {
    const meta =
      kind === 'next'
        ? progress(task, n)
        : kind === 'success'
          ? success(task, n)
          : failure(task, 'ValueError', [n]);
    if (this.store.store(meta)) this.stored.push(meta);
  }

  private ask(server: number, init: RequestInit & { headers: Record<string, string> }) {
    if (this.lastId !== '') init.headers['last-event-id'] = this.lastId;
    const request = new Request(`http://localhost/?${this.query}`, init);
    return this.servers[server]?.handler(request) ?? Promise.reject(new Error('no server'));
  }

  private async connect(server: number): Promise<void> {
    if (this.reading !== undefined || this.isOver) return;
    const response = await this.ask(server, { headers: {} });
    if (response.status === 204) this.isOver = true;
    else this.reading = new Reading(response);
  }

  private async read(): Promise<void> {
    const { reading } = this;
    if (reading === undefined) return;
    // only what is there: a server says nothing for long
    await Promise.race([reading.next(), quiet()]);
    await this.note(reading);
  }

  private async note(reading: Reading): Promise<void> {
    for (const event of reading.events.splice(0)) {
      this.heard.push(event);
      if (event.id !== undefined) this.lastId = event.id;
      if (event.event === 'end') this.isOver = true;
    }
    if (reading.isOver) this.reading = undefined;
  }

  /** Of what arrives at last, only a part does. */
  private async cut(share: number): Promise<void> {
    const { reading } = this;
    if (reading === undefined) return;
    await Promise.race([reading.nextPart(share), quiet()]);
    await this.note(reading);
    await reading.leave();
    this.reading = undefined;
  }

  private async poll(server: number): Promise<void> {
    if (this.reading !== undefined || this.isOver) return;
    const gone = new AbortController();
    const response = this.ask(server, {
      headers: { accept: 'application/json' },
      signal: gone.signal,
    });
    await quiet();
    await quiet();
    gone.abort();
    const answer = await response;
    if (!answer.ok) return;
    const { id, states, end } = (await answer.json()) as {
      id: string;
      states: ReadonlyArray<Record<string, unknown>>;
      end: boolean;
    };
    for (const data of states) this.heard.push({ event: 'state', id, data });
    this.lastId = id;
    this.isOver = end;
  }
}

const runOf = async (query: string, steps: ReadonlyArray<Step>): Promise<Run> => {
  const run = new Run(query);
  for (const [n, next] of steps.entries()) await run.take(next, n);
  await run.finish();
  return run;
};

describe('whatever is stored, wherever it is cut, and whoever goes on', {
  timeout: 600_000,
}, () => {
  it('each ready state is told once, as the last of its task, and states in order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...QUERIES),
        fc.array(step, { maxLength: 30 }),
        async (query, steps) => {
          const { heard, stored } = await runOf(query, steps);
          const asked = TASKS.filter(
            (id) => query.includes(id === 'd' ? 'task=d' : 'g') || query.includes(`task=${id}`),
          );
          for (const task of asked) {
            const told = heard
              .filter(
                ({ event, data }) =>
                  event === 'state' && data.taskId === task && data.status !== PENDING,
              )
              .map(({ data }) => JSON.stringify(data));
            const all = stored.filter(({ taskId }) => taskId === task);
            const texts = all.map((meta) => JSON.stringify(meta));
            const places = told.map((text) => texts.indexOf(text));
            // each was stored, each once, and in order
            expect(places).toEqual([...new Set(places)].toSorted((one, other) => one - other));
            expect(places[0]).toBeGreaterThanOrEqual(0);
            expect(told.filter((text) => isReady(JSON.parse(text).status))).toHaveLength(1);
            expect(told.at(-1)).toBe(texts.at(-1));
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    ));
});
