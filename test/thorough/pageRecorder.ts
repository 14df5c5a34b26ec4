/** In a page: watches, and records each state as its JSON and when it came. */
import { watchTasks } from 'chordis/browser';

export interface Recording {
  readonly heard: Array<{ readonly state: string; readonly at: number }>;
  /** `complete`, or what it failed with. */
  end: string | null;
}

export interface Recorder {
  /** Watches what a query names, by a token. */
  readonly watch: (query: string, token: string) => void;
  /** One for each `watch`, in order. */
  readonly recordings: ReadonlyArray<Recording>;
}

declare global {
  var recorder: Recorder;
}

const recordings: Array<Recording> = [];

globalThis.recorder = {
  recordings,
  watch: (query, token) => {
    const recording: Recording = { heard: [], end: null };
    recordings.push(recording);
    const headers = () => ({ authorization: `Bearer ${token}` });
    watchTasks(`/tasks?${query}`, undefined, { headers, longestWait: 0.1 }).subscribe({
      next: (state) => {
        // by the clock that other processes have, to a fraction of a millisecond
        const at = performance.timeOrigin + performance.now();
        recording.heard.push({ state: JSON.stringify(state), at });
      },
      error: (error: Error) => {
        recording.end = String(error);
      },
      complete: () => {
        recording.end = 'complete';
      },
    });
  },
};
