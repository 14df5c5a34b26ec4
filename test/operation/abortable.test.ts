import { getEventListeners } from 'node:events';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { Aborted } from '../../src/errors/errors.js';
import { abortable } from '../../src/operation/abortable.js';
import { type Result, type Run, type Settle, settled } from '../../src/operation/run.js';

const probe = () => {
  const cancelled: Array<true> = [];
  let settle: Settle<number> | undefined;
  const run: Run<number> = (tell) => {
    settle = tell;
    return () => {
      cancelled.push(true);
    };
  };
  return { run, cancelled, settle: (n: number) => settle?.(E.right(n)) };
};

const heard = (run: Run<number>) => {
  const results: Array<Result<number>> = [];
  return { results, cancel: run((result) => results.push(result)) };
};

describe('abortable', () => {
  it('is the run itself where there is no signal', () => {
    const { run } = probe();
    expect(abortable(undefined)(run)).toBe(run);
  });

  it('is what the run is, and listens no more then', () => {
    const { signal } = new AbortController();
    const { run, settle } = probe();
    const { results } = heard(abortable(signal)(run));
    settle(1);
    expect(results).toEqual([E.right(1)]);
    expect(heard(abortable(signal)(settled(E.right(2)))).results).toEqual([E.right(2)]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is an Aborted that has the reason, and cancels the run', () => {
    const aborting = new AbortController();
    const { run, cancelled, settle } = probe();
    const { results } = heard(abortable(aborting.signal)(run));
    aborting.abort('enough');
    settle(1);
    expect(results).toEqual([E.left(new Aborted('enough'))]);
    expect(results).toMatchObject([{ left: { cause: 'enough' } }]);
    expect(cancelled).toEqual([true]);
  });

  it('starts nothing where the signal is aborted already', () => {
    const { run, settle } = probe();
    const { results } = heard(abortable(AbortSignal.abort())(run));
    settle(1);
    expect(results).toMatchObject([{ left: { _tag: 'Aborted' } }]);
  });

  it('cancels a run that aborts itself as it starts', () => {
    const aborting = new AbortController();
    const { run, cancelled } = probe();
    const { results } = heard(
      abortable(aborting.signal)((settle) => {
        aborting.abort('enough');
        return run(settle);
      }),
    );
    expect(results).toMatchObject([{ left: { _tag: 'Aborted' } }]);
    expect(cancelled).toEqual([true]);
  });

  it('cancels the run with itself, and listens no more then', () => {
    const aborting = new AbortController();
    const { run, cancelled } = probe();
    const { results, cancel } = heard(abortable(aborting.signal)(run));
    cancel?.();
    aborting.abort();
    expect(results).toEqual([]);
    expect(cancelled).toEqual([true]);
    expect(getEventListeners(aborting.signal, 'abort')).toEqual([]);
  });
});
