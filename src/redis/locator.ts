/**
 * How the server of a link is found. Whatever opens a socket asks here each time, since what
 * is found may be another server by then.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Address, addressText } from '../config/address.js';
import { type Run, settled } from '../operation/run.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Locator {
  /** Where a socket is to be opened to now. */
  readonly locate: Run<Address>;
  /** What is looked for, as an error names it while nothing is found. Never a secret. */
  readonly sought: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** One address, whatever happens. */
export const fixed = (address: Address): Locator => ({
  locate: settled(E.right(address)),
  sought: addressText(address),
});
