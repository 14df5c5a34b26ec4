/**
 * A saved group: `{"result": [[id, parent], [children]]}` under the group's key.
 * Source: `save_group` and `restore_group` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { DecodeError, EncodeError } from '../errors/errors.js';
import type { Serializer } from '../serialization/serializer.js';
import { fromWireTuple, type ResultTuple, wireTupleOf } from './resultTuple.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * What lies under the key of a saved group. A `Left`, where it is no reference to a result.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encodeSavedGroup =
  (serializer: Serializer) =>
  (group: ResultTuple): E.Either<EncodeError, string | Buffer> => {
    const tuple = wireTupleOf(group);
    return E.isLeft(tuple)
      ? E.left(new EncodeError('$.result', tuple.left))
      : serializer.encode({ result: tuple.right });
  };

/**
 * An `AsyncResult` may come out as well, as in Celery: it is what a value without
 * children means.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decodeSavedGroup =
  (serializer: Serializer) =>
  (key: string, bytes: Buffer): E.Either<DecodeError, ResultTuple> => {
    const value = serializer.decode(bytes);
    const group = E.isLeft(value) ? value : fromWire(value.right);
    return E.isLeft(group) ? E.left(new DecodeError(key, bytes, group.left)) : group;
  };

const fromWire = (value: unknown): E.Either<string, ResultTuple> =>
  typeof value === 'object' && value !== null && 'result' in value
    ? fromWireTuple(value.result)
    : E.left('a saved group without a result');
