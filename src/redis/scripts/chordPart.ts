/**
 * Returns parts to one chord, and claims the chord where they complete it.
 *
 * KEYS     .j .t .s .d, the saved header, .c
 * ARGV[1]  1 where the parts are a sorted set
 * ARGV[2]  the time to live of the chord's keys in seconds; 0 is for ever
 * ARGV[3]  that of the saved header; 0 leaves it as it is
 * ARGV[4]  that of a claim
 * ARGV[5]  how many bytes of the parts may be returned
 * ARGV     from 6 on, of each part: task id, index, member, and the token, with what the
 *          caller knows in front: '+' it is new, '=' it has been counted, '?' neither, '-'
 *          there is no part
 *
 * Returns -1 where the chord is done. Else: the part whose token is the claim, counted from
 * 1, 0 where the chord is not complete, -2 where the claim is somebody else's; how many
 * .j and .d have; what .t and .s hold; for each part 1 where it is new, 0 where not, 2 where
 * only the caller can tell. With a claim of one's own there follow: 1 where the header was
 * saved, and a piece of the parts.
 *
 * Complete is as many parts as .s and .t say, and also more, or a size that is no number: the
 * caller finds out what to make of it.
 *
 * A part of a worker before Celery 5.7 is in .j and not in .d. It is looked for by its task
 * id, and only while .d has fewer than .j.
 *
 * Atomic, so that a part counts once, and one alone of those that complete the chord has
 * the claim.
 */
import { pieceOfParts } from './pieceOfParts.js';

export const chordPart = `${pieceOfParts}
local jkey, tkey, skey, dkey, gkey, ckey = unpack(KEYS)
local ordered = ARGV[1] == '1'
local expires, saved = tonumber(ARGV[2]), tonumber(ARGV[3])

local claim = redis.call('GET', ckey)
if claim == 'done' then return {-1} end

local parts = redis.call(ordered and 'ZCARD' or 'LLEN', jkey)
local counted = redis.call('SCARD', dkey)

-- task ids in .j, as far as they can be read
local function tally(members)
  local ids, unread = {}, false
  for _, member in ipairs(members) do
    local id = string.match(member, '^%[[^,"]*,%s*"([^"\\\\]*)"%s*,')
    if id then ids[id] = (ids[id] or 0) + 1 else unread = true end
  end
  return {ids = ids, unread = unread}
end

local listed
local function inList()
  if not listed then
    listed = tally(redis.call('LRANGE', jkey, 0, -1))
    for _, entry in ipairs(redis.call('SMEMBERS', dkey)) do
      local id = string.match(entry, '^(.*):[^:]*$')
      if id and listed.ids[id] then listed.ids[id] = listed.ids[id] - 1 end
    end
  end
  return listed
end

-- whether an older worker has brought it; nil where that can't be told
local function isOld(id, index)
  local found
  if ordered then
    found = tally(redis.call('ZRANGEBYSCORE', jkey, index, index))
  else
    found = inList()
  end
  if (found.ids[id] or 0) > 0 then return true end
  if found.unread then return nil end
  return false
end

local news, last, isAdded = {}, 0, false
local members, entries, isPending = {}, {}, {}
for i = 6, #ARGV, 4 do
  local id, index, member = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local known = string.sub(ARGV[i + 3], 1, 1)
  local entry = id .. ':' .. index
  local new = 0
  if known ~= '-' and not isPending[entry] and redis.call('SISMEMBER', dkey, entry) == 0 then
    local old = known == '='
    if known == '?' and counted < parts then old = isOld(id, index) end
    if old == nil then
      new = 2
    else
      if not old then
        if ordered then members[#members + 1] = index end
        members[#members + 1] = member
        new = 1
      elseif listed and (listed.ids[id] or 0) > 0 then
        listed.ids[id] = listed.ids[id] - 1
      end
      entries[#entries + 1] = entry
      isPending[entry] = true
    end
  end
  news[#news + 1] = new
  if new ~= 2 then last = #news end
  if known ~= '-' then isAdded = true end
end

-- .j first: a part that is there alone is one of an older worker
if #members > 0 then
  if ordered then
    parts = parts + redis.call('ZADD', jkey, unpack(members))
  else
    parts = redis.call('RPUSH', jkey, unpack(members))
  end
end
if #entries > 0 then counted = counted + redis.call('SADD', dkey, unpack(entries)) end

if expires > 0 and isAdded then
  for _, key in ipairs({jkey, tkey, skey, dkey}) do redis.call('EXPIRE', key, expires) end
  if saved > 0 then redis.call('EXPIRE', gkey, saved) end
end

local surplus, size = redis.call('GET', tkey), redis.call('GET', skey)
local function number(text) return string.match(text, '^%s*[+-]?%d+%s*$') and tonumber(text) end
local total = size and number(size)
if total and surplus then total = number(surplus) and total + number(surplus) end

local function token(i) return string.sub(ARGV[i * 4 + 5], 2) end
local claimant = 0
if size and last > 0 and (not total or math.max(parts, counted) >= total) then
  claimant = -2
  if not claim then
    claim = token(last)
    redis.call('SET', ckey, claim, 'EX', ARGV[4])
  end
  for i = 1, #news do
    if token(i) == claim then claimant = i end
  end
end

local reply = {claimant, parts, counted, surplus, size}
for _, new in ipairs(news) do reply[#reply + 1] = new end
if claimant > 0 then
  reply[#reply + 1] = redis.call('EXISTS', gkey)
  local read = piece(jkey, ordered, 0, 0, tonumber(ARGV[5]))
  for _, entry in ipairs(read) do reply[#reply + 1] = entry end
end
return reply
`;
