/**
 * Parts returned to chords, those of one chord in one round trip.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isConnectionError } from '../errors/retryable.js';
import type { PerTick } from '../operation/perTick.js';
import { chain, map } from '../operation/run.js';
import {
  type ChordTerms,
  type PartReply,
  type PartReturn,
  type Piece,
  type Slice,
  sizeOf,
} from '../port/chords.js';
import type { ConnectionPool } from './pool.js';
import { script } from './script.js';
import { chordPart } from './scripts/chordPart.js';
import { send } from './send.js';

const run = script(chordPart);

/** How many bytes of the parts come at once: a reply is well under what piles up anywhere. */
export const BUDGET = 128 * 1024;

/** The server does nothing else meanwhile, so a batch takes it well under a millisecond. */
const MOST = 128;
const LEAST = 16;
/** In bytes. */
const HEAVIEST = 1024 * 1024;

export const rule =
  '+evalsha +eval +get +set +del +exists +expire +pttl +zadd +zcard +zrange +zrangebyscore ' +
  '+rpush +llen +lrange +sadd +scard +sismember +smembers +sscan';

/** In the order in which the scripts have them. */
export const keysOf = ({ keys }: Pick<ChordTerms, 'keys'>): ReadonlyArray<string> => [
  keys.parts,
  keys.surplus,
  keys.size,
  keys.counted,
  keys.saved,
  keys.claim,
];

export const parts = (pool: ConnectionPool): PerTick<PartReturn, PartReply> => ({
  least: LEAST,
  most: MOST,
  heaviest: HEAVIEST,
  kin: ({ terms }) => terms.keys.parts,
  joins: (one, first) => one.terms === first.terms || isSame(one.terms, first.terms),
  weight: ({ part }) => part?.member.length ?? 0,
  failing: (error) => (isConnectionError(error) ? (error.sent ? 'Lost' : 'Unsent') : 'Refused'),
  send: (batch) => {
    const { terms } = batch[0];
    return pipe(
      pool.link,
      chain((link) =>
        send(link, { command: 'EVALSHA', key: terms.keys.parts, rule }, (redis) =>
          run(redis, keysOf(terms), argsOf(terms, batch)),
        ),
      ),
      map((reply) => outcomes(reply as ReadonlyArray<unknown>, batch.length).map(E.right)),
    );
  },
});

const isSame = (one: ChordTerms, other: ChordTerms): boolean =>
  one.keys.parts === other.keys.parts &&
  one.ordered === other.ordered &&
  one.expires === other.expires &&
  one.savedExpires === other.savedExpires &&
  one.claimExpires === other.claimExpires;

const argsOf = (
  { ordered, expires, savedExpires, claimExpires }: ChordTerms,
  batch: ReadonlyArray<PartReturn>,
): ReadonlyArray<string | Buffer | number> => {
  const args: Array<string | Buffer | number> = [
    ...[Number(ordered), expires, savedExpires, claimExpires, BUDGET],
  ];
  for (const { part, token } of batch) {
    if (part === null) args.push('', '', '', `-${token}`);
    else
      args.push(
        part.taskId,
        part.index,
        part.member,
        `${MARKS[part.standing ?? 'Unknown']}${token}`,
      );
  }
  return args;
};

/** In front of the token: what the caller knows of the part. */
const MARKS = { Unknown: '?', New: '+', Counted: '=' };

const outcomes = (reply: ReadonlyArray<unknown>, many: number): ReadonlyArray<PartReply> => {
  if (reply[0] === -1) return Array.from({ length: many }, () => DONE);
  const claimant = Number(reply[0]);
  const size = sizeOf(bytes(reply[4]), bytes(reply[3]));
  const cards = { parts: Number(reply[1]), counted: Number(reply[2]), size };
  const isOthers = claimant !== 0;
  const added: PartReply = { _tag: 'Counted', isOthers, isNew: true, ...cards };
  const again: PartReply = { _tag: 'Counted', isOthers, isNew: false, ...cards };
  return reply.slice(5, 5 + many).map((news, i) => {
    if (news === 2) return UNDECIDED;
    if (claimant !== i + 1) return news === 1 ? added : again;
    const [isSaved, ...entries] = reply.slice(5 + many);
    const first = pieceOf(entries);
    return { _tag: 'Claimed', isSaved: isSaved === 1, first, isNew: news === 1, ...cards };
  });
};

const DONE: PartReply = { _tag: 'Done' };
const UNDECIDED: PartReply = { _tag: 'Undecided' };

/** What a script gives of `.j`. */
export const pieceOf = ([at, from, ...entries]: ReadonlyArray<unknown>): Piece => {
  const slices: Array<Slice> = [];
  for (let i = 0; i < entries.length; i += 3) {
    const score = String(entries[i]);
    slices.push({
      score: score === 'inf' ? Number.POSITIVE_INFINITY : Number(score),
      length: Number(entries[i + 1]),
      bytes: bytes(entries[i + 2]) ?? Buffer.alloc(0),
    });
  }
  return { slices, next: at === -1 ? null : { at: Number(at), from: Number(from) } };
};

/** A bulk reply; null where it is nil. */
export const bytes = (reply: unknown): Buffer | null => (Buffer.isBuffer(reply) ? reply : null);
