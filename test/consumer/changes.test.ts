import * as Rx from 'rxjs';
import { describe, it } from 'vitest';
import { listening, registry } from './channels.js';
import { marbles } from './marbles.js';

describe('what becomes of channels', () => {
  it('is told of those opened at the end of the tick, and of those left a little later', () =>
    marbles(({ expectObservable, hot }, scheduler) => {
      const channels = registry({ scheduler, leaveAfter: 3 });
      const keys = (all: ReadonlyArray<{ readonly key: string }>) =>
        all.map(({ key }) => key).join('');
      expectObservable(channels.opened$.pipe(Rx.map(keys))).toBe('-x-y', { x: 'abc', y: 'b' });
      expectObservable(channels.left$.pipe(Rx.map(keys))).toBe('--w--z', { w: 'a', z: 'c' });
      hot('-opr').subscribe((step) => {
        if (step === 'o') for (const id of ['a', 'b', 'c']) listening(channels, id);
        if (step === 'p') channels.close(channels.channel('a'));
        if (step === 'r') {
          for (const id of ['b', 'c']) channels.close(channels.channel(id));
          listening(channels, 'b');
        }
      });
    }));
});
