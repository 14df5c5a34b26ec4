/**
 * One look at whether the server answers, without the patience of a retry policy.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { continueWith, type Run, settled } from '../operation/run.js';
import { wasCut } from './line.js';

/** A link that breaks under the PING was dead before, which says nothing of the server: another is asked. */
export const probe = (ping: Run<void>): Run<void> =>
  continueWith(ping, (result) =>
    E.isLeft(result) && wasCut(result.left) ? ping : settled(result),
  );
