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
import type { PartReply, PartReturn, Piece, Slice } from '../port/chords.js';
import { sizeOf } from '../port/chords.js';
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
export const keysOf = ({ keys }: Pick<PartReturn, 'keys'>): ReadonlyArray<string> => [
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
  kin: ({ keys }) => keys.parts,
  joins: (one, first) =>
    (one.keys === first.keys || one.keys.parts === first.keys.parts) &&
    one.ordered === first.ordered &&
    one.expires === first.expires &&
    one.savedExpires === first.savedExpires &&
    one.claimExpires === first.claimExpires,
  weight: ({ part }) => part?.member.length ?? 0,
  failing: (error) => (isConnectionError(error) ? (error.sent ? 'Lost' : 'Unsent') : 'Refused'),
  send: (batch) => {
    const [first] = batch;
    const terms = [first.expires, first.savedExpires, first.claimExpires, BUDGET];
    const args = [Number(first.ordered), ...terms, ...batch.flatMap(argsOf)];
    return pipe(
      pool.link,
      chain((link) =>
        send(link, { command: 'EVALSHA', key: first.keys.parts, rule }, (redis) =>
          run(redis, keysOf(first), args),
        ),
      ),
      map((reply) => outcomes(reply as ReadonlyArray<unknown>, batch.length).map(E.right)),
    );
  },
});

const argsOf = ({ part, token }: PartReturn): ReadonlyArray<string | Buffer> =>
  part === null
    ? ['', '', '', token, 'None']
    : [part.taskId, part.index, part.member, token, part.standing ?? ''];

const outcomes = (reply: ReadonlyArray<unknown>, many: number): ReadonlyArray<PartReply> => {
  if (reply[0] === -1) return Array.from({ length: many }, () => ({ _tag: 'Done' }));
  const claimant = Number(reply[0]);
  const size = sizeOf(bytes(reply[4]), bytes(reply[3]));
  const cards = { parts: Number(reply[1]), counted: Number(reply[2]), size };
  return reply.slice(5, 5 + many).map((news, i) => {
    if (news === 2) return { _tag: 'Undecided' };
    const count = { ...cards, isNew: news === 1 };
    if (claimant !== i + 1) return { _tag: 'Counted', isOthers: claimant !== 0, ...count };
    const [isSaved, ...entries] = reply.slice(5 + many);
    return { _tag: 'Claimed', isSaved: isSaved === 1, first: pieceOf(entries), ...count };
  });
};

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
