/**
 * `Claim`: a chord that may become one's own to complete.
 *
 * @since 0.1.0
 */
import type { ChordTerms } from '../port/chords.js';
import type { Signature } from '../wire/signature.js';
import type { Parent } from './sender.js';

export interface Claim {
  readonly groupId: string;
  readonly terms: ChordTerms;
  /** What is in `.c` where it is one's own. */
  readonly token: string;
  /** Read only once it is needed: of most parts it is not. */
  readonly body: Signature;
  readonly parent: Parent;
}
