import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromRun, type Operation } from '../../src/operation/operation.js';
import { fromSource, type Run } from '../../src/operation/run.js';
import type { Commands, Message, StoreOutcome } from '../../src/port/commands.js';
import { failure, progress, success, testBackend } from '../../src/testing/index.js';
import { pendingMeta } from '../../src/wire/meta.js';
import type { TaskRequest } from '../../src/wire/request.js';
import { groupResultTuple } from '../../src/wire/resultTuple.js';
import { channelOf, lost, marbles, told } from '../consumer/marbles.js';
import { pythonValue, resultTuple, wireBytes } from '../pythonValue.js';
import { shown, shownRecord } from '../recordedCompressions.js';
import { type Case, picked, vectors } from '../vectors.js';
import { secretive } from '../wire/oddValues.js';
import { at, backendOver, optionsOf, settled, storeWith } from './backendOver.js';

const named = ({ name }: Case): string => name.slice(name.indexOf('/') + 1);

/** JavaScript's clock has no microseconds. */
const toTheMillisecond = (wire: string): string => wire.replaceAll(/(\.\d{3})456/g, '$1000');

const requestOf = (request: Case[string]): TaskRequest => ({
  id: request.id,
  ...(request.group && { group: request.group }),
  ...(request.parent_id && { parentId: request.parent_id }),
  ...(request.chain && { chain: request.chain }),
  ...(request.ignore_result && { ignoreResult: true }),
  ...(request._children && { children: request._children.map(resultTuple) }),
});

/** What a case does to a store: what its keys hold then, how long, and what was published. */
const carriedOut = (c: Case) => {
  const options = optionsOf(c);
  const store = memoryStore({ scheduler: options.scheduler ?? at('1970-01-01T00:00:00Z') });
  const backend = backendOver(store, options);
  const key = (id: string): string =>
    `${c.key?.startsWith('acme_') ? 'acme_' : ''}${channelOf(id)}`;
  const published: Array<Message> = [];
  const ids = [c.task_id, 'chain-last', 'chain-middle'];
  if (c.precondition !== undefined) {
    const value = wireBytes(c.precondition);
    settled(fromRun(store.commands.set({ key: key(c.task_id), value, expires: 0 })));
  }
  store.subscriber$.subscribe((link) => {
    link.messages$.subscribe((message) => published.push(message));
    link.follow(ids.map(key)).subscribe();
  });
  const request = c.request && requestOf(c.request);
  const more = { ...(c.traceback && { traceback: c.traceback }), ...(request && { request }) };
  const perform: Readonly<Record<string, () => Operation<unknown>>> = {
    store_result: () => backend.storeResult(c.task_id, pythonValue(c.result), c.state, more),
    mark_as_started: () => backend.markAsStarted(c.task_id, c.meta),
    mark_as_done: () => backend.markAsDone(c.task_id, pythonValue(c.result), more),
    mark_as_failure: () => backend.markAsFailure(c.task_id, pythonValue(c.exc), more),
    mark_as_retry: () => backend.markAsRetry(c.task_id, pythonValue(c.exc), more),
    mark_as_revoked: () => backend.markAsRevoked(c.task_id, c.reason, more),
    forget: () => backend.forget(c.task_id),
  };
  const outcome = settled(perform[c.op]?.() as Operation<unknown>);
  const held = (id: string): O.Option<Buffer> =>
    settled(fromRun(store.commands.get(key(id)))) as O.Option<Buffer>;
  return { outcome, held, ttl: store.ttl(key(c.task_id)), published };
};

/** What Celery sent: the key and value of each SETEX or SET. */
const written = (c: Case): ReadonlyArray<readonly [string, string]> =>
  c.commands.flatMap(([name, key, ...rest]: ReadonlyArray<string>) => {
    if (name !== 'SETEX' && name !== 'SET') return [];
    const value = rest.at(-1);
    return [[key, toTheMillisecond(shownRecord(typeof value === 'string' ? value : c.value))]];
  });

/** Cases of the wire, not of the store, and what no option allows. */
const elsewhere =
  /exception-not-an|with-exception-result|base-exception|expires\/negative|unknown-codec/;

