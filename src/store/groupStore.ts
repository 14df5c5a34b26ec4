/**
 * What is stored of groups. Source: `BaseKeyValueStoreBackend` and `Backend` in
 * `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { fromEither, fromSingle, type Operation } from '../operation/operation.js';
import type { Serializer } from '../serialization/serializer.js';
import type { GroupResultTuple, ResultTuple } from '../wire/resultTuple.js';
import { decodeSavedGroup, encodeSavedGroup } from '../wire/savedGroup.js';
import type { Foundation } from './keyValueStore.js';
import { TaskStore } from './taskStore.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export abstract class GroupStore extends TaskStore {
  private readonly serializer: Serializer;

  constructor(foundation: Foundation) {
    super(foundation);
    this.serializer = foundation.serializer;
  }

  /** Saves which results a group has. */
  saveGroup(groupId: string, group: GroupResultTuple): Operation<void> {
    return fromSingle(
      fromEither(
        pipe(
          E.Do,
          E.apSW('key', this.keys.group(groupId)),
          E.apSW('value', encodeSavedGroup(this.serializer)(group)),
        ),
      ).pipe(
        Rx.mergeMap(({ key, value }) => this.set(key, value)),
        Rx.map(constVoid),
      ),
    );
  }

  /** The saved group, if there is one; an empty value is none, as in Celery. */
  restoreGroup(groupId: string): Operation<O.Option<ResultTuple>> {
    const decode = decodeSavedGroup(this.serializer);
    return fromSingle(
      this.read(this.keys.group(groupId), (key, bytes) =>
        bytes.length === 0
          ? E.right<never, O.Option<ResultTuple>>(O.none)
          : pipe(decode(key, bytes), E.map(O.some)),
      ).pipe(Rx.map(O.flatten)),
    );
  }

  /** Forgets which results a group has; the results stay. */
  deleteGroup(groupId: string): Operation<void> {
    return this.remove(this.keys.group(groupId));
  }
}
