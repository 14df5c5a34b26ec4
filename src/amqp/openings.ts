/**
 * One link at a time, shared by all who ask for it, and opened once it is first asked for or
 * was lost. Each opening tries the addresses in turn, from the one that was good last.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { Closed } from '../errors/errors.js';
import { fromPromise, type Run, settled } from '../operation/run.js';
import type { AmqpAddress } from './addresses.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What is open over a link. */
export interface Opened {
  readonly isLost: boolean;
  readonly close: () => Promise<void>;
}

export interface Openings<O extends Opened> {
  readonly ready: Run<O>;
  readonly close: () => Promise<void>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const openings = <O extends Opened>(
  addresses: ReadonlyArray<AmqpAddress>,
  open: (address: AmqpAddress) => Promise<O>,
): Openings<O> => {
  let current: O | undefined;
  let opening: Promise<O> | undefined;
  let good = 0;
  let isClosed = false;

  const openFirst = async (tried: number): Promise<O> => {
    const at = (good + tried) % addresses.length;
    try {
      const opened = await open(addresses[at] as AmqpAddress);
      good = at;
      return opened;
    } catch (error) {
      if (tried + 1 >= addresses.length) throw error;
      return openFirst(tried + 1);
    }
  };

  const opened = async (): Promise<O> => {
    const found = await openFirst(0);
    if (!isClosed) {
      current = found;
      return found;
    }
    await found.close();
    throw new Closed('broker');
  };

  return {
    ready: (settle) => {
      if (isClosed) return settled<O>(E.left(new Closed('broker')))(settle);
      if (current !== undefined && !current.isLost) return settled(E.right(current))(settle);
      opening ??= opened().finally(() => {
        opening = undefined;
      });
      const shared = opening;
      return fromPromise(() => shared)(settle);
    },
    close: async () => {
      isClosed = true;
      await opening?.catch(() => undefined);
      await current?.close();
    },
  };
};
