import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { iterate } from '../../src/operation/iterate.js';
import { progress } from '../../src/testing/index.js';

/** A subject, and how many listen to it. */
const source = () => {
  const subject = new Rx.Subject<number>();
  return { subject, isLeft: () => !subject.observed };
};

const all = async <A>(values: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const seen: Array<A> = [];
  for await (const value of values) seen.push(value);
  return seen;
};

describe('iterate', () => {
  it('gives what comes, and ends as the source does', async () => {
    expect(await all(iterate(Rx.timer(0, 1).pipe(Rx.take(3))))).toEqual([0, 1, 2]);
    expect(await all(iterate(Rx.EMPTY))).toEqual([]);
  });

  it('gives a slow loop the latest, and always the last', async () => {
    const { subject } = source();
    const values = iterate(subject);
    const first = values.next();
    for (const value of [1, 2, 3]) subject.next(value);
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await values.next()).toEqual({ done: false, value: 3 });
    for (let value = 4; value < 100_000; value += 1) subject.next(value);
    subject.complete();
    expect(await values.next()).toEqual({ done: false, value: 99_999 });
    expect(await values.next()).toEqual({ done: true, value: undefined });
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  it('throws in the loop what the source fails with, after the last value', async () => {
    const seen: Array<unknown> = [];
    const failing = Rx.concat(
      Rx.of(1),
      Rx.throwError(() => new Error('broken')),
    );
    const loop = async (): Promise<void> => {
      for await (const value of iterate(failing)) seen.push(value);
    };
    await expect(loop()).rejects.toThrow('broken');
    expect(seen).toEqual([1]);
  });

  it('subscribes when it is first asked, and answers in the order of asking', async () => {
    const { subject, isLeft } = source();
    const values = iterate(subject);
    expect(isLeft()).toBe(true);
    const asked = [values.next(), values.next(), values.next()];
    for (const value of [1, 2]) subject.next(value);
    subject.complete();
    expect(await Promise.all(asked)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  it.each(['break', 'return', 'throw'])(
    'leaves the source when the loop is left by %s',
    async (by) => {
      const subject = new Rx.BehaviorSubject(1);
      const loop = async (): Promise<void> => {
        for await (const _ of iterate(subject)) {
          expect(subject.observed).toBe(true);
          if (by === 'break') break;
          if (by === 'return') return;
          throw new Error('in the loop');
        }
      };
      await loop().catch(() => {});
      expect(subject.observed).toBe(false);
    },
  );

  it('is over for who still asks when it is left', async () => {
    const { subject, isLeft } = source();
    const values = iterate(subject);
    const asked = values.next();
    await values.return?.();
    expect(await asked).toEqual({ done: true, value: undefined });
    expect(isLeft()).toBe(true);
    const refused = iterate(subject);
    await expect(refused.throw?.(new Error('enough'))).rejects.toThrow('enough');
    expect(await refused.next()).toEqual({ done: true, value: undefined });
    expect(isLeft()).toBe(true);
  });

  it('throws Aborted in the loop when the signal aborts', async () => {
    const { subject, isLeft } = source();
    const waiting = all(iterate(subject, { signal: AbortSignal.timeout(1) }));
    await expect(waiting).rejects.toMatchObject({ _tag: 'Aborted' });
    expect(isLeft()).toBe(true);
  });
});

describe('the states of a task, iterated,', () => {
  it('end with the ready one, and the channel is left', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    const states: Array<string> = [];
    await backend.markAsStarted('a')();
    for await (const { status } of backend.resultConsumer.consumeFrom('a')) {
      states.push(status);
      if (status === 'STARTED') {
        await backend.storeResult('a', 1, 'PROGRESS')();
        await backend.storeResult('a', 2, 'PROGRESS')();
        await backend.markAsDone('a', 3)();
      }
    }
    // those in between had come and gone before the loop asked again
    expect(states).toEqual(['STARTED', 'SUCCESS']);
    expect(backend.resultConsumer.isFollowing('a')).toBe(false);
  });

  it('leave the channel with the loop, with a codec too', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    await backend.storeResult('a', progress('a', 1).result, 'PROGRESS')();
    for (const result of [backend.asyncResult('a'), backend.asyncResult('a', {})]) {
      for await (const meta of result.meta$) {
        expect(meta.status).toBe('PROGRESS');
        expect(backend.resultConsumer.isFollowing('a')).toBe(true);
        break;
      }
      expect(backend.resultConsumer.isFollowing('a')).toBe(false);
    }
  });

  it('throw in the loop where there is no such task', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    await expect(all(backend.asyncResult('').meta$)).rejects.toMatchObject({
      _tag: 'InvalidArgument',
    });
  });
});
