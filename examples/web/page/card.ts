/** What was sent at once: a task, a group, or a chord with its body. */
import { type TaskState, type WatchError, type WatchOptions, watchTasks } from 'chordis/browser';
import type { Subscription } from 'rxjs';
import type { Kind, Sent, SentTask } from '../protocol.js';
import { allWaiting, type Counts, move } from './counts.js';
import { type Bar, bar, element } from './dom.js';
import { type Drawn, drawSoon } from './frames.js';
import { isOver, type Phase, tasksText } from './phases.js';
import { Row } from './row.js';

export interface CardEvents {
  /** A state has come: of which row, and how far that one was before, if that was known. */
  readonly heard: (row: Row, before: number | undefined) => void;
  /** A task is over. */
  readonly ended: (row: Row) => void;
  /** The server tells nothing of it: its results are kept no more, or its token is none. */
  readonly refused: (card: Card) => void;
}

const TITLES: Readonly<Record<Kind, string>> = {
  work: 'A task',
  retries: 'A task that retries',
  fails: 'A task that fails',
  chord: 'A chord',
  brokenChord: 'A chord that breaks',
  crowd: '1,000 tasks',
};

/** A list as long as this is scrolled in a frame of its own. */
const LONG = 50;

export class Card implements Drawn {
  readonly element: HTMLElement;
  readonly counts: Counts;
  private readonly ofMembers: Counts;
  private readonly rows = new Map<string, Row>();
  private readonly members: ReadonlySet<Row>;
  private readonly groupBar: Bar | undefined;
  private readonly groupLine = element('div', 'row group');
  private readonly groupText = element('span', 'state');
  private watching: Subscription | undefined;

  constructor(
    readonly sent: Sent,
    at: Date,
    private readonly events: CardEvents,
    /** What it was before it is shown here is no news. */
    private readonly isNew: boolean,
  ) {
    const { kind, members, task, id } = sent;
    this.counts = allWaiting(members.length + (task === null ? 0 : 1));
    this.ofMembers = allWaiting(members.length);
    const title = element('h3', '', TITLES[kind]);
    title.id = `title-${id}`;
    const time = element('time', '', at.toLocaleTimeString());
    time.dateTime = at.toISOString();
    const head = element('header', 'head', title, time, element('code', 'id', id.slice(0, 8)));
    const article = element('article', '', head);
    article.setAttribute('aria-labelledby', title.id);
    if (members.length > 0) {
      this.groupBar = bar(kind === 'crowd' ? 'All of them' : 'The pages together');
      const label = element('span', 'name', kind === 'crowd' ? 'All of them' : 'Pages');
      this.groupLine.append(label, this.groupBar.element, this.groupText);
      article.append(this.groupLine);
    }
    const isLong = members.length > LONG;
    const list = element('ol', isLong ? 'rows long' : 'rows parts');
    const mosaic = element('div', 'mosaic');
    mosaic.ariaHidden = 'true';
    if (isLong) article.append(mosaic, framed(list, `${tasksText(members.length)}, one by one`));
    else if (members.length > 0) article.append(list);
    this.members = new Set(
      members.map((member) => this.addRow(member, list, isLong ? mosaic : undefined)),
    );
    if (task !== null) this.addRow(task, article.appendChild(element('ol', 'rows')));
    this.element = element('li', 'card', article);
    drawSoon(this);
  }

  watch(options: WatchOptions): void {
    const { tasks, groups } = this.sent.granted;
    const query = new URLSearchParams([
      ...tasks.map((id) => ['task', id]),
      ...groups.map((id) => ['group', id]),
    ]);
    this.watching = watchTasks(`/tasks?${query}`, undefined, options).subscribe({
      next: (state) => this.hear(state),
      error: (error: WatchError) => {
        if (error._tag === 'Refused') this.events.refused(this);
        else this.lose(error.message);
      },
    });
  }

  /** Whether anything more is to be heard of it. */
  get isOpen(): boolean {
    return this.watching?.closed === false;
  }

  remove(): void {
    this.watching?.unsubscribe();
    this.element.remove();
  }

  draw(): void {
    const { done, failed } = this.ofMembers;
    const total = this.members.size;
    if (this.groupBar === undefined) return;
    this.groupBar.show((100 * (done + failed)) / total, (100 * failed) / total);
    const failures = failed > 0 ? `, ${failed} failed` : '';
    this.groupText.textContent = `${done + failed} of ${total}${failures}`;
  }

  private addRow({ id, name }: SentTask, list: Element, mosaic?: Element): Row {
    const row = new Row(name, list, mosaic);
    this.rows.set(id, row);
    return row;
  }

  private hear(state: TaskState): void {
    const row = this.rows.get(state.taskId);
    if (row === undefined) return;
    const { phase, share, isKnown } = row;
    row.show(state);
    this.count(row, phase);
    this.events.heard(row, isKnown ? share : undefined);
    if (isOver(row.phase) && (isKnown || this.isNew)) this.events.ended(row);
    drawSoon(this);
  }

  private count(row: Row, before: Phase): void {
    move(this.counts, before, row.phase);
    if (this.members.has(row)) move(this.ofMembers, before, row.phase);
  }

  private lose(why: string): void {
    for (const row of this.rows.values()) {
      const { phase } = row;
      if (isOver(phase)) continue;
      row.lose(why);
      this.count(row, phase);
    }
    drawSoon(this);
  }
}

/** One that can be scrolled by keys. */
const framed = (list: HTMLElement, label: string): HTMLElement => {
  const frame = element('div', 'frame', list);
  frame.tabIndex = 0;
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', label);
  return frame;
};
