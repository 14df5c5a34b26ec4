/**
 * Reading keys beside subscriptions, in pieces whose bytes are bounded.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { fromRun } from '../operation/operation.js';
import type { Found } from '../port/commands.js';
import type { Link } from './link.js';
import { refusal } from './replies.js';
import { script } from './script.js';
import { read } from './scripts/read.js';
import { described, failureOf, type Named, send } from './send.js';

/**
 * How many bytes are read at once. With what two batches of subscriptions bring, it stays
 * under 256 KB, the least limit that is in use.
 */
const BUDGET = 64 * 1024;

/**
 * How many bytes a value may have to be read here. Larger ones are read faster elsewhere: one
 * piece would hold so few of them that it takes a round trip for every other one.
 */
const LARGEST = BUDGET / 4;

/** How many keys are looked at at once: Lua unpacks no more than some 8,000. */
const MOST = 4096;

const run = script(read);

/** What an error tells of reading these keys. */
export const reading = (keys: ReadonlyArray<string>, command = 'GET'): Named => ({
  command,
  key: described(keys),
  rule: '+evalsha +eval +exists +getrange',
});

/** A piece that was read: what was found, and up to which key it has looked. */
export interface Piece {
  readonly end: number;
  readonly found: ReadonlyArray<Found>;
}

/**
 * From key `from` on, as a command to be written with others. A server that lets the user
 * run no script has its keys read one by one, as the large ones are.
 */
export const piece = (
  link: Link,
  keys: ReadonlyArray<string>,
  from = 0,
  most = MOST,
): Promise<Piece> => {
  const rest = keys.slice(from, from + most);
  const pieceOf = (entries: ReadonlyArray<unknown>): Piece => {
    const found: Array<Found> = [];
    for (let i = 0; i < entries.length; i++) {
      const value = readValue(entries[i], link, rest[i] ?? '');
      if (value !== undefined) found.push({ at: from + i, value });
    }
    return { end: from + (entries.length || rest.length), found };
  };
  return run(link.redis, rest, [BUDGET, LARGEST]).then(
    (reply) => pieceOf(reply as ReadonlyArray<unknown>),
    (reason) => {
      if (!isOfScripts(reason)) throw reason;
      return pieceOf(rest.map(() => TOO_LARGE));
    },
  );
};

/** From key `from` on, piece by piece; no more keys are named than could be in the next. */
export const pieces = (
  link: Link,
  keys: ReadonlyArray<string>,
  from = 0,
  most = MOST,
): Rx.Observable<ReadonlyArray<Found>> =>
  from >= keys.length
    ? Rx.EMPTY
    : fromRun(send(link, reading(keys), () => piece(link, keys, from, most))).pipe(
        Rx.mergeMap(({ end, found }) =>
          Rx.concat(Rx.of(found), pieces(link, keys, end, Math.min(MOST, 2 * (end - from)))),
        ),
      );

const readValue = (entry: unknown, link: Link, key: string): Found['value'] | undefined => {
  if (Buffer.isBuffer(entry)) return entry;
  if (entry === null) return undefined;
  return entry instanceof Error && !isOfScripts(entry)
    ? failureOf(entry, link, reading([key]))
    : 'TooLarge';
};

/** What the script says of a value that is too large. */
const TOO_LARGE = 0;

/** Whether it may do better without a script: a user's rights, or a server that has none. */
const isOfScripts = (reason: unknown): boolean =>
  reason instanceof Error &&
  reason.name === 'ReplyError' &&
  (refusal(reason.message).meaning === 'Permission' || /unknown command/i.test(reason.message));
