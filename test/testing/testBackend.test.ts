import { deepStrictEqual } from 'node:assert';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import {
  failure,
  progress,
  retry,
  started,
  success,
  type TestBackend,
  type TestBackendOptions,
  testBackend,
} from '../../src/testing/index.js';
import { yaml } from '../../src/yaml/yaml.js';

/** With Node's own assertion, which is the strictest. */
const marbles = (
  body: (helpers: RunHelpers, backend: TestBackend) => void,
  options?: TestBackendOptions,
): void => {
  const scheduler = new TestScheduler(deepStrictEqual);
  scheduler.run((helpers) => body(helpers, testBackend(scheduler, options)));
};

const metas = { s: started('a'), p: progress('a', [1, 2]), d: success('a', { sum: 5 }) };

describe('testBackend', () => {
  it('is a RedisBackend', () =>
    marbles((_, backend) => {
      expect(backend).toBeInstanceOf(RedisBackend);
      expect(backend.asUri()).toBe('memory://');
    }));

  it('emits what is stored in the frame in which it is stored', () =>
    marbles(({ expectObservable }, backend) => {
      backend.stored('-s-p-d', metas);
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('-s-p-(d|)', metas);
    }));

  it('has from the start what is stored before the ^', () =>
    marbles(({ expectObservable }, backend) => {
      backend.stored('sd^', metas);
      expectObservable(Rx.from(backend.getTaskMeta('a'))).toBe('(d|)', metas);
    }));

  it('stores what nobody watches, and what several tasks come to', () =>
    marbles(({ expectObservable }, backend) => {
      const both = { a: success('a', 1), b: failure('b', 'KeyError', ['k']) };
      backend.stored('-a-b', both);
      const later$ = Rx.timer(5).pipe(Rx.mergeMap(() => backend.getMany(['a', 'b'])));
      expectObservable(
        later$.pipe(Rx.map(([, meta]) => E.isRight(meta) && meta.right.status)),
      ).toBe('-----(sf|)', {
        s: 'SUCCESS',
        f: 'FAILURE',
      });
    }));

  it('never replaces a SUCCESS, but any other state', () =>
    marbles(({ expectObservable }, backend) => {
      backend.stored('tsd-s^', { ...metas, t: retry('a', 'OSError') });
      expectObservable(Rx.from(backend.getTaskMeta('a'))).toBe('(d|)', metas);
    }));

  it('stores as long as its options say, and under the names they say', () =>
    marbles(
      ({ expectObservable }, backend) => {
        backend.stored('d', metas);
        const exists$ = Rx.timer(0, 999).pipe(
          Rx.take(3),
          Rx.mergeMap(() => backend.taskResultExists('a')),
        );
        expectObservable(exists$, '-^').toBe('-t 998ms f 998ms (f|)', { t: true, f: false });
      },
      { expires: 1, globalKeyprefix: 'acme' },
    ));

  it('speaks the serializer of its options', () =>
    marbles(
      ({ expectObservable }, backend) => {
        backend.stored('d^', metas);
        expectObservable(Rx.from(backend.getTaskMeta('a'))).toBe('(d|)', metas);
        expectObservable(
          Rx.from(backend.get('celery-task-meta-a')).pipe(
            Rx.map(O.exists((bytes) => bytes.toString().startsWith('children: null\n'))),
          ),
        ).toBe('(t|)', { t: true });
      },
      { serializer: 'yaml', serializers: [yaml], accept: ['yaml'] },
    ));

  it('loses its link at each marble of cut, and makes it anew', () => {
    const atOnce = { retryPolicy: { intervalMax: 0 } };
    marbles(({ expectObservable, expectSubscriptions }, backend) => {
      const { connection$ } = backend.resultConsumer;
      backend.cut('-----x-----x');
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('-');
      expectSubscriptions(backend.watched('a')).toBe(['^----!', '-----^-----!', '-----------^']);
      const tags$ = connection$.pipe(Rx.map(({ _tag }) => _tag));
      expectObservable(tags$).toBe('(rc)-(rc)--(rc)', { r: 'Resyncing', c: 'Connected' });
    }, atOnce);
  });

  it('reaches nothing while it is down, though workers do', () =>
    marbles(
      ({ expectObservable, expectSubscriptions }, backend) => {
        backend.down('  --^--!');
        backend.stored('---d', metas);
        expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('-----(d|)', metas);
        expectObservable(Rx.from(backend.getState('a')), '---^').toBe('-----(s|)', {
          s: 'SUCCESS',
        });
        expectSubscriptions(backend.watched('a')).toBe(['^-!', '-----(^!)']);
      },
      { retryPolicy: { intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 } },
    ));

  it('knows of no channel that was not subscribed to, nor of an empty id', () =>
    marbles(({ expectSubscriptions }, backend) => {
      expectSubscriptions(backend.watched('a')).toBe([]);
      expectSubscriptions(backend.watched('')).toBe([]);
    }));

  it('sends PINGs only when told to, and then ends when it is closed', () =>
    marbles(
      ({ cold, expectObservable, expectSubscriptions }, backend) => {
        const closed = cold('10s x').pipe(Rx.mergeMap(() => backend.close()));
        expectObservable(closed).toBe('10s x', { x: undefined });
        const watched = backend.resultConsumer.consumeFrom('a');
        expectObservable(watched.pipe(Rx.catchError(() => Rx.EMPTY))).toBe('10s |');
        expectSubscriptions(backend.watched('a')).toBe('^ 9999ms !');
      },
      { healthCheckInterval: 1 },
    ));

  it('fails the test where a meta has no form on the wire', () => {
    expect(() =>
      marbles((_, backend) => backend.stored('-x', { x: success('a', () => 0) })),
    ).toThrow('$.result');
    expect(() => marbles((_, backend) => backend.stored('-x', { x: success('', 0) }))).toThrow(
      'task_id must not be empty',
    );
  });

  it('refuses options as any backend does', () => {
    const scheduler = new TestScheduler(deepStrictEqual);
    expect(() => testBackend(scheduler, { expires: -1 })).toThrow('expires');
  });
});
