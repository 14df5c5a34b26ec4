/**
 * The body of a chord, as the requests of its header carry it.
 *
 * @since 0.1.0
 */
import { Uuid } from '../serialization/values.js';
import { isDict } from '../wire/dict.js';
import { fromWireSignature, Signature, type WireSignature } from '../wire/signature.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a failed part means for its chord:
 * - `fail`: the body does not run and is marked as failed, as in Celery;
 * - `settle`: the body runs, with an outcome `{task_id, status, result}` for each part in
 *   place of the values, and an exception as it is stored.
 *
 * @category model
 * @since 0.1.0
 */
export type FailurePolicy = 'fail' | 'settle';

/** The header of the body's message by which it is told; any other part of a canvas gets lost on the way. */
const POLICY = 'chord_failure';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The body, in its own form or the wire's, with a policy of its own. In Python:
 * `body.set(headers={'chord_failure': 'settle'})`. A Python worker that returns the last
 * part does as Celery does, whatever the policy.
 *
 * @example
 * import { onFailure } from 'chordis'
 * import { signature } from 'chordis/wire'
 *
 * const body = onFailure('settle', signature('reports.summary'))
 * console.log(body.options.headers) // => { chord_failure: 'settle' }
 *
 * @category constructors
 * @since 0.1.0
 */
export const onFailure = (policy: FailurePolicy, body: Signature): Signature => {
  const { headers } = body.options;
  const own = typeof headers === 'object' && headers !== null ? headers : {};
  return { ...body, options: { ...body.options, headers: { ...own, [POLICY]: policy } } };
};

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

export const policyOf = ({ options: { headers } }: Signature): FailurePolicy =>
  typeof headers === 'object' && headers !== null && Reflect.get(headers, POLICY) === 'settle'
    ? 'settle'
    : 'fail';

/**
 * Whether it is a signature, in its own form or the wire's. Looked at without the codec:
 * each part of a chord carries the body, and nearly all without need.
 */
export const isSignature = (u: unknown): u is Signature | WireSignature => {
  if (!isDict(u) || typeof u.task !== 'string') return false;
  const { args, kwargs, options, immutable, subtask_type, subtaskType } = u;
  return (
    (isNothing(args) || Array.isArray(args)) &&
    (isNothing(kwargs) || isDict(kwargs)) &&
    (isNothing(options) || isDict(options)) &&
    (isNothing(immutable) || typeof immutable === 'boolean') &&
    [subtask_type, subtaskType].every((type) => isNothing(type) || typeof type === 'string')
  );
};

const isNothing = (u: unknown): boolean => u === null || u === undefined;

export const signatureFrom = (u: Signature | WireSignature): Signature =>
  Signature.is(u) ? u : fromWireSignature(u);

/** The members of a group or a chain; those that are no signatures are left out. */
export const tasksOf = ({ kwargs }: Signature): ReadonlyArray<Signature> =>
  signaturesIn(Array.isArray(kwargs.tasks) ? kwargs.tasks : []);

/** The body of a chord that is a body itself. */
export const bodyOf = (call: Signature): Signature | null =>
  call.subtaskType === 'chord' ? (signaturesIn([call.kwargs.body])[0] ?? null) : null;

/** A `link_error` is a list, or one signature. */
export const linkedErrbacks = ({ options }: Signature): ReadonlyArray<Signature> => {
  const { link_error: linked } = options;
  return signaturesIn(Array.isArray(linked) ? linked : [linked]);
};

export const signaturesIn = (list: ReadonlyArray<unknown>): ReadonlyArray<Signature> =>
  list.filter(isSignature).map(signatureFrom);

/** The id in a signature's options: of a chain that of its last task, of a chord that of its header. */
export const idOf = ({ options }: Signature, name = 'task_id'): string | null => {
  const id = options[name];
  if (id instanceof Uuid) return id.text;
  return typeof id === 'string' && id !== '' ? id : null;
};
