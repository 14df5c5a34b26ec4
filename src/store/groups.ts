/**
 * What is stored of groups. Source: `BaseKeyValueStoreBackend` and `Backend` in
 * `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Operation } from '../operation/operation.js';
import { map, settled } from '../operation/run.js';
import type { GroupResultTuple, ResultTuple } from '../wire/resultTuple.js';
import { decodeSavedGroup, encodeSavedGroup } from '../wire/savedGroup.js';
import { decodedAt, remove } from './byKey.js';
import type { Foundation } from './foundation.js';
import { withinLimit } from './valueSize.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Groups {
  readonly save: (groupId: string, group: GroupResultTuple) => Operation<void>;
  readonly restore: (groupId: string) => Operation<O.Option<ResultTuple>>;
  readonly delete: (groupId: string) => Operation<void>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const groups = (foundation: Foundation): Groups => {
  const { options, commands, execution, serializer, keys } = foundation;
  const encode = encodeSavedGroup(serializer);
  const decode = decodeSavedGroup(serializer);
  /** An empty value is none, as in Celery. */
  const savedOrNone = (key: string, bytes: Buffer) =>
    bytes.length === 0 ? E.right(O.none) : pipe(decode(key, bytes), E.map(O.some));
  return {
    save: (groupId, group) =>
      execution.operation(() =>
        pipe(
          E.Do,
          E.apSW('key', keys.group(groupId)),
          E.apSW('encoded', encode(group)),
          E.bindW('value', ({ key, encoded }) => withinLimit(key, encoded)),
          E.matchW(
            (error) => settled<void>(E.left(error)),
            ({ key, value }) =>
              execution.persistent(
                '_save_group',
                pipe(
                  execution.retried(commands.set({ key, value, expires: options.expires })),
                  map(constVoid),
                ),
              ),
          ),
        ),
      ),
    restore: (groupId) =>
      execution.operation(() =>
        pipe(
          execution.persistent(
            '_restore_group',
            decodedAt(foundation, keys.group(groupId), savedOrNone),
          ),
          map(O.flatten),
        ),
      ),
    delete: (groupId) =>
      execution.operation(() =>
        execution.persistent('_delete_group', remove(foundation, keys.group(groupId))),
      ),
  };
};
