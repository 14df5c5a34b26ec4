/**
 * An exception as Celery stores it, `{exc_type, exc_message, exc_module}`, to a
 * `TaskException` and back. Source: `prepare_exception` and `exception_to_python` in
 * `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { TaskException as Exception } from '../errors/taskException.js';
import { showable } from '../serialization/jsonForm.js';
import { isDict } from './dict.js';
import { exceptionRepr, isTaskException, pythonException, withRest } from './exception.js';
import { totalType } from './totalType.js';
import { unwrapped } from './wrapper.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * An exception of Python's as data; the type of the codec of this name.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskException extends Exception {}

/**
 * A worker writes all three, and `exc_message` as the list of the arguments; what was read
 * otherwise, or with more, is written as it was read.
 *
 * @category model
 * @since 0.1.0
 */
export interface WireException extends Readonly<Record<string, unknown>> {
  /** The class's qualified name. */
  readonly exc_type: string;
  /** The arguments. */
  readonly exc_message?: unknown;
  /** Where the class is from. */
  readonly exc_module?: unknown;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * As a worker writes it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toWireException = ({
  excType,
  args,
  excModule,
  rest,
}: TaskException): WireException => {
  const wire = { exc_type: excType, exc_message: args, exc_module: excModule };
  return rest === undefined ? wire : { ...wire, ...rest };
};

/**
 * Whatever Python reads as an exception is one, with the same name and arguments: the
 * message may be a text instead of a list, or missing, and the whole a list of pairs.
 *
 * It is written as it was read; only a list of pairs becomes the dict that Python makes of
 * it, which reads the same. Celery's wrapper of an exception that cannot be pickled is read
 * as that exception.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromWireException = (u: unknown): E.Either<string, TaskException> => {
  const wire = asDict(u);
  if (wire === undefined) return E.left('an exception is not an object');
  const { exc_type: excType, exc_message: message = '', exc_module: module } = wire;
  if (typeof excType !== 'string') return E.left('an exception without an exc_type');
  if (typeof module === 'object' && module !== null) return E.left('an exc_module that is no name');
  const args = Array.isArray(message) ? message : showable([message]);
  const excModule = typeof module === 'string' ? module : null;
  const own = unwrapped(excType, args, excModule);
  if (own !== undefined) return E.right({ ...own, rest: showable({ ...wire }) });
  const exception = readException(excType, args, excModule);
  const isUsual = args === message && excModule === module && Object.keys(wire).length === 3;
  return E.right(isUsual ? exception : withRest(exception, restOf(wire)));
};

/** A list of pairs is one to Python; but no key that isn't a text is of use here. */
const asDict = (u: unknown): Readonly<Record<string, unknown>> | undefined => {
  if (Array.isArray(u)) return u.every(isMember) ? Object.fromEntries(u) : undefined;
  return isDict(u) ? u : undefined;
};

const isMember = (u: unknown): u is readonly [string, unknown] =>
  Array.isArray(u) && u.length === 2 && typeof u[0] === 'string';

/** What is not written back by the names of a `TaskException`, or not as it was. */
const restOf = ({
  exc_type: _,
  exc_message: message,
  exc_module: module,
  ...others
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  showable({
    ...(!Array.isArray(message) && { exc_message: message }),
    ...(module !== null && typeof module !== 'string' && { exc_module: module }),
    ...others,
  });

/**
 * To print long arguments takes many times what it takes to parse them, and who polls for
 * a state prints none: those are printed when somebody asks.
 */
const readException = (
  excType: string,
  args: ReadonlyArray<unknown>,
  excModule: string | null,
): TaskException =>
  isShort(args, 3)
    ? pythonException(excType, args, excModule)
    : Object.defineProperties({ excType, excModule, args, repr: '' }, printedLater);

/** Found out without a look at more than a few items of each list or dict. */
const isShort = (u: unknown, levels: number): boolean => {
  if (typeof u === 'string' || u instanceof Uint8Array) return u.length < 100;
  if (typeof u !== 'object' || u === null) return true;
  const items = Array.isArray(u) ? u : Object.values(u);
  return levels > 0 && items.length < 10 && items.every((item) => isShort(item, levels - 1));
};

/** The property becomes a plain one as soon as it is read, also by `console.log`. */
const printedLater: PropertyDescriptorMap & ThisType<TaskException> = {
  repr: {
    get() {
      const value = exceptionRepr(this.excType, this.args, this.excModule);
      Reflect.defineProperty(this, 'repr', { value, writable: true });
      return value;
    },
  },
  [inspect.custom]: {
    value() {
      return { ...this };
    },
  },
};

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

/**
 * From and to what the wire holds.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TaskException = totalType(
  new t.Type<TaskException, WireException, unknown>(
    'TaskException',
    isTaskException,
    (u, context) => {
      const exception = fromWireException(u);
      return E.isRight(exception) ? exception : t.failure(u, context, exception.left);
    },
    toWireException,
  ),
);
