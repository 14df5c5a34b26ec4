/**
 * Removes a chord whose body was sent, and marks it done.
 *
 * KEYS     .c .j .t .s .d
 * ARGV[1]  the token of the claim
 * ARGV[2]  the time to live of the mark in seconds
 *
 * Returns 1 where the claim was one's own, else 0, and nothing was written.
 *
 * Atomic, so that nobody's claim but one's own is overwritten.
 */
export const chordCleanUp = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('SET', KEYS[1], 'done', 'EX', ARGV[2])
return 1
`;
