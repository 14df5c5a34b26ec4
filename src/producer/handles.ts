/**
 * The results of what was sent: an `AsyncResult`, or a `GroupResult` for a group, each task's
 * of the type that its codec checks.
 *
 * @since 0.1.0
 */
import type { MembersOf, OutOf, Signatures } from '../canvas/step.js';
import { AsyncResult } from '../result/asyncResult.js';
import type { Codec } from '../result/codec.js';
import { fromTuple, GroupResult } from '../result/groupResult.js';
import type { Joinable } from '../result/members.js';
import type { ResultBackend } from '../result/resultBackend.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { Signature } from '../wire/signature.js';
import { codecsIn } from './codecs.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The result of a canvas: of a group, and of what ends with one, a `GroupResult`.
 *
 * @category model
 * @since 0.1.0
 */
export type HandleOf<S> =
  unknown extends MembersOf<S>
    ? AsyncResult | GroupResult
    : MembersOf<S> extends infer Members extends Signatures
      ? GroupResult<HandlesOf<Members>>
      : AsyncResult<OutOf<S>>;

/** Groups in a group are one with it, so of such members there is no telling which is which. */
type HandlesOf<Members extends Signatures> =
  null extends MembersOf<Members[number]>
    ? MembersOf<Members[number]> extends null
      ? { readonly [K in keyof Members]: AsyncResult<OutOf<Members[K]>> }
      : ReadonlyArray<Joinable>
    : ReadonlyArray<Joinable>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const handle = (
  backend: ResultBackend,
  canvas: Signature,
  result: ResultTuple,
): AsyncResult | GroupResult => {
  const last = endOf(canvas);
  const before = result.parent && fromTuple(backend, result.parent);
  if (result._tag === 'AsyncResult') {
    return new AsyncResult(result.id, backend, last && codecOf(last), before);
  }
  const members = last?.subtaskType === 'group' ? signaturesIn(last.kwargs.tasks) : [];
  // Each result is that of the member at its place, unless some were spliced in or left out.
  const isPlain = members.length === result.results.length && !members.some(isGroup);
  const results = result.results.map((one, i) => {
    const member = isPlain ? members[i] : undefined;
    return member === undefined ? fromTuple(backend, one) : handle(backend, member, one);
  });
  return new GroupResult(result.id, results, backend, before);
};

/** What the result of a canvas is that of: a task, or a group. */
const endOf = (canvas: Signature): Signature | undefined => {
  switch (canvas.subtaskType) {
    case 'chain': {
      const last = signaturesIn(canvas.kwargs.tasks).at(-1);
      const [only, ...others] = isGroup(last) ? signaturesIn(last.kwargs.tasks) : [];
      const one = only !== undefined && others.length === 0 ? only : last;
      return one && endOf(one);
    }
    case 'chord':
      return Signature.is(canvas.kwargs.body) ? endOf(canvas.kwargs.body) : undefined;
    default:
      return canvas;
  }
};

const codecOf = (task: Signature): Codec<unknown> | undefined => codecsIn(task)?.result;

const isGroup = (canvas: Signature | undefined): canvas is Signature =>
  canvas?.subtaskType === 'group';

const signaturesIn = (u: unknown): ReadonlyArray<Signature> =>
  Array.isArray(u) ? u.filter(Signature.is) : [];
