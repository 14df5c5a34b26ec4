/**
 * Values and bytes that don't pass into each other.
 *
 * @since 0.1.0
 */
import { Tagged } from './tagged.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A value that has no form on the wire. `path` leads to it, as `$.result[2]`.
 *
 * @category model
 * @since 0.1.0
 */
export class EncodeError extends Tagged<'EncodeError'> {
  readonly _tag = 'EncodeError';
  constructor(
    /** Where in the value it is, as `$.result[2]`. */
    readonly path: string,
    /** Why it has no form. */
    readonly problem: string,
  ) {
    super(`${path}: ${problem}`);
  }
}

/**
 * Bytes that are not what their key promises. `bytes` are not shown where the error is printed.
 *
 * @category model
 * @since 0.1.0
 */
export class DecodeError extends Tagged<'DecodeError'> {
  readonly _tag = 'DecodeError';
  readonly #bytes: Uint8Array;
  constructor(
    /** The key, channel or queue that the bytes are from. */
    readonly key: string,
    bytes: Uint8Array,
    /** What is wrong with them. */
    readonly problem: string,
  ) {
    super(`${key}: ${problem}`);
    this.#bytes = bytes;
  }
  /** What the key holds, or the message brought. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }
}

/**
 * A serializer that may not be read or is refused, such as pickle. Kombu: `ContentDisallowed`.
 *
 * @category model
 * @since 0.1.0
 */
export class ContentDisallowed extends Tagged<'ContentDisallowed'> {
  readonly _tag = 'ContentDisallowed';
  constructor(
    /** The content type, or the name, of the serializer. */
    readonly contentType: string,
    /** Why it is refused. */
    readonly problem: string,
  ) {
    super(`${contentType}: ${problem}`);
  }
}
