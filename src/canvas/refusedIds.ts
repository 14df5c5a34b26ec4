/**
 * Ids that are none: in place of one a task would get a new id, which nobody would look for.
 *
 * @since 0.1.0
 */
import { InvalidArgument } from '../errors/errors.js';
import { Uuid } from '../serialization/values.js';

/** What is given as an id and is none. */
export const isNoId = (u: unknown): boolean =>
  u !== null && u !== undefined && typeof u !== 'string' && !(u instanceof Uuid);

export const notAnId = new InvalidArgument('task_id', 'must be an id.');
