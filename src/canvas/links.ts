/**
 * What is called after a canvas: with its result (`link`), or when it fails (`link_error`).
 * Each kind of canvas passes it on to its members in its own way.
 * Source: `link` and `link_error` of the classes in `celery/canvas.py`, `_add_body_callbacks`.
 *
 * @since 0.1.0
 */
import { isDeepStrictEqual } from 'node:util';
import type { Canvas, Options } from './canvas.js';

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

const immutable = (callback: unknown): unknown =>
  typeof callback === 'object' ? { ...callback, immutable: true } : callback;

/** All tasks of a group; the body of a chord, and of those that stand in its header. */
export const linkError = (canvas: Canvas, errback: unknown): Canvas => {
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
    default:
      return withOption(canvas, 'link_error', errback);
  }
};

/** The links of a chord are its body's. */
export const withBodyCallbacks = (body: Canvas, options: Options): Canvas =>
  listOf(options.link_error).reduce(linkBodyError, listOf(options.link).reduce<Canvas>(link, body));

const linkBodyError = (body: Canvas, errback: unknown): Canvas =>
  body._tag === 'Group'
    ? linkErrorToTasks(body, errback, true)
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
