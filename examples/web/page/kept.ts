/** What was sent, in the browser's storage: a page that is loaded anew watches on, and so do its other tabs. */
import { fromEvent, type Observable } from 'rxjs';
import type { Sent } from '../protocol.js';

export interface Kept {
  readonly sent: Sent;
  /** In milliseconds since 1970. */
  readonly at: number;
}

const PREFIX = 'chordis-sent-';

/** Older ones are let go of, as a request has room for so many. */
const MOST = 40;

export const all = (): ReadonlyArray<Kept> =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => read(localStorage.getItem(key)))
    .toSorted((one, other) => one.at - other.at);

const read = (text: string | null): ReadonlyArray<Kept> => {
  try {
    return text === null ? [] : [JSON.parse(text)];
  } catch {
    return [];
  }
};

export const keep = (kept: Kept): void => {
  for (const { sent } of all().slice(0, -(MOST - 1))) forget(sent.id);
  try {
    localStorage.setItem(PREFIX + kept.sent.id, JSON.stringify(kept));
  } catch {
    // a storage that is full: this tab watches it all the same
  }
};

export const forget = (id: string): void => localStorage.removeItem(PREFIX + id);

/** Another tab has kept or forgotten something. */
export const changes$: Observable<unknown> = fromEvent(window, 'storage');
