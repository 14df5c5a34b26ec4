/**
 * A failure is stored, whatever is about it that the serializer has no form for: that is
 * told by its `repr`, as Celery does with the arguments of an exception.
 * Source: `ensure_serializable` in `celery/utils/serialization.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskException } from '../errors/taskException.js';
import type { Serializer } from '../serialization/serializer.js';
import { pythonException, withRest } from './exception.js';
import { repr } from './repr.js';
import type { WireMeta } from './wireMeta.js';

/**
 * The exception with those of its arguments, and of `rest`, that can't be encoded replaced by
 * their `repr`; one bad item turns its whole argument into text. Celery: `ensure_serializable`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const withSerializableArgs =
  (serializer: Serializer) =>
  ({ excType, args, excModule, rest }: TaskException): TaskException => {
    const serializable = (u: unknown): unknown => (E.isRight(serializer.encode(u)) ? u : repr(u));
    const members = Object.entries(rest ?? {}).map(([name, u]) => [
      name,
      u === undefined ? u : serializable(u),
    ]);
    return withRest(
      pythonException(excType, args.map(serializable), excModule),
      rest && Object.fromEntries(members),
    );
  };

/**
 * The meta of a failure with what can't be encoded replaced: one by one the arguments of
 * the exception and of the task, the rest as a whole.
 *
 * @internal
 */
export const withSerializableMembers =
  (serializer: Serializer) =>
  (meta: WireMeta): WireMeta => {
    const hasForm = (u: unknown): boolean => E.isRight(serializer.encode(u));
    const told = (u: unknown): unknown => (hasForm(u) ? u : printed(u));
    const replaced = (name: string, value: unknown): unknown => {
      switch (name) {
        case 'result':
          return { ...notAnException, exc_message: [printed(value)] };
        case 'traceback':
          return typeof value === 'string' ? escapedHalves(value) : printed(value);
        case 'args':
        case 'kwargs':
          return told(parts(value, told));
        default:
          return printed(value);
      }
    };
    const { status, ...members } = meta;
    return {
      status,
      ...mapped(members, (value, name) =>
        value === undefined || hasForm(value) ? value : replaced(name, value),
      ),
    };
  };

/** A text in place of an exception is nothing that Python reads. */
const notAnException = { exc_type: 'Exception', exc_message: [], exc_module: 'builtins' };

const printed = (u: unknown): string => escapedHalves(repr(u));

/** As Python prints what it can't encode: the lines of a traceback stay lines. */
const escapedHalves = (text: string): string =>
  text.replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);

const isDict = (u: unknown): u is Readonly<Record<string, unknown>> => {
  if (typeof u !== 'object' || u === null) return false;
  const prototype: unknown = Object.getPrototypeOf(u);
  return prototype === Object.prototype || prototype === null;
};

/** The items of a list, or the members of a dict; the value itself where it has neither. */
const parts = (value: unknown, told: (u: unknown) => unknown): unknown => {
  try {
    if (Array.isArray(value)) return value.map((item) => told(item));
    return isDict(value) ? mapped(value, (item) => told(item)) : value;
  } catch {
    // A getter or a proxy that throws.
    return value;
  }
};

const mapped = (
  dict: Readonly<Record<string, unknown>>,
  f: (value: unknown, name: string) => unknown,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(dict).map(([name, value]) => [escapedHalves(name), f(value, name)]),
  );
