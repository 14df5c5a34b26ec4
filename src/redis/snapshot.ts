/**
 * Reading keys beside subscriptions, in pieces whose bytes are bounded.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { fromRun } from '../operation/operation.js';
import type { Found } from '../port/commands.js';
import type { Link } from './link.js';
import { script } from './script.js';
import { read } from './scripts/read.js';
import { described, failureOf, type Named, send } from './send.js';

/**
 * How many bytes are read at once, and how many a value may have to be read here. With what
 * two batches of subscriptions bring, it stays under 256 KB, the least limit that is in use.
 */
const BUDGET = 64 * 1024;

/** How many keys are looked at at once: Lua takes no more than some 8,000 as arguments. */
const MOST = 4096;

const run = script(read);

/** What an error tells of reading these keys. */
export const reading = (keys: ReadonlyArray<string>, command = 'GET'): Named => ({
  command,
  key: described(keys),
  rule: '+evalsha +eval +exists +getrange',
});

/** A piece that was read: what was found, and how many of the keys were looked at. */
export interface Piece {
  readonly looked: number;
  readonly found: ReadonlyArray<Found>;
}

/** One piece, as a command to be written with others. */
export const piece = (link: Link, keys: ReadonlyArray<string>): Promise<Piece> =>
  run(link.redis, keys.slice(0, MOST), [BUDGET]).then((reply) => pieceOf(reply, link, keys));

/** From key `from` on, piece by piece. */
export const pieces = (
  link: Link,
  keys: ReadonlyArray<string>,
  from = 0,
): Rx.Observable<ReadonlyArray<Found>> => {
  const rest = keys.slice(from);
  return rest.length === 0
    ? Rx.EMPTY
    : fromRun(send(link, reading(rest), () => piece(link, rest))).pipe(
        Rx.mergeMap(({ looked, found }) =>
          Rx.concat(
            Rx.of(found.map(({ at, value }) => ({ at: at + from, value }))),
            pieces(link, keys, from + looked),
          ),
        ),
      );
};

const pieceOf = (reply: unknown, link: Link, keys: ReadonlyArray<string>): Piece => {
  const [looked, ...rest] = reply as ReadonlyArray<unknown>;
  const found: Array<Found> = [];
  for (let i = 0; i < rest.length; i += 2) {
    const at = Number(rest[i]) - 1;
    found.push({ at, value: foundIn(rest[i + 1], link, keys[at] ?? '') });
  }
  return { looked: Number(looked), found };
};

const foundIn = (reply: unknown, link: Link, key: string): Found['value'] => {
  if (Buffer.isBuffer(reply)) return reply;
  return reply instanceof Error ? failureOf(reply, link, reading([key])) : 'TooLarge';
};