const cases = picked(
  vectors('meta'),
  (c) =>
    c.celery === '5.7.0' &&
    /^(state|request|expires|failure_expires|compression|overwrite|prefix|forget)/.test(named(c)) &&
    !elsewhere.test(named(c)),
);

describe('what becomes of a store', () => {
  it('is recorded for each kind', () => {
    const kinds = new Set(cases.map((c) => named(c).split('/')[0]));
    expect([...kinds].sort()).toEqual(
      [
        'compression',
        'expires',
        'failure_expires',
        'forget',
        'overwrite',
        'prefix',
        'request',
        'state',
      ].sort(),
    );
  });

  it.each(cases.filter((c) => c.error === undefined))(
    'is what Celery leaves there, for as long, and publishes: $name',
    (c) => {
      const { held, ttl, published } = carriedOut(c);
      const writes = written(c);
      for (const [key, value] of writes) {
        const id = key.slice(key.indexOf(channelOf('')) + channelOf('').length);
        expect(shownIn(held(id))).toBe(value);
      }
      if (writes.length > 0) expect(ttl).toBe(c.ttl ?? -1);
      else expect(shownIn(held(c.task_id))).toBe(keptBy(c));
      expect(published.map(({ channel, payload }) => [channel.toString(), shown(payload)])).toEqual(
        writes,
      );
    },
  );

  it.each(picked(cases, (c) => c.error !== undefined))(
    'is nothing where Celery raises: $name',
    (c) => {
      const { outcome, held, published } = carriedOut(c);
      expect(outcome).toMatchObject({ _tag: 'DecodeError' });
      expect(held(c.task_id)).toEqual(O.some(wireBytes(c.precondition)));
      expect(published).toEqual([]);
    },
  );

  /** What a case that writes nothing leaves of what was there. */
  const keptBy = (c: Case): string | undefined =>
    c.op === 'forget' || c.precondition === undefined ? undefined : shownRecord(c.precondition);

  const shownIn = (held: O.Option<Buffer>): string | undefined => O.toUndefined(O.map(shown)(held));
});

describe('storeResult', () => {
  it('tells whether it stored, and how many heard', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(Rx.merge(backend.resultConsumer.consumeFrom('a'))).toBe('-(d|)', {
        d: expect.objectContaining({ result: 1 }),
      });
      const store$ = Rx.from(backend.storeResult('a', 1, 'SUCCESS'));
      expectObservable(store$, '-^').toBe('-(s|)', { s: { _tag: 'Stored', receivers: 1 } });
      expectObservable(store$, '--^').toBe('--(k|)', { k: { _tag: 'Kept' } });
    }));

  it('tells the time by the scheduler, at each run', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { expires: 1 });
      const store = backend.storeResult('a', 1, 'FAILURE');
      const dates$ = Rx.timer(0, 5).pipe(
        Rx.take(2),
        Rx.concatMap(() => store),
        Rx.concatMap(() => backend.getTaskMeta('a')),
        Rx.map(({ dateDone }) => dateDone?.text),
      );
      expectObservable(dates$, '-^').toBe('-a----(b|)', {
        a: '1970-01-01T00:00:00.001000+00:00',
        b: '1970-01-01T00:00:00.006000+00:00',
      });
    }));

  it('fails where the result has no form on the wire, and for an empty id', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const tag = Rx.catchError(({ _tag }: { _tag: string }) => Rx.of(_tag));
      expectObservable(backend.storeResult('a', () => 0, 'SUCCESS').pipe(tag)).toBe('(e|)', {
        e: 'EncodeError',
      });
      expectObservable(backend.storeResult('', 1, 'SUCCESS').pipe(tag)).toBe('(e|)', {
        e: 'InvalidArgument',
      });
    }));

  it('is sent again after a lost connection, and keeps what it stored already', () =>
    marbles(({ expectObservable }, scheduler) => {
      const store = memoryStore({ scheduler });
      const lostReply = new ConnectionError('h:1', true, new Error('ECONNRESET'));
      let calls = 0;
      const commands: Commands = {
        ...store.commands,
        store: (write, expected) =>
          fromSource(
            fromRun(store.commands.store(write, expected)).pipe(
              Rx.tap(() => {
                calls += 1;
                if (calls === 1) throw lostReply;
              }),
            ),
          ),
      };
      const backend = backendOver(
        { ...store, commands },
        { scheduler, logger: { warn: () => undefined, error: () => undefined } },
      );
      expectObservable(Rx.from(backend.storeResult('a', 1, 'SUCCESS'))).toBe('(k|)', {
        k: { _tag: 'Kept' },
      });
      expectObservable(Rx.from(backend.getResult('a')), '-^').toBe('-(r|)', { r: 1 });
    }));
});

