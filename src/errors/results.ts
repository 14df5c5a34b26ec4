/**
 * Why a task has no result to give.
 *
 * @since 0.1.0
 */
import type * as t from 'io-ts';
import { type ErrorJson, Tagged } from './tagged.js';
import type { TaskException } from './taskException.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The task itself failed or was revoked; what Python's `AsyncResult.get()` would raise. Its
 * JSON leaves out the traceback and the arguments of the exception; of these the message
 * tells what Python prints.
 *
 * @category model
 * @since 0.1.0
 */
export class TaskFailed extends Tagged<'TaskFailed'> {
  readonly _tag = 'TaskFailed';
  /** The name of the exception's class, such as `ValueError`. */
  readonly excType: string;
  /** Where that class is from; null where nobody said. */
  readonly excModule: string | null;
  /** The arguments of the exception. */
  readonly args: ReadonlyArray<unknown>;
  constructor(
    /** The task that it is about. */
    readonly taskId: string,
    /** `FAILURE` or `REVOKED`. */
    readonly state: string,
    /** The exception as it was stored. */
    readonly exception: TaskException,
    /** As Python prints it; null where none was stored. */
    readonly traceback: string | null,
  ) {
    super(`Task ${taskId} ${state}: ${exception.repr}`);
    this.excType = exception.excType;
    this.excModule = exception.excModule;
    this.args = exception.args;
  }
  /** For `JSON.stringify`. */
  override toJSON(): ErrorJson {
    const { traceback: _, ...told } = super.toJSON();
    return { ...told, _tag: this._tag, message: this.message };
  }
}

/**
 * What a Standard Schema says of a value that it refuses.
 *
 * @category model
 * @since 0.1.0
 */
export interface SchemaIssue {
  /** What is wrong, in the schema's own words, which may quote the value. */
  readonly message: string;
  /** Where, from the outside in. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** What the codec or schema itself has to say, as it says it. */
type Issues = ReadonlyArray<t.ValidationError> | ReadonlyArray<SchemaIssue>;

/**
 * A result that is not what the codec given for it says. Neither `value` nor `issues`, which
 * hold parts of it, is shown where the error is printed or turned into JSON.
 *
 * @example
 * import { InvalidResult, RedisBackend } from 'chordis'
 * import * as E from 'fp-ts/lib/Either.js'
 * import * as t from 'io-ts'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * await backend.markAsDone('4f1b', 'seven')()
 * const sum = await backend.asyncResult('4f1b', t.number).get()()
 * if (E.isLeft(sum) && sum.left instanceof InvalidResult) {
 *   console.log(sum.left.issues.length) // => 1
 * }
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export class InvalidResult extends Tagged<'InvalidResult'> {
  readonly _tag = 'InvalidResult';
  readonly #value: unknown;
  readonly #issues: Issues;
  constructor(
    /** The task that it is about. */
    readonly taskId: string,
    value: unknown,
    /** What the codec has to say, without the value. */
    readonly problem: string,
    issues: Issues = [],
  ) {
    super(`Task ${taskId}: ${problem}`);
    this.#value = value;
    this.#issues = issues;
  }
  /** The result as it is stored. */
  get value(): unknown {
    return this.#value;
  }
  /** The errors of io-ts, or the issues of a Standard Schema, for a reporter of your own. */
  get issues(): Issues {
    return this.#issues;
  }
}

/**
 * The result did not arrive in time. Celery: `TimeoutError`.
 *
 * @category model
 * @since 0.1.0
 */
export class ResultTimeout extends Tagged<'ResultTimeout'> {
  readonly _tag = 'ResultTimeout';
  override readonly hint: string = 'give get() a longer { timeout } to wait on';
  constructor(
    /** The task that it is about. */
    readonly taskId: string,
    /** So long was waited. */
    readonly seconds: number,
  ) {
    super(`Task ${taskId} has no result after ${seconds} s`);
  }
}

/**
 * The wait was cancelled: the task was forgotten, or its consumption cancelled.
 *
 * @category model
 * @since 0.1.0
 */
export class ResultCancelled extends Tagged<'ResultCancelled'> {
  readonly _tag = 'ResultCancelled';
  constructor(
    /** The task that it is about. */
    readonly taskId: string,
  ) {
    super(`Task ${taskId}: the wait was cancelled before a result arrived`);
  }
}
