/**
 * What a user gives to check and type results by: an io-ts decoder, or any Standard Schema.
 * The one place that tells them apart, and a synchronous schema from an asynchronous one.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { kind } from '../config/optionErrors.js';
import { InvalidArgument, InvalidResult, type SchemaIssue } from '../errors/errors.js';
import {
  continueWith,
  defer,
  fromPromise,
  type Result,
  type Run,
  settled,
} from '../operation/run.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A schema of any library that keeps to version 1 of the Standard Schema, such as Zod,
 * Valibot or ArkType: the part of `@standard-schema/spec` that is needed here.
 *
 * @category model
 * @since 0.1.0
 */
export interface StandardSchema<A> {
  /** What the standard asks of a schema. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** What the schema makes of a value, or what is wrong with it. */
    readonly validate: (value: unknown) => Validated<A> | Promise<Validated<A>>;
    readonly types?: { readonly input: unknown; readonly output: A } | undefined;
  };
}

/**
 * What a Standard Schema makes of a value: one of its type, or why it is none.
 *
 * @category model
 * @since 0.1.0
 */
export type Validated<A> =
  | { readonly value: A; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<SchemaIssue> };

/**
 * What reads a value of the type `A`: an io-ts decoder or a Standard Schema.
 *
 * @category model
 * @since 0.1.0
 */
export type Codec<A> = t.Decoder<unknown, A> | StandardSchema<A>;

/**
 * A codec of the result, and one of what the task's own states carry, such as `PROGRESS`.
 * What has none stays as it is.
 *
 * @category model
 * @since 0.1.0
 */
export interface Codecs<A, P = unknown> {
  /** Of what a SUCCESS carries. */
  readonly result?: Codec<A> | undefined;
  /** Of what a state carries that is none of Celery's own. */
  readonly progress?: Codec<P> | undefined;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * A codec alone is that of the result. What is neither, such as a schema of a library that does
 * not keep to the standard yet, stands for both: `decodeWith` refuses it, and nothing passes
 * unchecked.
 *
 * @internal
 */
export const codecsOf = <A, P>(given: Codec<A> | Codecs<A, P>): Codecs<A, P> => {
  if (isCodec<A>(given)) return { result: given };
  return isCodecs<A, P>(given) ? given : { result: given, progress: given };
};

const isCodec = <A>(given: unknown): given is Codec<A> =>
  isObject(given) && (isSchema(given) || typeof given.decode === 'function');

const isSchema = <A>(given: object): given is StandardSchema<A> => '~standard' in given;

const isCodecs = <A, P>(given: unknown): given is Codecs<A, P> =>
  isObject(given) && Object.keys(given).every((name) => name === 'result' || name === 'progress');

const isObject = (u: unknown): u is Readonly<Record<string, unknown>> =>
  (typeof u === 'object' && u !== null) || typeof u === 'function';

const notACodec = new InvalidArgument('codec', 'must be an io-ts decoder or a Standard Schema');

/**
 * What `codec` makes of the `value` of a task, at once unless a schema takes its time.
 *
 * @internal
 */
export const decodeWith =
  <A>(codec: Codec<A> | undefined) =>
  (taskId: string, value: unknown): Run<A> => {
    if (codec === undefined) return settled(E.right(value as A));
    return defer(() => {
      if (!isCodec<A>(codec)) return settled(E.left(notACodec));
      return isSchema<A>(codec)
        ? validatedBy(codec['~standard'], taskId, value)
        : settled(decodedBy(codec, taskId, value));
    });
  };

const decodedBy = <A>(codec: t.Decoder<unknown, A>, taskId: string, value: unknown): Result<A> => {
  const decoded = codec.decode(value);
  return E.isRight(decoded)
    ? decoded
    : refused(taskId, value, decoded.left, abridged(decoded.left.map(problem), '; '));
};

const validatedBy = <A>(
  schema: StandardSchema<A>['~standard'],
  taskId: string,
  value: unknown,
): Run<A> => {
  const judged = (validated: Validated<A>): Result<A> =>
    validated.issues
      ? refused(
          taskId,
          value,
          validated.issues,
          `Invalid value, ${kind(value)}, refused by its ${schema.vendor} schema at ${places(validated.issues)}`,
        )
      : E.right(validated.value);
  const validated = schema.validate(value);
  return 'then' in validated
    ? continueWith(
        fromPromise(() => validated),
        (result) => settled(E.chain(judged)(result)),
      )
    : settled(judged(validated));
};

const refused = (
  taskId: string,
  value: unknown,
  issues: InvalidResult['issues'],
  problem: string,
): E.Either<InvalidResult, never> => E.left(new InvalidResult(taskId, value, problem, issues));

// -------------------------------------------------------------------------------------
// text
// -------------------------------------------------------------------------------------

/** As io-ts' PathReporter words it, but for the value, which no error shows. */
const problem = ({ context, value, message }: t.ValidationError): string => {
  const path = context.map(({ key, type }) => `${key}: ${type.name}`).join('/');
  return message ?? `Invalid value, ${kind(value)}, supplied to ${path}`;
};

/** Where, and not what: a schema's own words may quote the value. */
const places = (issues: ReadonlyArray<SchemaIssue>): string => {
  const paths = issues.map(({ path = [] }) => ['$', ...path.map(segment)].join('.'));
  return abridged([...new Set(paths)], ', ');
};

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === 'object' ? part.key : part);

const MOST = 5;

/** A long list may be wrong in each of its members. */
const abridged = (texts: ReadonlyArray<string>, separator: string): string =>
  texts.length <= MOST
    ? texts.join(separator)
    : `${texts.slice(0, MOST).join(separator)}${separator}and ${texts.length - MOST} more`;
