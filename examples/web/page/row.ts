/** A task as a line: its name, a bar, its state in words, and what came of it. */
import type { TaskState } from 'chordis/browser';
import { type Bar, bar, element } from './dom.js';
import { type Drawn, drawSoon } from './frames.js';
import { exceptionOf, noteOf, type Phase, phaseOf, shareOf, stateText } from './phases.js';

export class Row implements Drawn {
  phase: Phase = 'waiting';
  share = 0;
  private latest: TaskState | undefined;
  private missed: { readonly from: number; to: number; readonly text: string } | undefined;
  private lost: string | undefined;
  private parts: Parts | undefined;

  constructor(
    readonly name: string,
    /** Where it is put when it is drawn for the first time. */
    private readonly parent: Element,
    /** Has a cell for it, where there are many. */
    private readonly mosaic?: Element,
  ) {
    drawSoon(this);
  }

  /** Whether anything was heard of it. */
  get isKnown(): boolean {
    return this.latest !== undefined;
  }

  show(state: TaskState): void {
    this.latest = state;
    this.phase = phaseOf(state);
    this.share = shareOf(state) ?? this.share;
    drawSoon(this);
  }

  /** What it did before this state was not seen, from such a share on. */
  miss(from: number, text: string): void {
    this.missed = { from, to: this.share, text };
    drawSoon(this);
  }

  /** Nothing more is to be heard of it. */
  lose(why: string): void {
    this.phase = 'failed';
    this.lost = why;
    drawSoon(this);
  }

  draw(): void {
    this.parts ??= this.made();
    const { line, cell, bar, state, note } = this.parts;
    line.dataset.phase = this.phase;
    cell.dataset.phase = this.phase;
    // how far a task was that has failed may not be known
    bar.show(this.phase === 'failed' && this.share === 0 ? 100 : this.share);
    state.textContent = this.lost === undefined ? stateText(this.phase, this.share) : 'Not told';
    if (this.missed !== undefined) this.drawMissed(this.parts, this.missed);
    if (this.lost !== undefined) note.textContent = this.lost;
    else if (this.latest === undefined) return;
    else if (this.phase !== 'failed') note.textContent = noteOf(this.phase, this.latest);
    else if (line.querySelector('details') === null) line.append(failure(this.latest));
  }

  private drawMissed({ line, bar }: Parts, { from, to, text }: NonNullable<Row['missed']>): void {
    bar.mark(from, to);
    const before = line.querySelector('.missed');
    if (before === null) line.append(element('span', 'missed', text));
    else before.textContent = text;
  }

  private made(): Parts {
    const state = element('span', 'state', 'Waiting');
    const note = element('span', 'note');
    const drawn = bar(this.name);
    const line = element(
      'li',
      'row',
      element('span', 'name', this.name),
      drawn.element,
      state,
      note,
    );
    this.parent.append(line);
    const cell = element('i', '');
    this.mosaic?.append(cell);
    return { line, cell, bar: drawn, state, note };
  }
}

interface Parts {
  readonly line: HTMLElement;
  readonly cell: HTMLElement;
  readonly bar: Bar;
  readonly state: HTMLElement;
  readonly note: HTMLElement;
}

const failure = (state: TaskState): Node => {
  const exception = exceptionOf(state);
  const { traceback } = state;
  const summary = element('summary', '', element('code', '', exception?.repr ?? state.status));
  const text = traceback ?? 'It was stored without a traceback.';
  return element('details', 'failure', summary, element('pre', '', text));
};