describe('a mark', () => {
  const states = (
    ids: ReadonlyArray<string>,
    mark: (b: ReturnType<typeof testBackend>) => Operation<void>,
  ) => {
    let found: unknown;
    marbles((_, scheduler) => {
      const backend = testBackend(scheduler);
      mark(backend)
        .pipe(Rx.mergeMap(() => Rx.forkJoin(ids.map((id) => backend.getState(id)))))
        .subscribe((all) => {
          found = all;
        });
    });
    return found;
  };
  const chain = [{ options: { task_id: 'next' } }, { options: {} }, 'no signature'];

  it('is not stored where it says so', () => {
    const silent = { storeResult: false } as const;
    expect(states(['a'], (b) => b.markAsDone('a', 1, silent))).toEqual(['PENDING']);
    expect(states(['a'], (b) => b.markAsFailure('a', 'x', silent))).toEqual(['PENDING']);
    expect(states(['a'], (b) => b.markAsRevoked('a', 'x', silent))).toEqual(['PENDING']);
  });

  it('may put another state in the place of its own', () => {
    expect(states(['a'], (b) => b.markAsDone('a', 1, { state: 'IGNORED' }))).toEqual(['IGNORED']);
    expect(states(['a'], (b) => b.markAsFailure('a', 'x', { state: 'REVOKED' }))).toEqual([
      'REVOKED',
    ]);
  });

  it('ignores a value where the request says so, but not a failure', () => {
    const request: TaskRequest = { id: 'a', ignoreResult: true };
    expect(states(['a'], (b) => b.markAsDone('a', 1, { request }))).toEqual(['PENDING']);
    expect(states(['a'], (b) => b.markAsFailure('a', 'x', { request }))).toEqual(['FAILURE']);
  });

  it('of a failure is that of the chain that follows, as far as it has ids', () => {
    const request: TaskRequest = { id: 'a', chain };
    expect(states(['a', 'next'], (b) => b.markAsFailure('a', 'x', { request }))).toEqual([
      'FAILURE',
      'FAILURE',
    ]);
    const silent = { request, storeResult: false };
    expect(states(['a', 'next'], (b) => b.markAsFailure('a', 'x', silent))).toEqual([
      'PENDING',
      'PENDING',
    ]);
    const again = { request, state: 'RETRY' };
    expect(states(['a', 'next'], (b) => b.markAsFailure('a', 'x', again))).toEqual([
      'RETRY',
      'PENDING',
    ]);
  });
});

