/**
 * `ChordPart`: the part of a chord that one task of its header returns, a member of `.j`:
 * `[1, "<task id>", "<state>", <result>]`. Source: `on_chord_part_return` and
 * `_unpack_chord_result` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { EncodeError } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import { refusing } from '../serialization/reason.js';
import type { Serializer } from '../serialization/serializer.js';
import { Uuid } from '../serialization/values.js';
import { EXCEPTION_STATES, type State } from '../states.js';
import { isTaskException, pythonException } from './exception.js';
import { isFalsy } from './isFalsy.js';
import { repr } from './repr.js';
import { storable } from './resultMeta.js';
import { withSerializableArgs } from './serializable.js';
import { fromWireException } from './wireException.js';
import { toWireResult } from './wireMeta.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * One task's part of a chord. In RETRY, FAILURE and REVOKED the result is a
 * `TaskException`, or null where there is none.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChordPart {
  readonly taskId: string;
  readonly state: State;
  readonly result: unknown;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * As a worker writes it. A failure always has a form: what of it can't be encoded is
 * replaced by its `repr`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encodeChordPart =
  (serializer: Serializer) =>
  ({ taskId, state, result: given }: ChordPart): E.Either<EncodeError, string | Buffer> => {
    const result = storable(state, given);
    const member = (u: unknown): E.Either<EncodeError, string | Buffer> =>
      refusing(() => serializer.encode([1, taskId, state, toWireResult(state, u)]));
    return pipe(
      member(result),
      E.orElse((error) =>
        EXCEPTION_STATES.has(state)
          ? member(
              isTaskException(result)
                ? withSerializableArgs(serializer)(result)
                : pythonException('Exception', [repr(result)]),
            )
          : E.left(error),
      ),
    );
  };

/**
 * The 1 is not looked at, as in Celery. A `Left` is the exception that Python meets in
 * bytes that are no part.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decodeChordPart =
  (serializer: Serializer) =>
  (bytes: Buffer): E.Either<TaskException, ChordPart> =>
    pipe(
      serializer.decode(bytes),
      E.mapLeft(undecodable(bytes)),
      E.chain(unpacked),
      E.chain(([, id, state, result]) =>
        pipe(
          typeof state === 'string' && EXCEPTION_STATES.has(state)
            ? exceptionOf(result)
            : E.right(result),
          E.map((read) => ({
            taskId: id instanceof Uuid ? id.text : String(id),
            state: String(state),
            result: read,
          })),
        ),
      ),
    );

/** What most garbage is to a reader of JSON, in Python's words. */
const undecodable =
  (bytes: Buffer) =>
  (problem: string): TaskException => {
    const exception = pythonException('DecodeError', [problem], 'kombu.exceptions');
    const [, at] = /^a value expected at character (\d+)$/.exec(problem) ?? [];
    if (at === undefined) return exception;
    const lines = bytes.toString().slice(0, Number(at)).split('\n');
    const place = `line ${lines.length} column ${(lines.at(-1)?.length ?? 0) + 1} (char ${at})`;
    return { ...exception, repr: `DecodeError(JSONDecodeError('Expecting value: ${place}'))` };
  };

const unpacked = (u: unknown): E.Either<TaskException, ReadonlyArray<unknown>> => {
  if (!Array.isArray(u)) {
    return E.left(pythonException('TypeError', [`cannot unpack non-iterable ${typeOf(u)} object`]));
  }
  if (u.length === 4) return E.right(u);
  return E.left(
    pythonException('ValueError', [
      u.length < 4
        ? `not enough values to unpack (expected 4, got ${u.length})`
        : 'too many values to unpack (expected 4)',
    ]),
  );
};

/** As Python calls it. */
const typeOf = (u: unknown): string => {
  if (u === null) return 'NoneType';
  if (typeof u === 'boolean') return 'bool';
  if (typeof u === 'string') return 'str';
  if (typeof u === 'bigint' || Number.isInteger(u)) return 'int';
  return typeof u === 'number' ? 'float' : 'dict';
};

/** Celery: `exception_to_python`, and what it raises over what is none. */
const exceptionOf = (result: unknown): E.Either<TaskException, TaskException | null> => {
  if (isFalsy(result)) return E.right(null);
  return pipe(
    fromWireException(result),
    E.mapLeft(() => noException(result)),
  );
};

const noException = (result: unknown): TaskException => {
  const items = typeof result === 'string' ? result : Array.isArray(result) ? result : undefined;
  if (items !== undefined) {
    const first: unknown = items[0];
    const length = typeof first === 'string' || Array.isArray(first) ? first.length : undefined;
    return length === undefined
      ? pythonException('TypeError', [notADictionary(result)])
      : pythonException('ValueError', [
          `dictionary update sequence element #0 has length ${length}; 2 is required`,
        ]);
  }
  return typeof result === 'object'
    ? pythonException('ValueError', ['Exception information must include the exception type'])
    : pythonException('TypeError', [notADictionary(result)]);
};

const notADictionary = (result: unknown): string =>
  "If the stored exception isn't an instance of BaseException, it must be a dictionary.\n" +
  `Instead got: ${typeof result === 'string' ? result : repr(result)}`;
