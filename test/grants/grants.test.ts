import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { ImproperlyConfigured } from '../../src/errors/errors.js';
import { type GrantedIds, grants } from '../../src/grants/index.js';
import { taskEvents } from '../../src/http/index.js';
import { toPromise } from '../../src/operation/operation.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';

const SECRET = 'a secret of 32 bytes at the least';
const OTHER = 'another secret of 32 bytes or more';

let backend: RedisBackend;
beforeEach(async () => {
  backend = new RedisBackend({ url: 'memory://' });
  await backend.saveGroup('g', groupResultTuple('g', [asyncResultTuple('a')]))();
});
afterEach(() => backend[Symbol.asyncDispose]());

const own = grants(SECRET);

const tokenFor = (ids: GrantedIds, { expires = 60, by = own } = {}): Promise<string> =>
  toPromise(by.grant(ids, { expires }));

const status = async (query: string, token?: string, by = own): Promise<number> => {
  const headers = {
    accept: 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const request = new Request(`http://localhost/?${query}`, { headers });
  return (await taskEvents(backend, { authorize: by.authorize })(request)).status;
};

const signed = (claims: Record<string, unknown>): SignJWT =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });

describe('a token', () => {
  it('permits the tasks and groups that it is for, and no others', async () => {
    const token = await tokenFor(['a', 'b']);
    const both = await tokenFor({ tasks: ['a'], groups: ['g'] });
    expect(await status('task=a', token)).toBe(200);
    expect(await status('task=a&task=b', token)).toBe(200);
    expect(await status('task=c', token)).toBe(403);
    expect(await status('task=a&task=c', token)).toBe(403);
    expect(await status('group=g', token)).toBe(403);
    expect(await status('group=a', token)).toBe(403);
    expect(await status('task=a&group=g', both)).toBe(200);
    expect(await status('task=g', both)).toBe(403);
  });

  it('may stand in the query, where there are no headers', async () => {
    expect(await status(`task=a&token=${await tokenFor(['a'])}`)).toBe(200);
    expect(await status('task=a')).toBe(403);
  });

  it('of another secret, for something else, of no end, or changed, permits nothing', async () => {
    const token = await tokenFor(['a']);
    const [head, body, signature] = token.split('.');
    const wider = Buffer.from('{"tasks":["a","c"],"groups":[],"aud":"chordis","exp":9999999999}');
    const tokens = [
      await tokenFor(['a'], { by: grants(OTHER) }),
      await signed({ tasks: ['a'] })
        .setAudience('mail')
        .setExpirationTime('1h')
        .sign(Buffer.from(SECRET)),
      await signed({ tasks: ['a'] })
        .setAudience('chordis')
        .sign(Buffer.from(SECRET)),
      `${head}.${wider.toString('base64url')}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`,
      'nonsense',
      '',
    ];
    for (const each of tokens) expect(await status('task=a', each)).toBe(403);
  });

  it('of a secret that was the first one permits as before, until it is taken away', async () => {
    const token = await tokenFor(['a']);
    expect(await status('task=a', token, grants([OTHER, SECRET]))).toBe(200);
    expect(await status('task=a', token, grants([OTHER]))).toBe(403);
  });

  it('that has expired permits nothing, and ends its stream', async () => {
    const expired = await tokenFor(['a'], { expires: -1 });
    expect(await status('task=a', expired)).toBe(403);
    const short = await tokenFor(['a'], { expires: 1.1 });
    const request = new Request(`http://localhost/?task=a&token=${short}`);
    const response = await taskEvents(backend, { authorize: own.authorize })(request);
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain('event:');
  });
});

describe('grants', () => {
  it.each(['', 'short', new Uint8Array(31)])('take no secret that is too short: %#', (secret) => {
    expect(() => grants(secret)).toThrow(ImproperlyConfigured);
    expect(() => grants([OTHER, secret])).toThrow(ImproperlyConfigured);
  });

  it('need a secret at all', () => {
    expect(() => grants([])).toThrow(ImproperlyConfigured);
  });

  it('make no token of an end that is none', async () => {
    expect(await own.grant(['a'], { expires: Number.NaN })()).toMatchObject({
      ...{ _tag: 'Left', left: { _tag: 'InvalidArgument', argument: 'expires' } },
    });
  });
});