describe('a mark', () => {
  const outcomeOf = (mark: (b: ReturnType<typeof testBackend>) => Operation<unknown>) => {
    let meta: unknown;
    marbles((_, scheduler) => {
      const backend = testBackend(scheduler);
      Rx.from(mark(backend))
        .pipe(
          Rx.catchError(({ _tag, path }) => Rx.of({ _tag, path })),
          Rx.mergeMap((outcome) =>
            backend
              .getTaskMeta('a')
              .pipe(Rx.map(({ status, result }) => [outcome, status, result])),
          ),
        )
        .subscribe((found) => {
          meta = found;
        });
    });
    return meta;
  };

  it('of a retry is stored with null where nothing made it', () => {
    expect(outcomeOf((b) => b.markAsRetry('a', null))).toEqual([undefined, 'RETRY', null]);
    expect(outcomeOf((b) => b.markAsRetry('a', 'why'))).toMatchObject([
      undefined,
      'RETRY',
      { args: ['why'] },
    ]);
  });

  it('of a failure in a state that holds no exceptions is refused, as in Celery', () => {
    const refused = [{ _tag: 'EncodeError', path: '$.result' }, 'PENDING', null];
    const options = { state: 'ABORTED' };
    expect(outcomeOf((b) => b.markAsRevoked('a', 'why', options))).toEqual(refused);
    expect(outcomeOf((b) => b.markAsFailure('a', new Error('x'), options))).toEqual(refused);
  });

  it('keeps the stack of an error and of its causes as the traceback, unless one is given', () => {
    const error = new RangeError('too far', { cause: new Error('why') });
    const tracebackAfter = (mark: (b: ReturnType<typeof testBackend>) => Operation<unknown>) => {
      let found: unknown;
      marbles((_, scheduler) => {
        const backend = testBackend(scheduler);
        Rx.from(mark(backend))
          .pipe(Rx.mergeMap(() => backend.getTraceback('a')))
          .subscribe((traceback) => {
            found = traceback;
          });
      });
      return found;
    };
    const told = /^RangeError: too far\n {4}at [\s\S]*\ncaused by Error: why\n {4}at /;
    expect(tracebackAfter((b) => b.markAsFailure('a', error))).toMatch(told);
    expect(tracebackAfter((b) => b.markAsRetry('a', error))).toMatch(told);
    expect(tracebackAfter((b) => b.storeResult('a', error, 'FAILURE'))).toMatch(told);
    const given = { traceback: 'tb' };
    expect(tracebackAfter((b) => b.markAsFailure('a', error, given))).toBe('tb');
    expect(tracebackAfter((b) => b.markAsFailure('a', error, { traceback: null }))).toBeNull();
    expect(tracebackAfter((b) => b.markAsFailure('a', 'x'))).toBeNull();
  });

  it('fails the bodies of chords further on in the chain, and so on downwards', () => {
    const inner = {
      subtask_type: 'chord',
      options: { task_id: 'inner' },
      kwargs: { body: { options: { task_id: 'innermost' } } },
    };
    const outer = { subtask_type: 'chord', options: {}, kwargs: { header: [], body: inner } };
    const request = { id: 'a', chain: [{ options: { task_id: 'last' } }, outer] };
    const ids = ['a', 'last', 'inner', 'innermost', 'other'];
    let found: unknown;
    marbles((_, scheduler) => {
      const backend = testBackend(scheduler);
      backend
        .markAsFailure('a', 'x', { request, traceback: 'tb' })
        .pipe(Rx.mergeMap(() => Rx.forkJoin(ids.map((id) => backend.getTaskMeta(id)))))
        .subscribe((metas) => {
          found = metas.map(({ status, traceback }) => `${status} ${traceback}`);
        });
    });
    const failed = 'FAILURE tb';
    expect(found).toEqual([failed, failed, failed, failed, 'PENDING null']);
  });

  it('is a Left whatever its arguments are, and a failure is stored', () => {
    const request = { id: 'a', children: [null] } as never;
    expect(outcomeOf((b) => b.storeResult('a', 1, 'SUCCESS', { request }))).toEqual([
      { _tag: 'EncodeError', path: '$.children[0]' },
      'PENDING',
      null,
    ]);
    const boom = { args: ['x'] };
    for (const options of [null, { request: null }, { request: 5 }, { request: secretive({}) }]) {
      const stored = (
        outcomeOf((b) => b.markAsFailure('a', 'x', options as never)) as Array<unknown>
      ).slice(1);
      expect(stored).toMatchObject(['FAILURE', boom]);
    }
    const never = secretive({ state: 'FAILURE' });
    expect(outcomeOf((b) => b.markAsDone('a', 1, never))).toMatchObject([{}, 'PENDING', null]);
    expect(outcomeOf((b) => b.markAsFailure('a', 1, never))).toMatchObject([{}, 'PENDING', null]);
  });
});

