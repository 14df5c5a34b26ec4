/**
 * Looks at a chord, without its parts.
 *
 * KEYS     .j .t .s .d .c
 * ARGV[1]  1 where the parts are a sorted set
 *
 * Returns how many .j and .d have, what .t, .s and .c hold, and the times to live of .c
 * and .d in milliseconds, as PTTL gives them.
 *
 * Atomic, so that what it tells is of one moment.
 */
export const chordLook = `
return {
  redis.call(ARGV[1] == '1' and 'ZCARD' or 'LLEN', KEYS[1]), redis.call('SCARD', KEYS[4]),
  redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]), redis.call('GET', KEYS[5]),
  redis.call('PTTL', KEYS[5]), redis.call('PTTL', KEYS[4])
}
`;
