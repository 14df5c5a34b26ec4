/**
 * What a TypeScript task threw, as an exception that Python can raise.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';
import type { TaskException } from '../errors/taskException.js';
import { isTaskException, pythonException, withRest } from './exception.js';
import { causesOf, errorsOf } from './reasons.js';
import { repr } from './repr.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * What a TypeScript task threw, under the Python name that comes nearest. An error of a
 * class of its own keeps its name, without a module: Python then makes a class of that
 * name. An `args` array on the error is taken for the arguments; else they are its message,
 * the errors of an `AggregateError`, and each `cause`.
 *
 * @example
 * import { fromThrown } from 'chordis'
 *
 * fromThrown(new RangeError('too far')).repr // "ValueError('too far')"
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromThrown = (u: unknown): TaskException => {
  try {
    return toTaskException(u);
  } catch {
    // A getter or a proxy that throws in its turn.
    return pythonException('Exception', [repr(u)]);
  }
};

const toTaskException = (u: unknown, levels = 3, withCauses = true): TaskException => {
  if (isTaskException(u)) {
    return withRest(pythonException(u.excType, [...u.args], u.excModule), u.rest);
  }
  if (hasPythonType(u)) return pythonException(u.excType, [...u.args], u.excModule);
  if (u === undefined) return pythonException('Exception', []);
  if (!(u instanceof Error)) return pythonException('Exception', [u]);
  const name = nameOf(u);
  const args =
    'args' in u && Array.isArray(u.args)
      ? [...u.args]
      : [...(u.message === '' ? [] : [u.message]), ...reasonsOf(u, levels, withCauses)];
  const builtin = pythonNames.get(name);
  return builtin === undefined ? pythonException(name, args, null) : pythonException(builtin, args);
};

/** The name and message of each, and the errors that it stands for in its turn. */
const reasonsOf = (error: Error, levels: number, withCauses: boolean): ReadonlyArray<string> => {
  if (levels === 0) return [];
  const named =
    (causesToo: boolean) =>
    (thrown: unknown): string => {
      try {
        return toTaskException(thrown, levels - 1, causesToo).repr;
      } catch {
        return repr(thrown);
      }
    };
  return [
    ...errorsOf(error, named(true)),
    // The causes of a cause are told beside it.
    ...(withCauses ? causesOf(error, named(false)) : []),
  ];
};

/** Its own, or its class's; `Error` where neither is a name. */
const nameOf = (error: Error): string => {
  const names: ReadonlyArray<unknown> = [error.name, error.constructor?.name];
  const isTelling = (name: unknown): name is string =>
    typeof name === 'string' && name !== '' && name !== 'Error';
  return names.find(isTelling) ?? 'Error';
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
