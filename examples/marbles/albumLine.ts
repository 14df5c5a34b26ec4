/**
 * The line under an album that is being made: how many pages are drawn, and once all are, what
 * comes of binding them. Nobody waits for a page for more than half a minute.
 */
import { chord, type GroupResult } from 'chordis';
import { catchError, map, merge, type Observable, of } from 'rxjs';

const PATIENCE_SECONDS = 30;

export const albumLine = (
  pages: GroupResult,
  bind: (pages: ReadonlyArray<unknown>) => Observable<string>,
): Observable<string> =>
  merge(
    pages.progress$.pipe(map(({ ready, total }) => `${ready} of ${total} pages`)),
    chord(pages, bind, { timeout: PATIENCE_SECONDS }),
  ).pipe(catchError((error: Error) => of(`no album: ${error.message}`)));
