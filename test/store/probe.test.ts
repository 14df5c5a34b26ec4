import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { CommandTimeout, ConnectionError } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import { probe } from '../../src/store/probe.js';
import { testBackend } from '../../src/testing/index.js';
import { lost, marbles, told } from '../consumer/marbles.js';
import { flaky, noted } from './backendOver.js';

const cut = new ConnectionError('localhost:6379', true, new Error('ECONNRESET'));

describe('probe', () => {
  it('asks another link where one breaks under it, once', async () => {
    const once = flaky(1, undefined, cut);
    expect(await fromRun(probe(once.run))()).toEqual(E.right(undefined));
    const twice = flaky(2, undefined, cut);
    expect(await fromRun(probe(twice.run))()).toEqual(E.left(cut));
    expect(twice.runs).toEqual([1, 2]);
  });

  it.each([lost, new CommandTimeout('PING', 'localhost:6379', 5)])(
    'asks no second time where the server could not be reached or is silent: %s',
    async (error) => {
      const { run, runs } = flaky(9, undefined, error);
      expect(await fromRun(probe(run))()).toEqual(E.left(error));
      expect(runs).toEqual([1]);
    },
  );
});

describe('the ping of a backend', () => {
  it('is answered by memory://, and told at once where it is down, without a word in the log', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { logger, lines } = noted();
      const backend = testBackend(scheduler, { logger });
      backend.down('--^--!');
      expectObservable(backend.ping()).toBe('(x|)', { x: undefined });
      expectObservable(told(backend.ping()), '---^').toBe(
        '---#',
        undefined,
        'ConnectionError: Redis at memory://: connection refused',
      );
      expectObservable(backend.ping(), '------^').toBe('------(x|)', { x: undefined });
      flush();
      expect(lines).toEqual([]);
    }));

  it('is Closed once the backend is', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const closed = Rx.concat(backend.close(), backend.ping());
      expectObservable(told(closed)).toBe(
        '(x#)',
        { x: undefined },
        expect.stringMatching('Closed'),
      );
    }));
});
