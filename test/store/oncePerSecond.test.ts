import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { oncePerSecond } from '../../src/store/oncePerSecond.js';

describe('oncePerSecond', () => {
  const logged = (at: ReadonlyArray<readonly [frame: number, line: string]>) => {
    const scheduler = new VirtualTimeScheduler();
    const lines: Array<string> = [];
    const log = oncePerSecond((line) => lines.push(`${scheduler.now()} ${line}`), scheduler);
    for (const [frame, line] of at) scheduler.schedule(() => log(line), frame);
    scheduler.flush();
    return lines;
  };

  it('lets a line through once in a second, and again in the next', () => {
    expect(
      logged([
        [0, 'a'],
        [1, 'a'],
        [999, 'a'],
        [1000, 'a'],
        [1500, 'a'],
      ]),
    ).toEqual(['0 a', '1000 a']);
  });

  it('lets different lines of one second through', () => {
    expect(
      logged([
        [0, 'a'],
        [0, 'b'],
        [1, 'a'],
        [2, 'b'],
      ]),
    ).toEqual(['0 a', '0 b']);
  });
});
