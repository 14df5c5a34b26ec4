import { deflateSync } from 'node:zlib';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/backend/connect.js';
import type { Logger } from '../../src/config/options.js';
import { ImproperlyConfigured } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromRun } from '../../src/operation/operation.js';
import { isMarked, mark } from '../../src/serialization/compressionMarker.js';
import { failure, started, success, testBackend } from '../../src/testing/index.js';
import { channelOf, marbles, told } from '../consumer/marbles.js';
import { vectors } from '../vectors.js';
import { at, backendOver, settled } from './backendOver.js';

const key = channelOf('a');
const meta = (status: string, result: string): string =>
  `{"status": "${status}", "result": ${result}, "traceback": null, "children": [], ` +
  `"date_done": null, "task_id": "a"}`;
const gzip = (text: string): Buffer => mark('application/x-gzip', deflateSync(text));

/** A store whose key holds these bytes, and a backend on it. */
const holding = (held: Buffer, options = {}) => {
  const store = memoryStore({ scheduler: at('2024-05-06T07:08:09Z') });
  settled(fromRun(store.commands.set({ key, value: held, expires: 0 })));
  const current = () =>
    O.toUndefined(settled(fromRun(store.commands.get(key))) as O.Option<Buffer>);
  return { backend: backendOver(store, options), current };
};

describe('the guard of a SUCCESS', () => {
  it.each([{}, { compression: 'gzip' }, { compression: 'brotli' }])(
    'sees it through its compression, whatever the option says: %j',
    (options) => {
      const held = gzip(meta('SUCCESS', '1'));
      const { backend, current } = holding(held, options);
      expect(settled(backend.storeResult('a', 2, 'SUCCESS'))).toEqual({ _tag: 'Kept' });
      expect(settled(backend.markAsFailure('a', new Error('late')))).toBeUndefined();
      expect(current()).toEqual(held);
    },
  );

  it.each(['STARTED', 'RETRY', 'FAILURE', 'PENDING'])(
    'sees that a compressed %s is none, and stores over it',
    (status) => {
      const { backend, current } = holding(gzip(meta(status, 'null')), { compression: 'gzip' });
      expect(settled(backend.storeResult('a', 2, 'SUCCESS'))).toMatchObject({ _tag: 'Stored' });
      expect(isMarked(current() ?? Buffer.alloc(0))).toBe(true);
      expect(settled(backend.getResult('a'))).toBe(2);
    },
  );

  it.each([
    ['broken', mark('gzip', Buffer.from('junk')), /cannot be decompressed by gzip/],
    ['by a codec that is missing', mark('application/x-bz2', Buffer.from('?')), /bzip2 .*no codec/],
    ['too large', gzip(meta('SUCCESS', `"${'x'.repeat(2000)}"`)), /over 1000 bytes once/],
  ])('leaves there what is %s, and fails with a DecodeError', (_, held, problem) => {
    const { backend, current } = holding(held, { maxDecompressedBytes: 1000 });
    const refused = { _tag: 'DecodeError', key, problem: expect.stringMatching(problem) };
    expect(settled(backend.storeResult('a', 2, 'SUCCESS'))).toMatchObject(refused);
    expect(settled(backend.getTaskMeta('a'))).toMatchObject(refused);
    expect(current()).toEqual(held);
  });
});

describe('who waits for a result', () => {
  it('gets a compressed one, and every state before it', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { compression: 'gzip' });
      const metas = { s: started('a'), d: success('a', 5) };
      backend.stored('-s-d', metas);
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('-s-(d|)', metas);
    }));

  it('is told at once where its codec is missing, and he alone', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const zip = mark('application/x-bz2', Buffer.from('?'));
      const set$ = cold('-x').pipe(Rx.mergeMap(() => backend.set(key, zip)));
      expectObservable(set$.pipe(Rx.ignoreElements())).toBe('-');
      expectObservable(told(backend.resultConsumer.consumeFrom('a'))).toBe(
        '-#',
        undefined,
        `DecodeError: ${key}: compressed by bzip2 (application/x-bz2), which is no codec of Node`,
      );
      const f = failure('b', 'ValueError');
      backend.stored('--f', { f });
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('--(f|)', { f });
    }));
});

describe('what is compressed', () => {
  it('is not what counts: neither a counter, nor what set is given', () => {
    const store = memoryStore({ scheduler: at('2024-05-06T07:08:09Z') });
    const backend = backendOver(store, { compression: 'gzip' });
    expect(settled(backend.incr('n'))).toBe(1);
    settled(backend.set('k', 'v'));
    expect(settled(backend.mget(['n', 'k']))).toEqual(
      ['1', 'v'].map((text) => O.some(Buffer.from(text))),
    );
  });
});

describe('the option', () => {
  const noted = (): { readonly logger: Logger; readonly lines: Array<string> } => {
    const lines: Array<string> = [];
    return { lines, logger: { warn: (line) => lines.push(line), error: () => undefined } };
  };
  const written = (options: Parameters<typeof connect>[0]) => connect(options).serializer.encode(1);

  it.each(['', null, undefined])('is off where it is %j', (compression) => {
    expect(written({ url: 'memory://', compression })).toMatchObject({ right: '1' });
  });

  it.each(['rot13', 'GZIP', 'bzip2', 'xz'])('refuses %s, by the constructor', (compression) => {
    expect(() => connect({ url: 'memory://', compression })).toThrow(ImproperlyConfigured);
    expect(() => connect({ url: 'redis://h/0?decode_responses=1', compression })).toThrow(
      ImproperlyConfigured,
    );
  });

  const recorded = vectors('urls').filter((c) => c.name.startsWith('5.7.0/conf/15'));

  it('is recorded beside decode_responses', () => {
    expect(recorded).toHaveLength(1);
  });

  it.each(recorded)('is off, with a warning, beside decode_responses in the URL: $name', (c) => {
    const { logger, lines } = noted();
    const { result_compression: compression } = c.config;
    expect(written({ url: c.url, compression, logger })).toMatchObject({ right: '1' });
    expect(lines).toEqual(c.warnings.map((line: string) => line.trim()));
    // with any value, and only where it would be on
    expect(written({ url: 'redis://h/0?decode_responses=no', compression, logger })).toMatchObject({
      right: '1',
    });
    expect(written({ url: c.url, logger })).toMatchObject({ right: '1' });
    expect(lines).toHaveLength(2);
    expect(written({ url: 'redis://h/0', compression, logger })).toMatchObject({
      right: expect.any(Buffer),
    });
    expect(lines).toHaveLength(2);
  });
});
