/**
 * The chord of the demo: pages that several workers draw, and an album that is bound of them
 * once the last one is drawn, in spite of one that fails.
 */
import { randomUUID } from 'node:crypto';
import { type Call, onFailure, pythonException } from 'chordis';
import { signature } from 'chordis/wire';
import { type Step, succeed, type Task, wait } from './tasks.js';

const PAGES = 12;
const TORN = 7;

/** The id of the group, and so of its chord. */
export const albumId = randomUUID();

/** The body. With `settle` it is given what became of each page, in order. */
export const album: Task = { id: randomUUID(), name: 'photo album', script: [] };
const body = onFailure('settle', signature('album.bind', [], { options: { task_id: album.id } }));

/** The request says whose part a page is: that is all a worker has to do about a chord. */
const draw =
  (groupIndex: number): Step =>
  (backend, id) => {
    const request = { id, group: albumId, groupIndex, chord: body };
    return groupIndex === TORN
      ? backend.markAsFailure(id, pythonException('OSError', ['out of paper']), { request })
      : backend.markAsDone(id, `page ${groupIndex + 1}`, { request });
  };

export const pages: ReadonlyArray<Task> = Array.from({ length: PAGES }, (_, index) => ({
  id: randomUUID(),
  name: `page ${index + 1}`,
  script: [wait(0.5 + 0.35 * index), draw(index)],
}));

/** What is to be done once all pages are there: it is what the chord calls. */
export const bound = ({ args: [outcomes] }: Call): Task => {
  const drawn = (outcomes as ReadonlyArray<{ readonly status: string }>).filter(
    ({ status }) => status === 'SUCCESS',
  );
  const result = { pages: drawn.length, missing: PAGES - drawn.length };
  return { ...album, script: [wait(0.8), succeed(result)] };
};
