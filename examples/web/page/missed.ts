/**
 * What went on while the server was away: the first state of each task that comes right after
 * the connection is back was not seen as it came to be.
 */
import type { Connection } from './connection.js';
import { note } from './log.js';
import { isOver, secondsText, tasksText } from './phases.js';
import type { Row } from './row.js';

/** In milliseconds after the connection is back: what was missed comes at once. */
const RIGHT_AFTER = 700;

export class Missed {
  private rows = new Set<Row>();
  private over = new Set<Row>();
  private until = 0;
  private away = '';

  connection(connection: Connection): void {
    if (connection._tag === 'Away') {
      note('The server is away.', 'bad');
    } else if (connection.awayFor > 0) {
      this.away = secondsText(connection.awayFor);
      this.rows = new Set();
      this.over = new Set();
      this.until = performance.now() + RIGHT_AFTER;
      setTimeout(() => this.tell(), RIGHT_AFTER);
    }
  }

  heard(row: Row, before: number | undefined): void {
    if (before === undefined || performance.now() > this.until || this.rows.has(row)) return;
    this.rows.add(row);
    if (isOver(row.phase)) this.over.add(row);
    const to = Math.round(row.share);
    const from = Math.round(before);
    const what = isOver(row.phase) ? 'ended' : `went from ${from} to ${to} %`;
    row.miss(before, `${what} while the server was away`);
  }

  /** Whether its end is told of here. */
  hasEnded(row: Row): boolean {
    return this.over.has(row);
  }

  private tell(): void {
    const [all, over] = [this.rows.size, this.over.size];
    const ended = over === all ? ' to the end' : over > 0 ? `, and ${over} of them ended` : '';
    const what = all === 0 ? 'nothing was missed' : `${tasksText(all)} went on${ended}`;
    note(`The server is back after ${this.away}: ${what}.`, 'good');
  }
}
