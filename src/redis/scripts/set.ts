/**
 * Writes a value and publishes it.
 *
 * KEYS[1]  the key, which is also the channel
 * ARGV[1]  the value
 * ARGV[2]  its time to live in seconds; 0 is for ever
 *
 * Returns how many subscribers heard.
 *
 * Atomic, so that who reads the key and who hears the message agree on the order.
 */
export const set = `
if ARGV[2] == '0' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SETEX', KEYS[1], ARGV[2], ARGV[1])
end
return redis.call('PUBLISH', KEYS[1], ARGV[1])
`;
