/**
 * An exception of Python's, made in TypeScript. It is data: no class is looked up by its name,
 * and nothing is instantiated.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';
import type { TaskException } from '../errors/taskException.js';
import { repr } from './repr.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * An exception that a Python waiter raises as `excType(*args)`. Thrown by a TypeScript
 * task, it is stored as it is.
 *
 * @example
 * import { pythonException } from 'chordis'
 *
 * pythonException('ValueError', ['bad input', 7]).repr // "ValueError('bad input', 7)"
 *
 * @category constructors
 * @since 0.1.0
 */
export const pythonException = (
  excType: string,
  args: ReadonlyArray<unknown>,
  excModule: string | null = 'builtins',
): TaskException => ({ excType, excModule, args, repr: exceptionRepr(excType, args, excModule) });

/**
 * As Python prints it.
 *
 * @internal
 */
export const exceptionRepr = (
  excType: string,
  args: ReadonlyArray<unknown>,
  excModule: string | null,
): string => {
  // The one class of Celery's that words itself and is met every day.
  if (excType === 'NotRegistered' && excModule === 'celery.exceptions') {
    return `Task of kind ${repr(args[0])} never registered, please make sure it's imported.`;
  }
  const name = excType.slice(excType.lastIndexOf('.') + 1);
  try {
    return `${name}(${args.map((arg) => repr(arg)).join(', ')})`;
  } catch {
    // More than a string can hold.
    return `${name}(...)`;
  }
};

/**
 * Of an exception just made: a copy would have to be printed.
 *
 * @internal
 */
export const withRest = (exception: TaskException, rest: TaskException['rest']): TaskException =>
  rest === undefined ? exception : Object.assign(exception, { rest });

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/**
 * Whether a result is an exception, and so has its shape.
 *
 * @example
 * import { isTaskException } from 'chordis'
 *
 * export const text = (result: unknown) =>
 *   isTaskException(result) ? `${result.excType} in ${result.excModule}` : String(result)
 *
 * @category refinements
 * @since 0.1.0
 */
export const isTaskException = (u: unknown): u is TaskException => {
  try {
    return Shape.is(u);
  } catch {
    // A getter or a proxy that throws.
    return false;
  }
};

const Shape = t.intersection([
  t.type({
    excType: t.string,
    excModule: t.union([t.string, t.null]),
    args: t.readonlyArray(t.unknown),
    repr: t.string,
  }),
  t.partial({ rest: t.UnknownRecord }),
]);
