/**
 * A part of two scripts: reads members of `.j`, in order, up to a number of bytes. A member
 * that has more alone is read in slices.
 *
 * `piece(key, ordered, at, from, most)` returns where to read on, a member and from which
 * byte of it (-1 at the end), and for each member its score, its length and its bytes, all
 * in one list.
 */
export const pieceOfParts = `
local function piece(key, ordered, at, from, most)
  local entries = {-1, 0}
  local left = most
  while true do
    local found
    if ordered then
      found = redis.call('ZRANGE', key, at, at + 15, 'WITHSCORES')
    else
      found = redis.call('LRANGE', key, at, at + 15)
    end
    if #found == 0 then return entries end
    for i = 1, #found, ordered and 2 or 1 do
      local member = found[i]
      if #member - from > left and #entries > 2 then
        entries[1] = at
        return entries
      end
      local slice = string.sub(member, from + 1, from + left)
      entries[#entries + 1] = ordered and found[i + 1] or '0'
      entries[#entries + 1] = #member
      entries[#entries + 1] = slice
      left = left - #slice - 32
      from = from + #slice
      if from < #member then
        entries[1] = at
        entries[2] = from
        return entries
      end
      at = at + 1
      from = 0
      if left <= 0 then
        entries[1] = at
        return entries
      end
    end
  end
end
`;
