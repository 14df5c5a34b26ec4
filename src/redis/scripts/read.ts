/**
 * Reads what keys hold, up to a number of bytes: what is sent to a client that subscribes
 * piles up in the server's output buffer, whose limit would cost the link.
 *
 * KEYS     the keys
 * ARGV[1]  how many bytes the values may have together
 * ARGV[2]  how many bytes each may have, no more than all together
 *
 * Returns an entry for each key that it has looked at, from the first one on: the value;
 * or nil where there is none; or 0 where it alone has too many bytes; or the error that
 * was met, which is no matter of the other keys. Where no key is there at all, it returns
 * no entry.
 *
 * One script, so that one reply on one connection has all of it, in the order of the
 * messages before and behind it.
 */
export const read = `
if redis.call('EXISTS', unpack(KEYS)) == 0 then return {} end
local left = tonumber(ARGV[1])
local most = tonumber(ARGV[2])
local entries = {}
for i, key in ipairs(KEYS) do
  local value = redis.pcall('GETRANGE', key, 0, most)
  if type(value) ~= 'table' then
    if #value > most then
      value = 0
    elseif #value > left then
      break
    else
      left = left - #value
    end
  end
  entries[i] = value ~= '' and value
end
return entries
`;
