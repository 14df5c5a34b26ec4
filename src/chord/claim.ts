/**
 * `Claim`: a chord that may become one's own to complete.
 *
 * @since 0.1.0
 */
import type { ChordTerms } from '../port/chords.js';
import type { TaskRequest } from '../wire/request.js';
import type { Signature, WireSignature } from '../wire/signature.js';

export interface Claim {
  readonly groupId: string;
  readonly terms: ChordTerms;
  /** What is in `.c` where it is one's own. */
  readonly token: string;
  /** In either form, or null where the request has none: of most parts it is never read. */
  readonly chord: Signature | WireSignature | null;
  /** Of the part that came last, the parent of the body. */
  readonly request: TaskRequest;
}
