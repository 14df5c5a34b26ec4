/**
 * `chords`: counting the parts of chords, and sending their bodies. Source: `RedisBackend`
 * in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import {
  type ImproperlyConfigured,
  InvalidArgument,
  type ResultStoreError,
} from '../errors/errors.js';
import type { Operation } from '../operation/operation.js';
import { map, nothing, type Run, settled } from '../operation/run.js';
import type { ChordKeys } from '../port/chords.js';
import type { State } from '../states.js';
import type { Following } from '../store/following.js';
import { type ChordPart, encodeChordPart } from '../wire/chordPart.js';
import { chainedTasks, type TaskRequest } from '../wire/request.js';
import { type ResultTuple, wireTupleOf } from '../wire/resultTuple.js';
import { encodeSavedGroup } from '../wire/savedGroup.js';
import { isSignature, signaturesIn } from './body.js';
import { failChained } from './chained.js';
import { type ChordState, chordState } from './chordState.js';
import type { Claim } from './claim.js';
import type { Completing } from './completing.js';
import { callErrbacks, needsBroker, noBroker } from './errbacks.js';
import type { ChordOutcome, ReturnPart } from './outcome.js';
import { partReturn } from './partReturn.js';
import type { Room } from './room.js';
import { chordKeys, terms, times } from './terms.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Chords {
  readonly setSize: (groupId: string, size: number) => Operation<void>;
  readonly add: (groupId: string, result?: unknown) => Operation<void>;
  readonly apply: (headerResult: ResultTuple, body?: unknown) => Operation<void>;
  readonly onPartReturn: (
    request: TaskRequest,
    state: State,
    result: unknown,
  ) => Operation<ChordOutcome>;
  readonly state: (groupId: string) => Operation<ChordState>;
  readonly resume: (request: TaskRequest) => Operation<ChordOutcome>;
  /** What belongs to the marks of a task. */
  readonly following: Following;
}

/** What a part adds to its request. */
type Added = Pick<ChordPart, 'state' | 'result'>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const chords = (room: Room): Chords => {
  const { options, execution, commands, keys, serializer, sender } = room;
  const encode = encodeChordPart(serializer);

  const termsOf = latest((groupId: string) => terms(keys, options, groupId));

  const token = tokens(room.newId);

  const claimOf = (request: TaskRequest): E.Either<ResultStoreError, Claim> | null => {
    const { id, group } = request;
    if (!group || !id) return null;
    const chord = request.chord ?? null;
    const of = termsOf(group);
    if (E.isLeft(of)) return of;
    if (chord !== null && !isSignature(chord)) return E.left(noSignature);
    return E.right({ groupId: group, terms: of.right, token: token(), chord, request });
  };

  const returned = (request: TaskRequest, added: Added | null): Run<ChordOutcome> => {
    const claim = claimOf(request);
    if (claim === null) return NOT_IN_CHORD;
    if (on === null) return settled(E.left(noBroker()));
    if (E.isLeft(claim)) return settled(claim);
    if (added === null) return partReturn(on, claim.right, null);
    const { id: taskId, groupIndex = null } = request;
    if (!isIndex(groupIndex)) return settled(E.left(noIndex));
    const member = encode({ taskId, ...added });
    if (E.isLeft(member)) return settled(member);
    const index = groupIndex === null ? '+inf' : String(groupIndex);
    return partReturn(on, claim.right, { taskId, index, member: member.right });
  };

  const returnPart: ReturnPart = (request, state, result) => returned(request, { state, result });

  const on: Completing | null = sender && { room, sender, returnPart };

  const onKeys = <A>(groupId: string, run: (of: ChordKeys) => Run<A>): Operation<A> =>
    execution.operation(() => {
      const of = chordKeys(keys, groupId);
      return E.isLeft(of) ? settled(of) : run(of.right);
    });

  return {
    setSize: (groupId, size) =>
      onKeys(groupId, (of) =>
        Number.isSafeInteger(size)
          ? commands.resize(of, size, times(options).expires)
          : settled(E.left(new InvalidArgument('chord_size', 'must be an integer.'))),
      ),
    add: (groupId) =>
      onKeys(groupId, ({ surplus }) => pipe(room.increment(surplus), map(constVoid))),
    apply: (headerResult) =>
      execution.operation(() => {
        const tuple = wireTupleOf(headerResult);
        if (E.isLeft(tuple)) {
          return settled(E.left(new InvalidArgument('headerResult', `is ${tuple.left}.`)));
        }
        const [[groupId], children] = tuple.right;
        const nests = children?.some(([, nodes]) => nodes !== null) ?? false;
        if (!nests) return nothing;
        return pipe(
          E.Do,
          E.apSW('key', keys.group(groupId)),
          E.apSW('value', encodeSavedGroup(serializer)(headerResult)),
          E.matchW(
            (error) => settled<void>(E.left(error)),
            ({ key, value }) => commands.save(key, value, times(options).expires),
          ),
        );
      }),
    onPartReturn: (request, state, result) =>
      execution.operation(() => returnPart(request, state, result)),
    state: (groupId) =>
      execution.operation(() => {
        const of = terms(keys, options, groupId);
        return E.isLeft(of) ? settled(of) : chordState(room, of.right);
      }),
    resume: (request) => execution.operation(() => returned(request, null)),
    following: {
      refusal: (request, isFailure) => refusalOf(room, request, isFailure),
      returnPart,
      failChained: (task, failure, storeResult) =>
        failChained(room, returnPart, task, failure, storeResult),
      callErrbacks: (request, exception, traceback) =>
        callErrbacks(room, errbacksOf(request), request, exception, traceback),
    },
  };
};

const NOT_IN_CHORD: Run<ChordOutcome> = settled(E.right({ _tag: 'NotInChord' }));

const noSignature = new InvalidArgument('request.chord', 'must be a signature.');

/** Parts come from one chord for a while. */
const latest = <A>(make: (id: string) => A): ((id: string) => A) => {
  let last: { readonly id: string; readonly made: A } | undefined;
  return (id) => {
    if (last?.id !== id) last = { id, made: make(id) };
    return last.made;
  };
};

/** None, or a number as Python prints it. */
const isIndex = (u: unknown): u is number | null =>
  u === null || (typeof u === 'number' && Number.isFinite(u));

const noIndex = new InvalidArgument('request.groupIndex', 'must be a number, or null.');

/** As Celery's look; what they have to be is each another. */
const tokens = (newId: () => string): (() => string) => {
  const own = newId().replaceAll('-', '').slice(0, 22);
  let made = 0;
  return () => {
    made += 1;
    return own + made.toString(16).padStart(10, '0');
  };
};

const errbacksOf = ({ errbacks }: TaskRequest) =>
  signaturesIn(Array.isArray(errbacks) ? errbacks : []);

const refusalOf = (
  room: Room,
  request: TaskRequest | undefined,
  isFailure: boolean,
): ImproperlyConfigured | null => {
  if (!request || room.sender !== null) return null;
  const isMember = (one: TaskRequest | null): boolean => Boolean(one?.chord && one.group);
  try {
    const isAny =
      isMember(request) ||
      (isFailure &&
        (needsBroker(room, errbacksOf(request)) ||
          chainedTasks(request).some((task) => isMember(task.request))));
    return isAny ? noBroker() : null;
  } catch {
    // A getter or a proxy that throws, which is met again once the failure is stored.
    return null;
  }
};
