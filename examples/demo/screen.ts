/**
 * What the demo shows: live bars in a terminal, lines elsewhere, and a table in the end.
 */
import { styleText } from 'node:util';
import {
  FAILURE,
  type GroupProgress,
  isTaskException,
  PENDING,
  RETRY,
  REVOKED,
  STARTED,
  SUCCESS,
  type TaskMeta,
} from 'chordis';
import { MultiBar } from 'cli-progress';
import * as t from 'io-ts';

export interface Screen {
  readonly show: (name: string, meta: TaskMeta) => void;
  readonly showGroup: (name: string, progress: GroupProgress) => void;
  readonly close: () => void;
}

/** What the tasks of this demo store with PROGRESS; `result` is `unknown` until checked. */
const Progress = t.type({ current: t.number, total: t.number });

export const openScreen = (names: ReadonlyArray<string>): Screen =>
  process.stdout.isTTY ? bars(names) : lines(names);

// -------------------------------------------------------------------------------------
// a terminal
// -------------------------------------------------------------------------------------

const bars = (names: ReadonlyArray<string>): Screen => {
  const column = padded(names);
  const columns = process.stdout.columns || 80;
  // Besides the bar and the state a line has the name, the percentage, and five spaces.
  const room = columns - column('').length - 4 - 5 - 1;
  const barsize = Math.max(8, Math.min(30, room - 24));
  const fitting = cut(Math.max(room - barsize, 7));
  const multiBar = new MultiBar({
    stream: process.stdout,
    format: '{name}  {bar} {percentage}%  {state}',
    barsize,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    autopadding: true,
    hideCursor: true,
  });
  const rows = new Map(
    names.map((name) => [name, multiBar.create(100, 0, { name: column(name), state: PENDING })]),
  );
  return {
    show: (name, meta) => {
      const row = rows.get(name);
      const state = coloured(meta.status, fitting(summary(meta)));
      const percent = percentage(meta);
      if (percent === undefined) row?.update({ state });
      else row?.update(percent, { state });
    },
    showGroup: (name, { ready, total, failed }) => {
      const state = fitting(counted({ ready, total, failed }));
      rows.get(name)?.update((100 * ready) / total, { state });
    },
    close: () => {
      // What is left to be drawn by stop() would be cut within its colours.
      multiBar.update();
      multiBar.stop();
    },
  };
};

const COLOURS: ReadonlyMap<string, 'green' | 'red' | 'yellow'> = new Map([
  [SUCCESS, 'green'],
  [FAILURE, 'red'],
  [REVOKED, 'red'],
  [RETRY, 'yellow'],
]);

const coloured = (state: string, text: string): string => {
  const colour = process.env.NO_COLOR ? undefined : COLOURS.get(state);
  return colour === undefined ? text : styleText(colour, text);
};

// -------------------------------------------------------------------------------------
// a pipe, a file, a log
// -------------------------------------------------------------------------------------

const lines = (names: ReadonlyArray<string>): Screen => {
  const column = padded(names);
  const shown = new Map<string, string>();
  /** Once for each different `what`. */
  const print = (name: string, line: string, what = line): void => {
    if (shown.get(name) === what) return;
    shown.set(name, what);
    console.log(`${column(name)}  ${line}`);
  };
  return {
    show: (name, meta) =>
      print(
        name,
        Progress.is(meta.result)
          ? `${meta.status} ${inQuarters(percentage(meta) ?? 0)}`
          : summary(meta),
      ),
    showGroup: (name, progress) =>
      print(name, counted(progress), inQuarters((100 * progress.ready) / progress.total)),
    close: () => {},
  };
};

const inQuarters = (percent: number): string => `${Math.floor(percent / 25) * 25}%`;

// -------------------------------------------------------------------------------------
// the end
// -------------------------------------------------------------------------------------

/** How each task ended; the metas are in the order of the tasks. */
export const table = (
  tasks: ReadonlyArray<{ readonly name: string }>,
  metas: ReadonlyArray<TaskMeta>,
): string => {
  const names = padded(['TASK', ...tasks.map(({ name }) => name)]);
  const ends = padded(['STATE', ...metas.map(({ status }) => status)]);
  const rows = metas.map(
    (meta, index) =>
      `${names(tasks[index]?.name ?? '')}  ${ends(meta.status)}  ${shownResult(meta)}`,
  );
  return ['', `${names('TASK')}  ${ends('STATE')}  RESULT`, ...rows].join('\n');
};

// -------------------------------------------------------------------------------------
// words
// -------------------------------------------------------------------------------------

/** `undefined` where the state does not tell. */
const percentage = ({ status, result }: TaskMeta): number | undefined => {
  if (status === SUCCESS) return 100;
  if (status === STARTED) return 0;
  return Progress.is(result) ? (100 * result.current) / result.total : undefined;
};

const summary = (meta: TaskMeta): string =>
  meta.status === STARTED || Progress.is(meta.result)
    ? meta.status
    : `${meta.status} ${shownResult(meta)}`;

const counted = ({ ready, total, failed }: GroupProgress): string =>
  `${ready} of ${total}${failed > 0 ? `, ${failed} failed` : ''}`;

const shownResult = ({ result }: TaskMeta): string =>
  isTaskException(result) ? result.repr : JSON.stringify(result);

/** Cuts a text to so many characters. */
const cut =
  (width: number) =>
  (text: string): string =>
    text.length > width ? `${text.slice(0, width - 1)}…` : text;

/** Pads a text to the longest of `texts`. */
const padded = (texts: ReadonlyArray<string>): ((text: string) => string) => {
  const width = Math.max(...texts.map(({ length }) => length));
  return (text) => text.padEnd(width);
};
