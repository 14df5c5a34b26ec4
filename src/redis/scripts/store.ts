/**
 * Writes and publishes the metas of tasks, each unless its key holds a SUCCESS, which is
 * final.
 *
 * KEYS     the keys, which are also the channels
 * ARGV[1]  their time to live in seconds; 0 is for ever
 * ARGV[2]  the bytes that the caller knows to be no SUCCESS; empty where it knows of none
 * ARGV     from 3 on, the metas in the order of their keys
 *
 * Returns for each key how many subscribers heard; or -1 where a SUCCESS was kept; or
 * the bytes that the key holds, where only the caller can tell what they are: another
 * serializer's, or an exception, which a reader has to be able to decode; or the error
 * that it met, which is no matter of the other keys.
 *
 * Atomic, so that no SUCCESS can arrive between the look and the write.
 */
export const store = `
local expires = ARGV[1]
local expected = ARGV[2]

local function store(key, meta)
  local held = redis.pcall('GET', key)
  if type(held) == 'table' then return held end
  if held and held ~= '' and held ~= expected then
    local status = string.match(held, '^{"status": "([^"\\\\]*)"')
    if status == 'SUCCESS' then return -1 end
    if not status or status == 'FAILURE' or status == 'RETRY' or status == 'REVOKED' then
      return held
    end
  end
  local written
  if expires == '0' then
    written = redis.pcall('SET', key, meta)
  else
    written = redis.pcall('SETEX', key, expires, meta)
  end
  if written.err then return written end
  return redis.pcall('PUBLISH', key, meta)
end

local outcomes = {}
for i, key in ipairs(KEYS) do
  outcomes[i] = store(key, ARGV[i + 2])
end
return outcomes
`;
