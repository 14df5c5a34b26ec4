import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { afterEach, describe, expect, it } from 'vitest';
import { DecodeError, InvalidResult, TaskFailed } from '../../src/errors/errors.js';
import type { Result } from '../../src/operation/run.js';
import { outcome } from '../../src/result/outcome.js';
import { json } from '../../src/serialization/json.js';
import { EXCEPTION_STATES, isReady } from '../../src/states.js';
import { decodeTaskMeta } from '../../src/wire/taskMeta.js';
import { picked, vectors } from '../vectors.js';

const decode = (bytes: Buffer) => decodeTaskMeta(json)('celery-task-meta-a', bytes, 'a');

/** What the value of a key comes to for whoever waits for it. */
const read = (bytes: Buffer): Result<unknown> => {
  const meta = decode(bytes);
  if (E.isLeft(meta) || !isReady(meta.right.status)) return meta;
  let result: Result<unknown> = meta;
  outcome(t.number)(meta.right)((told) => {
    result = told;
  });
  return result;
};

const bytesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  text.map((json) => Buffer.from(json));

/** A failure whose every part may be anything. */
const failures = fc
  .record({
    status: fc.constantFrom(...EXCEPTION_STATES),
    result: fc.oneof(
      fc.jsonValue(),
      fc.record(
        { exc_type: fc.jsonValue(), exc_message: fc.jsonValue(), exc_module: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    ),
    traceback: fc.jsonValue(),
    children: fc.jsonValue(),
    date_done: fc.jsonValue(),
  })
  .map((meta) => JSON.stringify(meta));

describe('need 27: any bytes are read, or are a typed error', () => {
  it.each([
    ['bytes', fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))],
    ['JSON', bytesOf(fc.json())],
    ['failures', bytesOf(failures)],
    [
      'cut off failures',
      bytesOf(failures.chain((text) => fc.nat(text.length).map((n) => text.slice(0, n)))),
    ],
  ])('of %s', (_kind, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        const result = read(bytes);
        if (E.isRight(result)) return;
        expect([DecodeError, InvalidResult, TaskFailed]).toContain(result.left.constructor);
        if (result.left instanceof DecodeError) {
          expect(result.left).toMatchObject({ key: 'celery-task-meta-a', bytes });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('names no class but the one that was stored, however it is called', () => {
    for (const [module, type] of [
      ['os', 'system'],
      ['builtins', 'eval'],
      ['__proto__', 'constructor'],
    ]) {
      const bytes = Buffer.from(
        `{"status": "FAILURE", "result": {"exc_type": "${type}", "exc_message": ["rm"], "exc_module": "${module}"}}`,
      );
      expect(read(bytes)).toMatchObject(
        E.left({ _tag: 'TaskFailed', excType: type, excModule: module, args: ['rm'] }),
      );
    }
  });
});

describe('need 38: date_done is the same instant as in Python', () => {
  const { TZ } = process.env;
  afterEach(() => {
    process.env.TZ = TZ;
    if (TZ === undefined) delete process.env.TZ;
  });

  const doneAt = (text: string): string | undefined => {
    const meta = decode(Buffer.from(`{"status": "SUCCESS", "result": 1, "date_done": "${text}"}`));
    return E.isRight(meta) ? meta.right.dateDone?.toISOString() : undefined;
  };

  it.each(['UTC', 'Asia/Tokyo', 'America/St_Johns', 'Europe/Berlin'])('under TZ=%s', (zone) => {
    process.env.TZ = zone;
    expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone);
    // Naive is UTC, also in the hour that a local clock would skip.
    expect(doneAt('2024-03-31T02:30:00.123456')).toBe('2024-03-31T02:30:00.123Z');
    expect(doneAt('2024-05-06T07:08:09')).toBe('2024-05-06T07:08:09.000Z');
    expect(doneAt('2024-05-06T16:08:09.123456+09:00')).toBe('2024-05-06T07:08:09.123Z');
    expect(doneAt('2024-05-06T07:08:09.123456+00:00')).toBe('2024-05-06T07:08:09.123Z');
  });

  it('as recorded in another zone', () => {
    const recorded = picked(vectors('meta'), ({ tz }) => tz !== undefined);
    expect(recorded.length).toBeGreaterThan(0);
    for (const { name, value, now } of recorded) {
      const meta = decode(Buffer.from(value));
      const done = E.isRight(meta) ? meta.right.dateDone : null;
      expect(done?.getTime(), name).toBe(new Date(now).getTime());
    }
  });
});