describe('a value without a form on the wire', () => {
  const outcome = (before: string | undefined, value: unknown): unknown => {
    const scheduler = at('2024-05-06T07:08:09Z');
    const store = memoryStore({ scheduler });
    const backend = backendOver(store, { scheduler });
    if (before !== undefined) {
      settled(fromRun(store.commands.set({ key: channelOf('a'), value: before, expires: 0 })));
    }
    return settled(backend.storeResult('a', value, 'SUCCESS'));
  };

  it('is kept away from a SUCCESS without an error, as in Celery', () => {
    expect(outcome('{"status": "SUCCESS", "result": 1}', () => 0)).toEqual({ _tag: 'Kept' });
  });

  it('is an EncodeError over anything else, and a DecodeError over what is no meta', () => {
    for (const before of [undefined, '', '{"status": "FAILURE", "result": null}']) {
      expect(outcome(before, () => 0)).toMatchObject({ _tag: 'EncodeError', path: '$.result' });
    }
    expect(outcome('?', () => 0)).toMatchObject({ _tag: 'DecodeError' });
  });

  it('costs no look where it has a form', () => {
    const scheduler = at('2024-05-06T07:08:09Z');
    const store = storeWith(
      {
        get: () => {
          throw new Error('looked');
        },
      },
      scheduler,
    );
    const backend = backendOver(store, { scheduler });
    expect(settled(backend.storeResult('a', 1, 'SUCCESS'))).toMatchObject({ _tag: 'Stored' });
  });
});

describe('what is read of a task', () => {
  it('is PENDING where nothing is stored, which is not to exist', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(Rx.from(backend.getTaskMeta('a'))).toBe('(m|)', { m: pendingMeta('a') });
      expectObservable(Rx.from(backend.getState('a'))).toBe('(s|)', { s: 'PENDING' });
      expectObservable(Rx.from(backend.taskResultExists('a'))).toBe('(x|)', { x: false });
    }));

  it('is that it exists where PENDING is stored', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('p^', { p: pendingMeta('a') });
      expectObservable(Rx.from(backend.taskResultExists('a'))).toBe('(x|)', { x: true });
    }));

  it('is each of its members', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const f = { ...failure('a', 'ValueError', ['x']), traceback: 'Traceback', children: [] };
      backend.stored('f^', { f });
      expectObservable(Rx.from(backend.getResult('a'))).toBe('(r|)', { r: f.result });
      expectObservable(Rx.from(backend.getTraceback('a'))).toBe('(r|)', { r: 'Traceback' });
      expectObservable(Rx.from(backend.getChildren('a'))).toBe('(r|)', { r: [] });
      expectObservable(Rx.from(backend.reloadTaskResult('a'))).toBe('(r|)', { r: f });
    }));

  it('is a DecodeError, with the bytes, where the key holds something else', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const read$ = Rx.from(backend.set(channelOf('a'), '?')).pipe(
        Rx.mergeMap(() => backend.getTaskMeta('a')),
        Rx.catchError(({ _tag, bytes }) => Rx.of([_tag, String(bytes)])),
      );
      expectObservable(read$).toBe('(e|)', { e: ['DecodeError', '?'] });
    }));

  it('is an InvalidArgument for an empty id', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const message = 'InvalidArgument: task_id must not be empty';
      for (const read of [
        backend.getTaskMeta(''),
        backend.taskResultExists(''),
        backend.forget(''),
      ]) {
        expectObservable(told(Rx.from<Rx.ObservableInput<unknown>>(read))).toBe(
          '#',
          undefined,
          message,
        );
      }
    }));
});

