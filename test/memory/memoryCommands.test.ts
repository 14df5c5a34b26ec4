import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { ResponseError } from '../../src/errors/errors.js';
import { channels } from '../../src/memory/memoryChannels.js';
import { memoryCommands } from '../../src/memory/memoryCommands.js';
import { keyspace } from '../../src/memory/memoryKeyspace.js';

const commands = () =>
  memoryCommands(
    keyspace(() => 0),
    channels(),
    () => 0,
  );

describe('memoryCommands', () => {
  it.each([
    [-1, "ERR invalid expire time in 'setex' command"],
    [1.5, 'ERR value is not an integer or out of range'],
    [Number.NaN, 'ERR value is not an integer or out of range'],
  ])('refuse a time to live of %d as Redis does, and write nothing', (expires, text) => {
    const { set, get } = commands();
    const refused = new ResponseError('ERR', 'SETEX', 'k', new Error(text));
    expect(set({ key: 'k', value: 'v', expires })).toEqual(E.left(refused));
    expect(get('k')).toEqual(O.none);
  });

  it('refuse a fraction of a second in expire', () => {
    const { expire } = commands();
    const text = 'ERR value is not an integer or out of range';
    const refused = new ResponseError('ERR', 'EXPIRE', 'k', new Error(text));
    expect(expire('k', 1.5)).toEqual(E.left(refused));
  });

  it('count up to the largest and from the smallest integer of 64 bits', () => {
    const { set, incr, get } = commands();
    set({ key: 'k', value: '9223372036854775806', expires: 0 });
    expect(E.isRight(incr('k'))).toBe(true);
    expect(get('k')).toEqual(O.some(Buffer.from('9223372036854775807')));
    set({ key: 'k', value: '-9223372036854775808', expires: 0 });
    expect(E.isRight(incr('k'))).toBe(true);
    expect(get('k')).toEqual(O.some(Buffer.from('-9223372036854775807')));
  });
});
