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
  private parts: Parts | undefined;

  constructor(
    readonly name: string,
    /** Where it is put once there is something to be seen of it. */
    private readonly parent: Element,
  ) {
    drawSoon(this);
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
    this.parts ??= this.made();
    this.parts.note.textContent = why;
    drawSoon(this);
  }

  draw(): void {
    this.parts ??= this.made();
    const { line, bar, state, note } = this.parts;
    line.dataset.phase = this.phase;
    bar.show(this.share);
    state.textContent = stateText(this.phase, this.share);
    if (this.missed !== undefined) this.drawMissed(this.parts, this.missed);
    if (this.latest === undefined) return;
    if (this.phase !== 'failed') note.textContent = noteOf(this.phase, this.latest);
    else if (line.querySelector('details') === null) line.append(...failure(this.latest));
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
    return { line, bar: drawn, state, note };
  }
}

interface Parts {
  readonly line: HTMLElement;
  readonly bar: Bar;
  readonly state: HTMLElement;
  readonly note: HTMLElement;
}

const failure = (state: TaskState): ReadonlyArray<Node> => {
  const exception = exceptionOf(state);
  const { traceback } = state;
  const summary = element('summary', '', element('code', '', exception?.repr ?? state.status));
  const text = traceback ?? 'It was stored without a traceback.';
  const details = element('details', 'failure', summary, element('pre', '', text));
  return [details];
};
