/** What happened, newest first. Read out as it comes, so that many things at once are one line. */
import { element, found } from './dom.js';
import { tasksText } from './phases.js';
import type { Row } from './row.js';

const list = found('#log ol');
// it scrolls, by keys too
found('#log').tabIndex = 0;

const MOST = 60;

/** In milliseconds. */
const TOGETHER = 1_000;
const FEW = 3;

export type Tone = 'plain' | 'good' | 'bad';

export const note = (text: string, tone: Tone = 'plain'): void => {
  const at = new Date();
  const time = element('time', '', at.toLocaleTimeString());
  time.dateTime = at.toISOString();
  const line = element('li', '', time, element('span', '', text));
  line.dataset.tone = tone;
  list.prepend(line);
  if (list.childElementCount > MOST) list.lastElementChild?.remove();
};

let ended: Array<Row> = [];

export const noteEnd = (row: Row): void => {
  if (ended.length === 0) setTimeout(tell, TOGETHER);
  ended.push(row);
};

const tell = (): void => {
  const rows = ended;
  ended = [];
  const failed = rows.filter(({ phase }) => phase === 'failed');
  if (rows.length <= FEW) {
    for (const { name, phase } of rows) {
      if (phase === 'failed') note(`${name} failed.`, 'bad');
      else note(`${name} is done.`, 'good');
    }
    return;
  }
  const failures = failed.length > 0 ? `, ${failed.length} failed` : '';
  note(`${tasksText(rows.length)} ended${failures}.`, failed.length > 0 ? 'bad' : 'good');
};
