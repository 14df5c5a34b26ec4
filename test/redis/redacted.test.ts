import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redacted, type Sent } from '../../src/redis/redacted.js';

const set = (value: unknown): Sent => ({ name: 'set', args: ['celery-task-meta-a', value] });

/** How servers and proxies repeat what they refuse. */
const wordings: ReadonlyArray<(secret: string) => string> = [
  (secret) => `ERR unknown command 'SET', with args beginning with: 'key' '${secret}' `,
  (secret) => `ERR unknown command \`SET\`, with args beginning with: \`key\`, \`${secret}\`, `,
  (secret) => `ERR invalid argument "${secret}"`,
  (secret) => `ERR bad value: ${secret}.`,
  (secret) => `ERR value=${secret}; try another`,
  (secret) => `ERR refused [${secret}]`,
  (secret) => `ERR <${secret}> was refused`,
  (secret) => `(${secret}) was refused`,
  (secret) => `'${secret}' was refused`,
  (secret) => `WRONGTYPE ${secret}`,
  (secret) => `ERR ${'x'.repeat(270)} ${secret}`,
];

/** The parts of a text that could tell something. */
const words = (text: string): ReadonlyArray<string> => text.match(/[\p{L}\p{N}]{4,}/gu) ?? [];

describe('redacted', () => {
  it.each([
    [
      "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'bob' 's3cret' ",
      { name: 'hello', args: ['3', 'AUTH', 'bob', 's3cret'] },
      's3cret',
    ],
    ['ERR wrong password s3cret', { name: 'auth', args: ['bob', 's3cret'] }, 's3cret'],
    ['ERR OOM {"status": "SUCCESS"}', set('{"status": "SUCCESS"}'), 'SUCCESS'],
    ['ERR bad args: two lines', set('two\nlines'), 'lines'],
    ['s3cret is refused', set('s3cret'), 's3cret'],
    ['ERR refused: {"a": "gehéim"}', set(Buffer.from('{"a": "gehéim"}')), 'gehéim'],
    ['ERR refused !?!?!?', set('!?!?!?'), '!?!?'],
    [
      'ERR refused s3cret',
      { name: 'evalsha', args: ['sha', 1, 'celery-task-meta-a', 's3cret', 60] },
      's3cret',
    ],
  ])('hides what the command carried: %s', (message, sent, secret) => {
    const told = redacted(message, sent);
    expect(told).not.toContain(secret);
    expect(told).toContain('…');
  });

  it.each([
    ["WRONGTYPE Operation against a key holding 'celery-task-meta-a'", 'get'],
    ["NOPERM User bob has no permissions to access the key 'celery-task-meta-a'", 'mget'],
    ['ERR DB index is out of range', 'select'],
  ])('leaves what is said of keys, and what carries none: %s', (message, name) => {
    expect(redacted(message, { name, args: ['celery-task-meta-a', '99'] })).toBe(message);
  });

  it('leaves the words of the server, and those too short to tell anything', () => {
    const message = "ERR unknown command 'SET', with args beginning with: ";
    expect(redacted(message, set('a b c d'))).toBe(message);
    expect(redacted(message, undefined)).toBe(message);
  });

  it('keeps the code of the reply, and the rule that is missing', () => {
    const message = "NOPERM User bob has no permissions to run the 'evalsha' command";
    const sent = { name: 'evalsha', args: ['sha', 1, 'k', 'a payload of a task', 60] };
    expect(redacted(message, sent)).toBe(message);
    expect(redacted('OOM command not allowed', set('OOM'))).toMatch(/^OOM /);
  });

  it('reads no value as text that is too large to be one', () => {
    const value = Buffer.alloc(1 << 20, 'large ');
    expect(redacted('OOM command not allowed, large', set(value))).toBe(
      'OOM command not allowed, …',
    );
  });

  it('is short, however much was said', () => {
    expect(redacted(`ERR ${'word '.repeat(10_000)}`, set('x')).length).toBeLessThan(400);
  });

  const secret = fc
    .oneof(
      fc.string({ minLength: 4, maxLength: 60 }),
      fc.string({ minLength: 4, maxLength: 60, unit: 'grapheme' }),
      fc.json(),
      fc.base64String({ minLength: 8 }),
      fc.uuid(),
    )
    .filter((text) => words(text).length > 0);

  it('lets no word of a value survive, in whatever way it is repeated, as text or as bytes', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...wordings), fc.boolean(), (text, wording, isBytes) => {
        const [around, said] = [wording(''), wording(text.replace(/[\r\n]/g, ' '))];
        const told = redacted(said, set(isBytes ? Buffer.from(text) : text));
        for (const word of words(text)) {
          if (!around.includes(word)) expect(told).not.toContain(word);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
