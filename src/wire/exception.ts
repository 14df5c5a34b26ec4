/**
 * `TaskException`: an exception as Celery stores it, `{exc_type, exc_message,
 * exc_module}`. Source: `prepare_exception` and `exception_to_python` in
 * `celery/backends/base.py`.
 *
 * It is data: no class is looked up by its name, and nothing is instantiated.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Serializer } from '../serialization/serializer.js';
import { repr } from './repr.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export interface TaskException {
  /** The class's qualified name, such as `ValueError` or `Outer.Inner`. */
  readonly excType: string;
  /** Where the class is from, such as `builtins`; null where that is unknown. */
  readonly excModule: string | null;
  readonly args: ReadonlyArray<unknown>;
  /** As Python prints it: `ValueError('bad input', 7)`. */
  readonly repr: string;
}

/**
 * @category model
 * @since 0.1.0
 */
export interface WireException {
  readonly exc_type: string;
  readonly exc_message: ReadonlyArray<unknown>;
  readonly exc_module: string | null;
}

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

const exceptionRepr = (
  excType: string,
  args: ReadonlyArray<unknown>,
  excModule: string | null,
): string => {
  // The one class of Celery's that words itself and is met every day.
  if (excType === 'NotRegistered' && excModule === 'celery.exceptions') {
    return `Task of kind ${repr(args[0])} never registered, please make sure it's imported.`;
  }
  const name = excType.slice(excType.lastIndexOf('.') + 1);
  return `${name}(${args.map((arg) => repr(arg)).join(', ')})`;
};

/**
 * What a TypeScript task threw, under the Python name that comes nearest. An error of a
 * class of its own keeps its name, without a module: Python then makes a class of that
 * name. An `args` array on the error is taken for the arguments.
 *
 * @example
 * import { fromThrown } from 'chordis'
 *
 * fromThrown(new RangeError('too far')).repr // "ValueError('too far')"
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromThrown = (u: unknown): TaskException => {
  if (hasPythonType(u)) return pythonException(u.excType, u.args, u.excModule);
  if (u === undefined) return pythonException('Exception', []);
  if (!(u instanceof Error)) return pythonException('Exception', [u]);
  const name = u.name !== 'Error' ? u.name : u.constructor.name;
  const args = 'args' in u && Array.isArray(u.args) ? u.args : u.message === '' ? [] : [u.message];
  const builtin = pythonNames.get(name);
  return builtin === undefined ? pythonException(name, args, null) : pythonException(builtin, args);
};

const pythonNames: ReadonlyMap<string, string> = new Map([
  ['Error', 'Exception'],
  ['AggregateError', 'Exception'],
  ['EvalError', 'Exception'],
  ['RangeError', 'ValueError'],
  ['ReferenceError', 'NameError'],
  ['SyntaxError', 'SyntaxError'],
  ['TypeError', 'TypeError'],
  ['URIError', 'ValueError'],
]);

/** A `TaskException`, or an error that carries one, such as a `TaskFailed` that was not caught. */
const hasPythonType = t.type({
  excType: t.string,
  excModule: t.union([t.string, t.null]),
  args: t.readonlyArray(t.unknown),
}).is;

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/**
 * @category refinements
 * @since 0.1.0
 */
export const isTaskException: (u: unknown) => u is TaskException = t.type({
  excType: t.string,
  excModule: t.union([t.string, t.null]),
  args: t.readonlyArray(t.unknown),
  repr: t.string,
}).is;

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * @category conversions
 * @since 0.1.0
 */
export const toWireException = (exception: TaskException): WireException => ({
  exc_type: exception.excType,
  exc_message: exception.args,
  exc_module: exception.excModule,
});

/**
 * Whatever Python reads as an exception is one, with the same name and arguments: the
 * message may be a text instead of a list, or missing, and the whole a list of pairs.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromWireException = (u: unknown): E.Either<string, TaskException> => {
  const wire = asDict(u);
  if (wire === undefined) return E.left('an exception is not an object');
  const { exc_type: excType, exc_module: module } = wire;
  if (typeof excType !== 'string') return E.left('an exception without an exc_type');
  if (typeof module === 'object' && module !== null) return E.left('an exc_module that is no name');
  const message = Object.hasOwn(wire, 'exc_message') ? wire.exc_message : '';
  return E.right(
    pythonException(
      excType,
      Array.isArray(message) ? message : [message],
      typeof module === 'string' ? module : null,
    ),
  );
};

const asDict = (u: unknown): Readonly<Record<string, unknown>> | undefined => {
  if (Array.isArray(u)) {
    const isPairs = u.every((pair) => Array.isArray(pair) && pair.length === 2);
    return isPairs ? Object.fromEntries(u.map(([key, value]) => [String(key), value])) : undefined;
  }
  return t.UnknownRecord.is(u) ? u : undefined;
};

/**
 * The exception with those of its arguments that can't be encoded replaced by their
 * `repr`; one bad item turns its whole argument into text. Celery: `ensure_serializable`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const withSerializableArgs =
  (serializer: Serializer) =>
  (exception: TaskException): TaskException =>
    pythonException(
      exception.excType,
      exception.args.map((arg) => (E.isRight(serializer.encode(arg)) ? arg : repr(arg))),
      exception.excModule,
    );

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

/**
 * @category codecs
 * @since 0.1.0
 */
export const TaskException = new t.Type<TaskException, WireException, unknown>(
  'TaskException',
  isTaskException,
  (u, context) => {
    const exception = fromWireException(u);
    return E.isRight(exception) ? exception : t.failure(u, context, exception.left);
  },
  toWireException,
);
