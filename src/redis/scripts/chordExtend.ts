/**
 * Gives the claim of a chord a longer life, or takes it anew where it has lapsed and the
 * chord is still there.
 *
 * KEYS     .c .s
 * ARGV[1]  the token of the claim
 * ARGV[2]  its time to live in seconds
 *
 * Returns 1 where the claim is one's own, else 0.
 *
 * Atomic, so that nobody takes it between the look and the write.
 */
export const chordExtend = `
local claim = redis.call('GET', KEYS[1])
if claim and claim ~= ARGV[1] then return 0 end
if not claim and redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
`;
