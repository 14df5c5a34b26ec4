/**
 * Reads parts of a chord, up to a number of bytes.
 *
 * KEYS[1]  .j
 * ARGV[1]  1 where the parts are a sorted set
 * ARGV[2]  the member to begin with, and
 * ARGV[3]  from which byte of it
 * ARGV[4]  how many bytes may be returned
 *
 * Returns a piece.
 *
 * One script, since no command reads a part of a member.
 */
import { pieceOfParts } from './pieceOfParts.js';

export const chordParts = `${pieceOfParts}
return piece(KEYS[1], ARGV[1] == '1', tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]))
`;
