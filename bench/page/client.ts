/** In the page: when each state was heard. */
import { watchTasks } from 'chordis/browser';

export interface Heard {
  readonly taskId: string;
  /** Which of the task's states it is, from 1 on. */
  readonly n: number;
  /** In milliseconds, by the page's own clock. */
  readonly at: number;
}

declare global {
  var heard: ReadonlyArray<Heard>;
  var now: () => number;
  var watch: (ids: ReadonlyArray<string>) => void;
}

const all: Array<Heard> = [];

globalThis.heard = all;
globalThis.now = () => performance.timeOrigin + performance.now();
globalThis.watch = (ids) => {
  const query = new URLSearchParams(ids.map((id): [string, string] => ['task', id]));
  watchTasks(`/tasks?${query}`).subscribe(({ taskId, result }) => {
    const at = now();
    const { n } = (result ?? {}) as { readonly n?: number };
    if (n !== undefined) all.push({ taskId, n, at });
  });
};
