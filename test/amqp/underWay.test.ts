import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UnderWay } from '../../src/amqp/underWay.js';
import type { Settle } from '../../src/operation/run.js';

describe('what is under way', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is waited for, whether it ends or is cancelled', async () => {
    const underWay = new UnderWay();
    await underWay.over(1);
    let settle: Settle<number> = () => {};
    underWay.counted<number>((given) => {
      settle = given;
      return undefined;
    })(() => {});
    const cancel = underWay.counted<number>(() => () => {})(() => {});
    let isOver = false;
    const over = underWay.over(60).then(() => {
      isOver = true;
    });
    settle(E.right(1));
    await Promise.resolve();
    expect(isOver).toBe(false);
    cancel?.();
    await over;
  });

  it('is waited for no longer than told', async () => {
    vi.useFakeTimers();
    const underWay = new UnderWay();
    underWay.counted(() => undefined)(() => {});
    const over = underWay.over(10);
    vi.advanceTimersByTime(10_000);
    await over;
  });
});
