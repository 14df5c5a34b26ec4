/**
 * A state as its codecs read it: io-ts decoders or Standard Schemas, told apart without either.
 *
 * @since 0.1.0
 */
import type { Codec, Codecs, Validated } from '../result/codec.js';
import type { TaskState } from './taskState.js';
import { InvalidState } from './watchError.js';

/** The states of Celery's own whose result is no task's to choose. */
const OF_CELERY: ReadonlySet<string> = new Set([
  ...['PENDING', 'RECEIVED', 'STARTED', 'RETRY', 'FAILURE', 'REVOKED', 'REJECTED', 'IGNORED'],
]);

/** Throws `InvalidState` for what a codec refuses, or rejects where a schema takes its time. */
export const decoded = <A, P>(
  given: Codec<A> | Codecs<A, P> | undefined,
): ((state: TaskState) => TaskState<A, P> | Promise<TaskState<A, P>>) => {
  const { result, progress }: Codecs<A, P> =
    given === undefined ? {} : isCodec(given) ? { result: given } : given;
  return (state) => {
    const { status } = state;
    const codec = status === 'SUCCESS' ? result : OF_CELERY.has(status) ? undefined : progress;
    const read = codec === undefined ? state : readBy(codec, state);
    // that they are of these types follows from the codecs
    return read as TaskState<A, P> | Promise<TaskState<A, P>>;
  };
};

const isCodec = <A, P>(given: Codec<A> | Codecs<A, P>): given is Codec<A> =>
  '~standard' in given || 'decode' in given;

const readBy = (codec: Codec<unknown>, state: TaskState): TaskState | Promise<TaskState> => {
  const { taskId, result } = state;
  if (!('~standard' in codec)) {
    const either = codec.decode(result);
    if (either._tag === 'Left') throw new InvalidState(taskId, either.left);
    return { ...state, result: either.right } as TaskState;
  }
  const judged = (validated: Validated<unknown>): TaskState => {
    if (validated.issues) throw new InvalidState(taskId, validated.issues);
    return { ...state, result: validated.value } as TaskState;
  };
  const validated = codec['~standard'].validate(result);
  return 'then' in validated ? Promise.resolve(validated).then(judged) : judged(validated);
};
