/**
 * Writing to the page in animation frames: what has news is drawn once in a frame, however
 * much news it has, and a frame that has taken a few milliseconds leaves the rest to the next.
 */

export interface Drawn {
  readonly draw: () => void;
}

/** In milliseconds; a frame has 16.7, which layout and paint take their part of. */
const BUDGET = 4;

const due = new Set<Drawn>();
let isAsked = false;

export const drawSoon = (drawn: Drawn): void => {
  due.add(drawn);
  if (!isAsked) requestAnimationFrame(frame);
  isAsked = true;
};

const frame = (): void => {
  isAsked = false;
  const until = performance.now() + BUDGET;
  for (const drawn of due) {
    if (performance.now() > until) break;
    due.delete(drawn);
    drawn.draw();
  }
  if (due.size > 0) requestAnimationFrame(frame);
  isAsked = due.size > 0;
};
