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
import { map, type Run, settled } from '../operation/run.js';
import type { ChordKeys, NewPart } from '../port/chords.js';
import type { State } from '../states.js';
import type { Following } from '../store/following.js';
import { encodeChordPart } from '../wire/chordPart.js';
import { chainedTasks, type TaskRequest } from '../wire/request.js';
import { type ResultTuple, wireTupleOf } from '../wire/resultTuple.js';
import { encodeSavedGroup } from '../wire/savedGroup.js';
import { signatureOf, signaturesIn } from './body.js';
import { failChained } from './chained.js';
import { type ChordState, chordState } from './chordState.js';
import type { Claim } from './dispatch.js';
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

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const chords = (room: Room): Chords => {
  const { options, execution, commands, keys, serializer, sender } = room;

  const returned = (
    request: TaskRequest,
    partOf: () => E.Either<ResultStoreError, NewPart | null>,
  ): Run<ChordOutcome> => {
    const { id, group, chord, rootId } = request;
    if (!group || !id || chord === null || chord === undefined) return settled(NOT_IN_CHORD);
    if (sender === null) return settled(E.left(noBroker()));
    return pipe(
      E.Do,
      E.apSW('body', signatureOf(chord, 'request.chord')),
      E.apSW('terms', terms(keys, options, group)),
      E.bindW('part', partOf),
      E.matchW(
        (error) => settled<ChordOutcome>(E.left(error)),
        ({ body, terms: of, part }) => {
          const parent = { id, rootId: rootId ?? id };
          const token = room.newId().replaceAll('-', '');
          const claim: Claim = { groupId: group, terms: of, token, body, parent };
          return partReturn(room, sender, returnPart, claim, part);
        },
      ),
    );
  };

  const returnPart: ReturnPart = (request, state, result) =>
    returned(request, () =>
      pipe(
        indexOf(request.groupIndex ?? null),
        E.bindTo('index'),
        E.bindW('member', () => encodeChordPart(serializer)({ taskId: request.id, state, result })),
        E.map(({ index, member }) => ({ taskId: request.id, index, member })),
      ),
    );

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
    resume: (request) => execution.operation(() => returned(request, () => E.right(null))),
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

const NOT_IN_CHORD: E.Either<never, ChordOutcome> = E.right({ _tag: 'NotInChord' });

const nothing: Run<void> = settled(E.right(undefined));

/** As Python prints it. */
const indexOf = (index: number | null): E.Either<InvalidArgument, string> => {
  if (index === null) return E.right('+inf');
  return typeof index === 'number' && Number.isFinite(index)
    ? E.right(String(index))
    : E.left(new InvalidArgument('request.groupIndex', 'must be a number, or null.'));
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
