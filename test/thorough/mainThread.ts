/**
 * What keeps a page's main thread, from a trace of Chromium's own: by the clock, and in time
 * of the processor. On a machine that others work on, a task that takes 10 ms may wait for
 * 200: the page answers for the former.
 */
import type { Page } from 'playwright-core';

export interface MainThread {
  /** In milliseconds of the processor: the longest task. */
  readonly longest: number;
  /** How many tasks were longer than 50 ms: by the clock, and in time of the processor. */
  readonly longByClock: number;
  readonly long: number;
  /** The share of the whole time that it was at work. */
  readonly share: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** In microseconds: by the clock, and of the processor. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

const LONG = 50;

/** Of the pages of its browser, while `work` is done. */
export const traced = async (page: Page, work: () => Promise<void>): Promise<MainThread> => {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The page has no browser');
  await browser.startTracing(page, { categories: ['toplevel'] });
  const began = performance.now();
  await work();
  const took = performance.now() - began;
  const trace = JSON.parse((await browser.stopTracing()).toString());
  const events: ReadonlyArray<TraceEvent> = trace.traceEvents;
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`;
  const threads = new Set(
    events.flatMap((event) => (event.args.name === 'CrRendererMain' ? [threadOf(event)] : [])),
  );
  const tasks = events.filter(
    (event) => event.ph === 'X' && /RunTask$/.test(event.name) && threads.has(threadOf(event)),
  );
  const times = tasks.map(({ tdur = 0 }) => tdur / 1000);
  return {
    longest: Math.max(...times),
    longByClock: tasks.filter(({ dur = 0 }) => dur / 1000 > LONG).length,
    long: times.filter((time) => time > LONG).length,
    share: times.reduce((sum, time) => sum + time, 0) / took,
  };
};
