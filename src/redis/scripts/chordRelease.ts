/**
 * Gives a claim up: what looked complete is not, since some of it counts only once.
 *
 * KEYS     .c .j .d
 * ARGV[1]  the token of the claim
 * ARGV[2]  1 where the parts are a sorted set
 * ARGV[3]  how many parts there were, and
 * ARGV[4]  how many had been counted
 *
 * Returns 0 where there are others by now, and the claim stays; else 1.
 *
 * Atomic, so that a part that came meanwhile, and met the claim, is not overlooked.
 */
export const chordRelease = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 1 end
local parts = redis.call(ARGV[2] == '1' and 'ZCARD' or 'LLEN', KEYS[2])
if parts ~= tonumber(ARGV[3]) or redis.call('SCARD', KEYS[3]) ~= tonumber(ARGV[4]) then return 0 end
redis.call('DEL', KEYS[1])
return 1
`;
