/**
 * What is called after a canvas: with its result (`link`), or when it fails (`link_error`).
 * Each kind of canvas passes it on to its members in its own way.
 * Source: `link` and `link_error` of the classes in `celery/canvas.py`, `_add_body_callbacks`.
 *
 * @since 0.1.0
 */
import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isDict } from '../wire/dict.js';
import { Signature } from '../wire/signature.js';
import { type Canvas, fromSignature, type Options, toSignature } from './canvas.js';

/** One of something is as good as a list of it. Kombu: `maybe_list`. */
export const listOf = (u: unknown): ReadonlyArray<unknown> => {
  if (u === null || u === undefined) return [];
  return Array.isArray(u) ? u : [u];
};

/** Of a group its first task, which can't know what the others return. */
export const link = (canvas: Canvas, callback: unknown): Canvas => {
  switch (canvas._tag) {
    case 'Group': {
      const [first, ...others] = canvas.tasks;
      return first === undefined
        ? withOption(canvas, 'link', callback)
        : { ...canvas, tasks: [link(first, immutable(callback)), ...others] };
    }
    case 'Chord':
      return { ...canvas, body: link(canvas.body, callback) };
    default:
      return withOption(canvas, 'link', callback);
  }
};

/** By the wire's names. Of a group its tasks, of a chord those of its header. */
const immutable = (callback: unknown): unknown => {
  if (!isDict(callback)) return callback;
  const { kwargs, subtask_type: kind } = callback;
  const name = kind === 'group' ? 'tasks' : 'header';
  if ((kind !== 'group' && kind !== 'chord') || !isDict(kwargs)) {
    return { ...callback, immutable: true };
  }
  return { ...callback, kwargs: { ...kwargs, [name]: listOf(kwargs[name]).map(immutable) } };
};

/** As Celery has it once it has made a signature of it, whose groups and chains have tasks and options alone. */
const reread = (callback: unknown): unknown =>
  pipe(
    fromSignature(callback),
    E.match(
      () => callback,
      (canvas) => Signature.encode(toSignature(canvas)),
    ),
  );

/** All tasks of a group; the body of a chord, and of those that stand in its header. */
export const linkError = (canvas: Canvas, raw: unknown): Canvas => {
  if (canvas._tag !== 'Group' && canvas._tag !== 'Chord') {
    return withOption(canvas, 'link_error', raw);
  }
  const errback = reread(raw);
  switch (canvas._tag) {
    case 'Group':
      return { ...canvas, tasks: canvas.tasks.map((task) => linkError(task, errback)) };
    case 'Chord':
      return {
        ...canvas,
        // Those of a header that is frozen are out of Celery's reach.
        header:
          canvas.headerOptions === null
            ? canvas.header.map((task) => (task._tag === 'Chord' ? linkError(task, errback) : task))
            : canvas.header,
        body: linkError(canvas.body, errback),
      };
  }
};

/** Of a chord that is a step of a chain, Celery links it to the body once more, not having read it. */
export const linkErrorToStep = (step: Canvas, errback: unknown): Canvas => {
  const linked = linkError(step, errback);
  return linked._tag === 'Chord' ? { ...linked, body: linkError(linked.body, errback) } : linked;
};

/** The links of a chord are its body's. */
export const withBodyCallbacks = (body: Canvas, options: Options): Canvas =>
  listOf(options.link_error).reduce(
    linkBodyError,
    listOf(options.link).map(reread).reduce<Canvas>(link, body),
  );

const linkBodyError = (body: Canvas, errback: unknown): Canvas =>
  body._tag === 'Group'
    ? linkErrorToTasks(body, reread(errback), true)
    : withOption(body, 'link_error', errback);

/**
 * An option of a group replaces that of its tasks when it is run, so where there is one it
 * gets the errback in their place. A group within a group loses its options.
 */
const linkErrorToTasks = (canvas: Canvas, errback: unknown, runsAsGroup: boolean): Canvas => {
  switch (canvas._tag) {
    case 'Group':
      return runsAsGroup && (canvas.options.link_error ?? null) !== null
        ? withOption(canvas, 'link_error', errback)
        : {
            ...canvas,
            tasks: canvas.tasks.map((task) => linkErrorToTasks(task, errback, false)),
          };
    case 'Chord':
      return { ...canvas, body: linkErrorToTasks(canvas.body, errback, true) };
    default:
      return linkError(canvas, errback);
  }
};

/** Appended to the list of an option, unless it is there. */
const withOption = (canvas: Canvas, name: string, signature: unknown): Canvas => {
  const there = listOf(canvas.options[name]);
  return there.some((other) => isDeepStrictEqual(other, signature))
    ? canvas
    : { ...canvas, options: { ...canvas.options, [name]: [...there, signature] } };
};
