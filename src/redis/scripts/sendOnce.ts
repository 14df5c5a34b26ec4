/**
 * Sends messages, unless that was done before under the same name.
 *
 * KEYS[1]  what remembers it
 * ARGV[1]  the id of what is sent
 * ARGV[2]  how long it is remembered, in seconds
 * ARGV[3]  the broker's database, and
 * ARGV[4]  the store's; both are empty where they are one, or nothing is to be sent here
 * ARGV     from 5 on, of each message its command, key and value
 *
 * Returns the id of what was sent: one's own, or that of who came first.
 *
 * Atomic, so that one alone of those that send at the same time does send, and a sender that
 * dies leaves all of it or nothing.
 */
export const sendOnce = `
local first = redis.call('GET', KEYS[1])
if first then return first end

local function on(db) if db ~= '' then redis.call('SELECT', db) end end
on(ARGV[3])
for i = 5, #ARGV, 3 do redis.call(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
on(ARGV[4])
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]
`;
