import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { InvalidArgument, UnexpectedError } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import {
  chain,
  continueWith,
  defer,
  finalize,
  fromPromise,
  fromSource,
  map,
  orElse,
  type Result,
  type Run,
  settled,
  started,
} from '../../src/operation/run.js';
import { marbles } from '../consumer/marbles.js';

const error = new InvalidArgument('taskId', 'must not be empty');
const bug = new TypeError('a bug');
const unexpected = E.left(new UnexpectedError(bug));
const fail = (): never => {
  throw bug;
};

/** What a run tells, and how often. */
const told = <A>(run: Run<A>) => {
  const results: Array<Result<A>> = [];
  const cancel = started(
    () => run,
    (result) => results.push(result),
  );
  return { results, cancel };
};

/** Settles when it is told to, and notes whether it was cancelled. */
const pending = <A>() => {
  const state = { runs: 0, cancelled: 0, settle: (_: Result<A>): void => undefined };
  const run: Run<A> = (settle) => {
    state.runs += 1;
    state.settle = settle;
    return () => {
      state.cancelled += 1;
    };
  };
  return { run, state };
};

describe('a run', () => {
  it('that is settled tells its result at once, each time it is run', () => {
    const run = settled(E.right(1));
    expect([told(run).results, told(run).results]).toEqual([[E.right(1)], [E.right(1)]]);
  });

  it('that is deferred is made anew each time, and not before', () => {
    let made = 0;
    const run = defer(() => settled(E.right(++made)));
    expect(made).toBe(0);
    expect([told(run).results, told(run).results]).toEqual([[E.right(1)], [E.right(2)]]);
  });

  it.each<readonly [string, Run<unknown>]>([
    ['the making of it', defer(fail)],
    ['itself', () => fail()],
    ['a source', fromSource(Rx.defer(fail))],
    ['what is no source', fromSource(null as never)],
    ['the making of a promise', fromPromise(fail)],
    ['what is no promise', fromPromise(() => undefined as never)],
    ['a mapping', map(fail)(settled(E.right(1)))],
    ['what it is chained to', chain(fail)(settled(E.right(1)))],
    ['what it goes on with', continueWith(settled(E.left(error)), fail)],
    ['what is to mend it', orElse(settled(E.left(error)), fail)],
    ['what is told of its end', finalize(fail, () => {})],
  ])('that throws tells an UnexpectedError, once: %s', (_, run) => {
    const { results } = told(run);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ _tag: 'Left', left: { _tag: 'UnexpectedError' } });
  });

  it('tells what is thrown as its cause', () => {
    expect(told(defer(fail)).results).toEqual([unexpected]);
  });

  it('leaves what is thrown by who is told to him, and tells nothing twice', () => {
    const results: Array<unknown> = [];
    const settle = (result: unknown): never => {
      results.push(result);
      return fail();
    };
    expect(() => started(() => settled(E.right(1)), settle)).toThrow(bug);
    expect(results).toEqual([E.right(1)]);
  });
});

describe('fromSource', () => {
  it('takes the first value and leaves; an error and an early end are Lefts', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b|', { a: 1, b: 2 });
      expectObservable(fromRun(fromSource(source))).toBe('-(a|)', { a: 1 });
      expectSubscriptions(source.subscriptions).toBe('^!');
      expectObservable(fromRun(fromSource(cold('-#', undefined, error)))).toBe(
        '-#',
        undefined,
        error,
      );
      expect(told(fromSource(Rx.EMPTY)).results).toMatchObject([
        { left: { _tag: 'UnexpectedError', message: 'The operation completed without a value' } },
      ]);
    }));

  it('is left when it is cancelled', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---a');
      expectObservable(fromRun(fromSource(source)), '^-!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }));
});

describe('fromPromise', () => {
  it('tells nothing once it is cancelled', async () => {
    const { results, cancel } = told(fromPromise(async () => 1));
    cancel?.();
    await new Promise(setImmediate);
    expect(results).toEqual([]);
  });

  it('names what it is rejected with as it is told to', async () => {
    const { results } = told(
      fromPromise(
        () => Promise.reject(bug),
        () => error,
      ),
    );
    await new Promise(setImmediate);
    expect(results).toEqual([E.left(error)]);
  });
});

describe('continueWith', () => {
  it('goes on with a Right and with a Left', () => {
    const next = (result: Result<number>) => settled(E.right(E.isLeft(result) ? 0 : result.right));
    expect(told(continueWith(settled<number>(E.right(1)), next)).results).toEqual([E.right(1)]);
    expect(told(continueWith(settled<number>(E.left(error)), next)).results).toEqual([E.right(0)]);
  });

  it('cancels the first before the second, and then does not begin that', () => {
    const [first, second] = [pending<number>(), pending<number>()];
    const { results, cancel } = told(continueWith(first.run, () => second.run));
    cancel?.();
    first.state.settle(E.right(1));
    expect([first.state.cancelled, second.state.runs, results]).toEqual([1, 0, []]);
  });

  it('cancels the second once that is under way', () => {
    const [first, second] = [pending<number>(), pending<number>()];
    const { results, cancel } = told(continueWith(first.run, () => second.run));
    first.state.settle(E.right(1));
    cancel?.();
    expect([second.state.runs, second.state.cancelled, results]).toEqual([1, 1, []]);
  });

  it('cancels the second also where the first was settled at once', () => {
    const second = pending<number>();
    const { cancel } = told(continueWith(settled(E.right(1)), () => second.run));
    cancel?.();
    expect(second.state.cancelled).toBe(1);
  });
});

describe('chain and map', () => {
  it('go on with a Right, and pass a Left through', () => {
    const doubled = (run: Run<number>) =>
      pipe(
        run,
        map((n) => 2 * n),
        chain((n) => settled(E.right(`${n}`))),
      );
    expect(told(doubled(settled(E.right(2)))).results).toEqual([E.right('4')]);
    expect(told(doubled(settled(E.left(error)))).results).toEqual([E.left(error)]);
  });

  it('may fail by what they are chained to', () => {
    const run = chain(() => settled(E.left(error)))(settled(E.right(1)));
    expect(told(run).results).toEqual([E.left(error)]);
  });
});

describe('orElse', () => {
  it('goes on with an error, and tells a value as it is', () => {
    const next = () => settled<number>(E.right(0));
    expect(told(orElse(settled(E.right(1)), next)).results).toEqual([E.right(1)]);
    expect(told(orElse(settled(E.left(error)), next)).results).toEqual([E.right(0)]);
  });

  it('cancels what is under way', () => {
    const [first, second] = [pending<number>(), pending<number>()];
    told(orElse(first.run, () => second.run)).cancel?.();
    const { cancel } = told(orElse(settled(E.left(error)), () => second.run));
    cancel?.();
    expect([first.state.cancelled, second.state.runs, second.state.cancelled]).toEqual([1, 1, 1]);
  });
});

describe('finalize', () => {
  it('tells of the end before the result, and once', () => {
    const seen: Array<unknown> = [];
    const { run, state } = pending<number>();
    const over = () => seen.push('over');
    const cancel = finalize(() => run, over)((result) => seen.push(result));
    expect(seen).toEqual([]);
    state.settle(E.right(1));
    cancel?.();
    expect(seen).toEqual(['over', E.right(1)]);
  });

  it('tells of the end when it is cancelled', () => {
    let ends = 0;
    const { run, state } = pending<number>();
    const end = () => {
      ends += 1;
    };
    const { cancel } = told(finalize(() => run, end));
    cancel?.();
    expect([ends, state.cancelled]).toEqual([1, 1]);
  });
});
