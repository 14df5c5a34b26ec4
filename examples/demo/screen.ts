/**
 * What the demo shows: live bars in a terminal, lines elsewhere, and a table in the end.
 */
import { styleText } from 'node:util';
import {
  FAILURE,
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
  const multiBar = new MultiBar({
    stream: process.stdout,
    format: '{name}  {bar} {percentage}%  {state}',
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    autopadding: true,
    hideCursor: true,
  });
  const column = padded(names);
  const rows = new Map(
    names.map((name) => [name, multiBar.create(100, 0, { name: column(name), state: PENDING })]),
  );
  return {
    show: (name, meta) => {
      const row = rows.get(name);
      const state = coloured(meta.status, summary(meta));
      const percent = percentage(meta);
      if (percent === undefined) row?.update({ state });
      else row?.update(percent, { state });
    },
    close: () => multiBar.stop(),
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
  return {
    show: (name, meta) => {
      const line = `${column(name)}  ${Progress.is(meta.result) ? inQuarters(meta) : summary(meta)}`;
      if (shown.get(name) === line) return;
      shown.set(name, line);
      console.log(line);
    },
    close: () => {},
  };
};

const inQuarters = (meta: TaskMeta): string =>
  `${meta.status} ${Math.floor((percentage(meta) ?? 0) / 25) * 25}%`;

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

const shownResult = ({ result }: TaskMeta): string =>
  isTaskException(result) ? result.repr : JSON.stringify(result);

/** Pads a text to the longest of `texts`. */
const padded = (texts: ReadonlyArray<string>): ((text: string) => string) => {
  const width = Math.max(...texts.map(({ length }) => length));
  return (text) => text.padEnd(width);
};
