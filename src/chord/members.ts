/**
 * Reading all parts of a chord, in pieces whose bytes are bounded.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { fromSource, observed, type Run } from '../operation/run.js';
import type { ChordCommands, ChordKeys, ChordTerms, Piece } from '../port/chords.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** A member of `.j`. */
export interface Member {
  readonly score: number;
  readonly bytes: Buffer;
}

/** Reads what the commands of the port read, each under the retry policy. */
export type Reads = Pick<ChordCommands, 'parts' | 'counted' | 'saved'>;

const START: Piece = { slices: [], next: { at: 0, from: 0 } };

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** `first` is what has been read of them already. */
export const members = (
  reads: Reads,
  terms: Pick<ChordTerms, 'keys' | 'ordered'>,
  first = START,
): Run<ReadonlyArray<Member>> =>
  fromSource(
    Rx.of(first).pipe(
      Rx.expand(({ next }) => (next === null ? Rx.EMPTY : observed(reads.parts(terms, next)))),
      Rx.reduce((pieces: Array<Piece>, piece) => {
        pieces.push(piece);
        return pieces;
      }, []),
      Rx.map(whole),
    ),
  );

/** A member that came in slices is put together. */
const whole = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Member> => {
  const found: Array<Member> = [];
  let begun: Array<Buffer> = [];
  let has = 0;
  for (const { score, length, bytes } of pieces.flatMap(({ slices }) => slices)) {
    begun.push(bytes);
    has += bytes.length;
    if (has < length) continue;
    const [only = bytes] = begun;
    found.push({ score, bytes: begun.length === 1 ? only : Buffer.concat(begun) });
    begun = [];
    has = 0;
  }
  return found;
};

/** Who has been counted, each once. */
export const countedEntries = (reads: Reads, keys: ChordKeys): Run<ReadonlySet<string>> =>
  fromSource(
    Rx.defer(() => observed(reads.counted(keys, null))).pipe(
      Rx.expand(({ next }) => (next === null ? Rx.EMPTY : observed(reads.counted(keys, next)))),
      Rx.reduce((entries: Set<string>, piece) => {
        for (const entry of piece.entries) entries.add(entry);
        return entries;
      }, new Set()),
    ),
  );

interface Read {
  readonly bytes: Buffer;
  readonly end: number;
}

/** The saved header, whole. */
export const savedHeader = (reads: Reads, keys: ChordKeys): Run<Buffer> => {
  const from = (at: number): Rx.Observable<Read> =>
    observed(reads.saved(keys, at)).pipe(Rx.map((bytes) => ({ bytes, end: at + bytes.length })));
  return fromSource(
    Rx.defer(() => from(0)).pipe(
      Rx.expand(({ bytes, end }) => (bytes.length === 0 ? Rx.EMPTY : from(end))),
      Rx.reduce((all: Array<Buffer>, { bytes }) => {
        all.push(bytes);
        return all;
      }, []),
      Rx.map((all) => Buffer.concat(all)),
    ),
  );
};
