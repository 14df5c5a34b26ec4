/**
 * How a stored value says that it is compressed: 19 bytes that no serializer begins
 * with, the content type of the codec, a NUL, and the compressed body to the end.
 *
 * Source: `COMPRESSED_PAYLOAD_MAGIC` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What the value says of itself. */
export interface Marked {
  /** A content type or an alias of one; whatever was there, where it is neither. */
  readonly method: string;
  /** What is compressed. */
  readonly body: Buffer;
}

const MARKER = Buffer.from('\0celery-compressed\0');
const NUL = 0;

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/** One byte is compared where it is not. */
export const isMarked = (bytes: Buffer): boolean =>
  bytes[0] === NUL && bytes.subarray(0, MARKER.length).equals(MARKER);

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** A compressed body with the marker in front, and what it is compressed by. */
export const mark = (contentType: string, body: Buffer): Buffer =>
  Buffer.concat([MARKER, Buffer.from(contentType), Buffer.of(NUL), body]);

/** Of marked bytes. Without the second NUL all is the content type, as in Celery. */
export const unmark = (bytes: Buffer): Marked => {
  const nul = bytes.indexOf(NUL, MARKER.length);
  const end = nul < 0 ? bytes.length : nul;
  return {
    // no name is so long; what is longer would be a text of the whole payload
    method: bytes.toString('utf8', MARKER.length, Math.min(end, MARKER.length + LONGEST)),
    body: bytes.subarray(end + 1),
  };
};

const LONGEST = 256;
