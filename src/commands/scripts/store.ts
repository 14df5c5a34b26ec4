import { set } from './set.js';

/**
 * Writes and publishes a task's meta, unless the key holds a SUCCESS, which is final.
 *
 * KEYS[1]  the key, which is also the channel
 * ARGV[1]  the meta
 * ARGV[2]  its time to live in seconds; 0 is for ever
 * ARGV[3]  the bytes that the caller knows to be no SUCCESS; empty where it knows of none
 *
 * Returns how many subscribers heard; or -1 where a SUCCESS was kept; or the bytes
 * that the key holds where only the caller can tell what they are: another
 * serializer's, or an exception, which a reader has to be able to decode.
 *
 * Atomic, so that no SUCCESS can arrive between the look and the write.
 */
export const store = `
local held = redis.call('GET', KEYS[1])
if held and held ~= '' and held ~= ARGV[3] then
  local status = string.match(held, '^{"status": "([^"\\\\]*)"')
  if status == 'SUCCESS' then return -1 end
  if not status or status == 'FAILURE' or status == 'RETRY' or status == 'REVOKED' then
    return held
  end
end
${set.trim()}
`;
