import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidResult } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import type { Result } from '../../src/operation/run.js';
import {
  type Codec,
  codecsOf,
  decodeWith,
  type StandardSchema,
  type Validated,
} from '../../src/result/codec.js';

const decoded = <A>(codec: Codec<A> | undefined, value: unknown): Promise<Result<A>> =>
  fromRun(decodeWith(codec)('a', value))();

const refusal = async (codec: Codec<unknown>, value: unknown): Promise<InvalidResult> => {
  const result = await decoded(codec, value);
  if (E.isLeft(result) && result.left instanceof InvalidResult) return result.left;
  throw new Error(`not refused: ${inspect(result)}`);
};

const schema = <A>(validate: (value: unknown) => Validated<A> | Promise<Validated<A>>) =>
  ({ '~standard': { version: 1, vendor: 'test', validate } }) satisfies StandardSchema<A>;

const Person = z.object({ name: z.string(), tags: z.array(z.string()) });

describe('decodeWith', () => {
  it('is what an io-ts decoder or a schema makes of the value', async () => {
    expect(await decoded(t.number, 5)).toEqual(E.right(5));
    expect(await decoded(z.coerce.date(), 0)).toEqual(E.right(new Date(0)));
    expect(await decoded(undefined, 'any')).toEqual(E.right('any'));
  });

  it('takes a schema that is a function', async () => {
    const callable = Object.assign(
      () => undefined,
      schema((value) => ({ value })),
    );
    expect(await decoded(callable, 5)).toEqual(E.right(5));
  });

  it('tells at once what a synchronous schema says', () => {
    let told: Result<number> | undefined;
    decodeWith(z.number())('a', 5)((result) => {
      told = result;
    });
    expect(told).toEqual(E.right(5));
  });

  it('waits for an asynchronous one', async () => {
    const even = z.number().refine(async (n) => n % 2 === 0);
    const checked = schema(async (value) => even['~standard'].validate(value));
    await expect(decoded(checked, 4)).resolves.toEqual(E.right(4));
    expect(await refusal(checked, 5)).toMatchObject({ taskId: 'a', value: 5 });
  });

  it('is an UnexpectedError where a schema throws or rejects', async () => {
    const bug = new TypeError('a bug');
    const throwing = schema(() => {
      throw bug;
    });
    const rejecting = schema(() => Promise.reject(bug));
    for (const broken of [throwing, rejecting]) {
      expect(await decoded(broken, 1)).toMatchObject({
        left: { _tag: 'UnexpectedError', cause: bug },
      });
    }
  });
});

describe('a refusal', () => {
  it('has the errors of io-ts, for a reporter', async () => {
    const codec = t.type({ n: t.number });
    const { issues } = await refusal(codec, { n: 'one' });
    expect(PathReporter.report(E.left([...(issues as t.Errors)]))).toEqual([
      'Invalid value "one" supplied to : { n: number }/n: number',
    ]);
  });

  it('has the issues of the schema', async () => {
    const { issues, problem } = await refusal(Person, { name: 1, tags: ['x', 2] });
    expect(issues).toMatchObject([{ path: ['name'] }, { path: ['tags', 1] }]);
    expect(problem).toBe('Invalid value, an object, refused by its zod schema at $.name, $.tags.1');
  });

  it('takes the segments of a path in both forms', async () => {
    const issues = [{ message: 'wrong', path: [{ key: 'a' }, 0, Symbol('s')] }];
    const { problem } = await refusal(
      schema(() => ({ issues })),
      null,
    );
    expect(problem).toBe('Invalid value, null, refused by its test schema at $.a.0.Symbol(s)');
  });

  it('shows nothing of the value, nor what the schema says of it', async () => {
    const quoting = schema((value) => ({ issues: [{ message: `not ${value}` }] }));
    for (const codec of [quoting, t.number]) {
      const error = await refusal(codec, 'a secret');
      expect(inspect(error, { depth: 9 })).not.toContain('secret');
      expect(JSON.stringify(error)).not.toContain('secret');
      expect(error.message).not.toContain('secret');
    }
  });

  it('is short, though every member of a long list is wrong', async () => {
    const wrong = Array.from({ length: 10_000 }, (_, i) => i);
    for (const codec of [t.array(t.string), z.array(z.string())]) {
      const { message, issues } = await refusal(codec, wrong);
      expect(issues).toHaveLength(10_000);
      expect(message.length).toBeLessThan(500);
      expect(message).toContain('and 9995 more');
    }
  });
});

describe('codecsOf', () => {
  const parse = (u: unknown): unknown => u;

  it.each([null, 5, 'text', { parse }, { parse, result: t.number }])(
    'refuses %o, which is no codec, and lets nothing pass unchecked',
    async (given) => {
      const { result, progress } = codecsOf(given as never);
      for (const codec of [result, progress]) {
        expect(await decoded(codec, 5)).toMatchObject({
          left: { _tag: 'InvalidArgument', argument: 'codec' },
        });
      }
    },
  );

  it('takes a codec alone for that of the result', () => {
    for (const codec of [
      t.number,
      z.number(),
      Object.assign(
        () => 0,
        schema(() => ({ value: 0 })),
      ),
    ]) {
      expect(codecsOf(codec)).toEqual({ result: codec });
    }
  });

  it('leaves two as they are', () => {
    const both = { result: t.number, progress: Person };
    expect(codecsOf(both)).toBe(both);
  });
});
