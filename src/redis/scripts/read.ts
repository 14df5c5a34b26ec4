/**
 * Reads what keys hold, up to a number of bytes: what is sent to a client that subscribes
 * piles up in the server's output buffer, whose limit would cost the link.
 *
 * KEYS     the keys
 * ARGV[1]  how many bytes the values may have together, and each for itself
 *
 * Returns first how many of the keys were looked at, and then, in order and only for keys
 * that are there, the key's index (from 1) and: its value; or 0 where that alone has too
 * many bytes; or the error that it met, which is no matter of the other keys.
 *
 * One script, so that one reply on one connection has all of it, in the order of the
 * messages before and behind it.
 */
export const read = `
local most = tonumber(ARGV[1])
if redis.call('EXISTS', unpack(KEYS)) == 0 then return {#KEYS} end
local found = {#KEYS}
local left = most
for i, key in ipairs(KEYS) do
  local value = redis.pcall('GETRANGE', key, 0, most)
  if type(value) ~= 'table' then
    if #value > most then
      value = 0
    elseif #value > left then
      found[1] = i - 1
      break
    else
      left = left - #value
    end
  end
  if value ~= '' then
    found[#found + 1] = i
    found[#found + 1] = value
  end
end
return found
`;
