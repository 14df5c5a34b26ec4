/**
 * The bodies of chords where they are a burden: every task of a header carries a copy of the
 * body, and it would carry all that follows it as well.
 * Source: `_unroll_chords`, `_unroll_body` and `_strip_chord_header_links` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { type Canvas, type Chain, type Chord, Embedded } from './canvas.js';
import { copied } from './copied.js';
import { link, linkError, listOf } from './links.js';
import { merged, without } from './options.js';
import { stepsOf } from './steps.js';

// -------------------------------------------------------------------------------------
// the tail of a chain that is a body
// -------------------------------------------------------------------------------------

/** A body that is a chain keeps its first task, and the rest follows the chord. */
export const withTailsSplit = (steps: ReadonlyArray<Canvas>): ReadonlyArray<Canvas> =>
  steps.flatMap((step) =>
    isSplit(step) ? withTailsSplit(stepsOf(piecesOf(step, step.body)).steps) : [step],
  );

/** The same for the chain itself and those within it, which stay as written. */
export const withTailsSplitWithin = (chain: Chain): Chain => {
  const within = (task: Canvas): ReadonlyArray<Canvas> => {
    if (task._tag === 'Chain') return [withTailsSplitWithin(task)];
    return isSplit(task) ? piecesOf(task, task.body).flatMap(within) : [task];
  };
  return { ...chain, tasks: chain.tasks.flatMap(within) };
};

/** A chain that starts with a group has to stay one body: it is run once for each member. */
const isSplit = (step: Canvas): step is Chord & { readonly body: Chain } => {
  if (step._tag !== 'Chord' || step.body._tag !== 'Chain') return false;
  const [first] = step.body.tasks;
  return first !== undefined && first._tag !== 'Group';
};

const piecesOf = (chord: Chord, body: Chain): ReadonlyArray<Canvas> => {
  const [first, ...rest] = withLinksOf(body);
  if (first === undefined) return [chord];
  const options = without(body.options, ofTheChain);
  return [
    { ...chord, headerOptions: null, body: { ...first, options: merged(first.options, options) } },
    ...rest,
  ];
};

/** What a chain that is run does not pass on to its first task. */
export const ofTheChain = [
  'chord',
  'group_id',
  'group_index',
  'link',
  'link_error',
  'parent_id',
  'root_id',
  'task_id',
];

/** Its links are the last task's, its errbacks each task's. */
const withLinksOf = ({ tasks, options }: Chain): ReadonlyArray<Canvas> =>
  tasks
    .map(copied)
    .map((task, i) =>
      i === tasks.length - 1 ? listOf(options.link).reduce<Canvas>(link, task) : task,
    )
    .map((task) => listOf(options.link_error).reduce<Canvas>(linkError, task));

// -------------------------------------------------------------------------------------
// the copies in headers
// -------------------------------------------------------------------------------------

/** Without the body in each task of a header: a chord that is yet to be run has it beside. */
export const withoutCopies = (canvas: Canvas): Canvas => {
  switch (canvas._tag) {
    case 'Chord': {
      const body = withoutCopies(canvas.body);
      const inHeader = (task: Canvas): Canvas =>
        withBody(withoutCopies(withoutChord(task)), new Embedded(body));
      return {
        ...canvas,
        header: canvas.header.map(inHeader),
        headerOptions: canvas.headerOptions && without(canvas.headerOptions, ['chord']),
        body,
      };
    }
    case 'Group':
    case 'Chain':
      return { ...canvas, tasks: canvas.tasks.map(withoutCopies) };
    case 'Task':
      return canvas;
  }
};

/** A copy that stayed, before an empty group at the end of a chain, is the body as it is now. */
const withBody = (canvas: Canvas, body: Embedded): Canvas => {
  const options =
    canvas.options.chord instanceof Embedded ? { ...canvas.options, chord: body } : canvas.options;
  switch (canvas._tag) {
    case 'Group':
    case 'Chain':
      return { ...canvas, options, tasks: canvas.tasks.map((task) => withBody(task, body)) };
    case 'Chord':
      return { ...canvas, options, body: withBody(canvas.body, body) };
    case 'Task':
      return { ...canvas, options };
  }
};

/** It is the last task of a chain, and the body of a chord, that return a part. */
const withoutChord = (canvas: Canvas): Canvas => {
  const options = without(canvas.options, ['chord']);
  switch (canvas._tag) {
    case 'Group':
      return { ...canvas, options, tasks: canvas.tasks.map(withoutChord) };
    case 'Chain':
      return {
        ...canvas,
        options,
        tasks: canvas.tasks.map((task, i) =>
          i === canvas.tasks.length - 1 ? withoutChord(task) : task,
        ),
      };
    case 'Chord':
      return { ...canvas, options, body: withoutChord(canvas.body) };
    case 'Task':
      return { ...canvas, options };
  }
};
