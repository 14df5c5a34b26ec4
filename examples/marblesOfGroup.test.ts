/**
 * `npx vitest run examples/marbles`: a function of one's own over a group and a chord, tested
 * in virtual time.
 *
 * `drawGroup` draws a line for each member: `s` is STARTED, another character a SUCCESS with
 * that value, unless it is told what it stands for. `expectWatched` takes the times at which
 * the members' channels were watched.
 */

import type { GroupResult } from 'chordis';
import {
  type Drawn,
  type DrawnMetas,
  drawGroup,
  expectWatched,
  failure,
  type TestBackend,
  testBackend,
} from 'chordis/testing';
import { NEVER } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import { albumLine } from './marbles/albumLine.js';

const marbles = (body: (helpers: RunHelpers, backend: TestBackend) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => body(helpers, testBackend(scheduler)));
};

const metas: DrawnMetas = { x: (id) => failure(id, 'OSError', ['out of paper']) };

const pagesOf = (backend: TestBackend, lines: Drawn<string>): GroupResult =>
  drawGroup(backend, 'pages', lines, metas);

const lines = {
  0: '0 of 2 pages',
  1: '1 of 2 pages',
  2: '2 of 2 pages',
  b: 'binding',
  d: 'AB.pdf',
};

it('counts the pages, and binds them in order once all of them are drawn', () =>
  marbles(({ cold, expectObservable, expectSubscriptions }, backend) => {
    const pages = pagesOf(backend, { first: '--s--A', second: '---B' });
    const bind = (values: ReadonlyArray<unknown>) =>
      cold('b---(d|)', { b: 'binding', d: `${values.join('')}.pdf` });
    expectObservable(albumLine(pages, bind)).toBe('0--1-(2b)(d|)', lines);
    // the count and the values are of one watch
    expectWatched(expectSubscriptions, backend, { first: '^----!', second: '^--!' });
  }));

it('binds nothing where a page fails, and leaves all channels', () =>
  marbles(({ expectObservable, expectSubscriptions }, backend) => {
    const pages = pagesOf(backend, { first: '-----A', second: '---x' });
    expectObservable(albumLine(pages, () => NEVER)).toBe('0--(x|)', {
      ...lines,
      x: "no album: Dependency second raised OSError('out of paper')",
    });
    expectWatched(expectSubscriptions, backend, { first: '^--!', second: '^--!' });
  }));

it('gives up after half a minute, which takes no time here', () =>
  marbles(({ expectObservable, expectSubscriptions }, backend) => {
    const pages = pagesOf(backend, { first: '--A', second: '-s' });
    expectObservable(albumLine(pages, () => NEVER)).toBe('0-1 29997ms (x|)', {
      ...lines,
      x: 'no album: Task second has no result after 30 s',
    });
    expectWatched(expectSubscriptions, backend, { first: '^-!', second: '^ 29999ms !' });
  }));
