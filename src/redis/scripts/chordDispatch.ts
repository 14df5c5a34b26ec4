/**
 * Sends the body of a chord, cleans up after the chord, and marks it done.
 *
 * KEYS     .c .j .t .s .d, then the keys to delete, then those to set, then the lists that
 *          messages go to
 * ARGV[1]  the token of the claim
 * ARGV[2]  the time to live of the mark in seconds
 * ARGV[3]  that of what is set; 0 is for ever
 * ARGV[4]  the broker's database, and
 * ARGV[5]  the store's; both are empty where they are one
 * ARGV[6]  how many keys there are to delete, and
 * ARGV[7]  how many to set
 * ARGV     from 8 on, the values to set, in the order of their keys; then of each message
 *          its command, key and value
 *
 * Returns 1 where it was sent; 2 where the chord is done already; 0 where somebody else
 * has the claim, or it has lapsed and the chord is gone.
 *
 * Atomic, so that the body is sent once: a worker that dies leaves all of it or nothing.
 */
export const chordDispatch = `
local ckey, jkey, tkey, skey, dkey = unpack(KEYS, 1, 5)
local claim = redis.call('GET', ckey)
if claim == 'done' then return 2 end
if claim and claim ~= ARGV[1] then return 0 end
if not claim and redis.call('EXISTS', skey) == 0 then return 0 end

local function on(db) if db ~= '' then redis.call('SELECT', db) end end
on(ARGV[4])
on(ARGV[5])

local set = 6 + tonumber(ARGV[6])
for i = 6, set - 1 do redis.call('DEL', KEYS[i]) end
local at = 8
for i = set, set + tonumber(ARGV[7]) - 1 do
  if ARGV[3] == '0' then
    redis.call('SET', KEYS[i], ARGV[at])
  else
    redis.call('SET', KEYS[i], ARGV[at], 'EX', ARGV[3])
  end
  at = at + 1
end

on(ARGV[4])
for i = at, #ARGV, 3 do redis.call(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
on(ARGV[5])

redis.call('DEL', jkey, tkey, skey, dkey)
redis.call('SET', ckey, 'done', 'EX', ARGV[2])
return 1
`;
