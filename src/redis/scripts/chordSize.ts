/**
 * Sets the size of a chord, which makes it a new one.
 *
 * KEYS     .c .s
 * ARGV[1]  the size
 * ARGV[2]  its time to live in seconds; 0 is for ever
 *
 * Atomic, so that no part meets the size with the claim of the run before.
 */
export const chordSize = `
redis.call('DEL', KEYS[1])
if ARGV[2] == '0' then
  redis.call('SET', KEYS[2], ARGV[1])
else
  redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
end
return 1
`;