describe('alwaysRetry', () => {
  const recorded = vectors('retry').filter(
    (c) => /^always_retry(_of)?$/.test(c.op) && c.celery === '5.7.0',
  );

  it('is recorded for storing, reading and saving', () => {
    expect(new Set(recorded.map((c) => c.method))).toEqual(
      new Set([undefined, 'get_task_meta', 'save_group']),
    );
  });

  const group = groupResultTuple('g', []);

  it.each(recorded)('tries as often as Celery, with the longest waits, and says so: $name', (c) =>
    marbles(({ flush }, scheduler) => {
      const calls: Array<number> = [];
      const outcome: Array<unknown> = [];
      const lines: Array<readonly [string, string]> = [];
      const { config } = c;
      const failing = <A>(value: A): Run<A> =>
        fromSource(
          Rx.defer(() => {
            calls.push(scheduler.now());
            return calls.length <= c.fails ? Rx.throwError(() => lost) : Rx.of(value);
          }),
        );
      const commands: Partial<Commands> = {
        store: () => failing<StoreOutcome>({ _tag: 'Stored', receivers: 0 }),
        get: () => failing(O.none),
        set: () => failing(0),
      };
      const backend = backendOver(storeWith(commands, scheduler), {
        scheduler,
        logger: {
          warn: (line) => lines.push(['WARNING', line]),
          error: (line) => lines.push(['ERROR', line]),
        },
        // spent at once, so that every wait is one beyond it
        retryPolicy: { maxRetries: 0 },
        random: () => 1 - Number.EPSILON,
        alwaysRetry: config.result_backend_always_retry,
        maxRetries: config.result_backend_max_retries,
        baseSleepBetweenRetriesMs: config.result_backend_base_sleep_between_retries_ms,
        maxSleepBetweenRetriesMs: config.result_backend_max_sleep_between_retries_ms,
      });
      const methods: Readonly<Record<string, Operation<unknown>>> = {
        store_result: backend.storeResult('a', 1, 'SUCCESS'),
        get_task_meta: backend.getTaskMeta('a'),
        save_group: backend.saveGroup('g', group),
      };
      methods[c.method ?? 'store_result']?.subscribe({
        next: () => outcome.push('done'),
        error: ({ _tag }) => outcome.push(_tag),
      });
      flush();
      expect(calls).toHaveLength(c.calls);
      const waits = calls.slice(1).map((at, i) => at - (calls[i] ?? 0));
      const slept: ReadonlyArray<number> = c.sleeps;
      expect(waits).toEqual(slept.map((seconds) => seconds * 1000));
      expect(lines).toEqual(c.log);
      expect(outcome).toEqual([c.raised === undefined ? 'done' : 'RetryLimitExceeded']);
    }),
  );

  it('outlasts the policy for forgetting, and for all three operations of groups', () =>
    marbles(({ flush }, scheduler) => {
      const lines: Array<string> = [];
      const backend = testBackend(scheduler, {
        alwaysRetry: true,
        maxRetries: 1,
        retryPolicy: { maxRetries: 0 },
        logger: { warn: (line) => lines.push(line), error: () => undefined },
      });
      backend.down('^');
      const outcomes: Array<string> = [];
      const error = ({ _tag }: { _tag: string }) => outcomes.push(_tag);
      scheduler.schedule(() => {
        backend.forget('a').subscribe({ error });
        backend.saveGroup('g', group).subscribe({ error });
        backend.restoreGroup('g').subscribe({ error });
        backend.deleteGroup('g').subscribe({ error });
      }, 1);
      flush();
      expect(outcomes).toEqual(Array(4).fill('RetryLimitExceeded'));
      expect(lines).toEqual(
        ['_forget', '_save_group', '_restore_group', '_delete_group'].map(
          (name) => `Failed operation ${name}. Retrying 0 more times.`,
        ),
      );
    }));

  it('outlasts the policy for reading too', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, {
        alwaysRetry: true,
        retryPolicy: { maxRetries: 1, intervalStart: 0.002 },
        baseSleepBetweenRetriesMs: 5,
      });
      backend.stored('d^', { d: success('a', 1) });
      backend.down('^----!');
      // two tries 2 ms apart, a wait of half of 10 ms, and again
      expectObservable(Rx.from(backend.getState('a'))).toBe('-------(s|)', { s: 'SUCCESS' });
      expectObservable(Rx.from(backend.taskResultExists('a'))).toBe('-------(x|)', { x: true });
    }));

  it('does not try again what is no lost connection', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { alwaysRetry: true });
      const store$ = backend
        .storeResult('a', () => 0, 'SUCCESS')
        .pipe(Rx.catchError(({ _tag }) => Rx.of(_tag)));
      expectObservable(store$).toBe('(e|)', { e: 'EncodeError' });
    }));
});

describe('forget', () => {
  it('deletes the result, and lets go of who waits for it', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const metas = { p: progress('a', 1) };
      backend.stored('-p', metas);
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('-p-|', metas);
      expectObservable(cold('---x').pipe(Rx.mergeMap(() => backend.forget('a')))).toBe('---x', {
        x: undefined,
      });
      expectObservable(Rx.from(backend.taskResultExists('a')), '----^').toBe('----(x|)', {
        x: false,
      });
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));
});
