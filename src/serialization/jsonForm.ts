/**
 * `JSON.stringify` throws at a `bigint`, and a Python int beyond 2^53 is nothing rare; of a
 * `Map` it makes an empty object, and of bytes a list of numbers. So each list and dict that is
 * read with one of these in it, and each meta that may be hard to show, gets a `toJSON` of its
 * own; all others, which are nearly all, have no need of it.
 *
 * It is hidden: what is iterated, compared, spread or written by a serializer is the same as
 * without.
 *
 * @since 0.1.0
 */
import { hiddenToJson } from './toJson.js';

/**
 * The same object, with a `toJSON` that is safe for all that is in it.
 *
 * @internal
 */
export const withJsonForm = <A extends object>(container: A): A =>
  // A member of that name is data, and stays.
  Object.hasOwn(container, 'toJSON') ? container : Object.defineProperty(container, 'toJSON', form);

const form = { configurable: true, enumerable: false, writable: true, value: hiddenToJson };

/**
 * Whether what holds such a value needs a `toJSON`: `JSON.stringify` would throw at it or show
 * it badly, or may do so as a member called `toJSON` has taken the place of one.
 *
 * @internal
 */
export const needsJsonForm = (u: unknown): boolean =>
  typeof u === 'bigint' ||
  (typeof u === 'object' &&
    u !== null &&
    (u instanceof Uint8Array || isOwnAndVisible.call(u, 'toJSON')));

const isOwnAndVisible = Object.prototype.propertyIsEnumerable;

/**
 * Whether it may need one: it takes a third of the time to see that it does not.
 *
 * @internal
 */
export const mayNeedJsonForm = (u: unknown): boolean =>
  typeof u === 'bigint' ||
  (u as { readonly toJSON?: unknown } | null | undefined)?.toJSON !== undefined;

/**
 * `withJsonForm` where one of the members or items needs it.
 *
 * @internal
 */
export const showable = <A extends object>(container: A): A =>
  Object.values(container).some(needsJsonForm) ? withJsonForm(container) : container;
