/**
 * `chord`: a stream that goes on with what a group of results came to.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { type JoinOptions, join } from './join.js';
import type { Joinable, Joined, ResultGroup } from './members.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Joins `header`, and goes on with the stream that `body` makes of its values: a chord over
 * streams, whose body runs here and is called once. It fails as `join` does, and then
 * `body` is not called; who leaves it leaves the channels, or the stream of the body.
 *
 * ```text
 * a           ----1
 * b           --2
 * body            --x--y|        called with [1, 2]
 * chord       ------x--y|
 * ```
 *
 * @example
 * import * as t from 'io-ts'
 * import { lastValueFrom } from 'rxjs'
 * import { chord, RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const header = ['a', 'b'].map((id) => backend.asyncResult(id, t.number))
 * const stored$ = chord(header, (sizes) => backend.set('sum', `${sizes.reduce((x, y) => x + y)}`))
 *
 * await backend.markAsDone('a', 1)()
 * await backend.markAsDone('b', 2)()
 * await lastValueFrom(stored$)
 * const sum = await backend.get('sum')()
 * if (sum._tag === 'Right' && sum.right._tag === 'Some') console.log(`${sum.right.value}`) // => 3
 * await backend.close()()
 *
 * @category constructors
 * @since 0.1.0
 */
export const chord = <const Results extends ReadonlyArray<Joinable>, B>(
  header: Results | ResultGroup<Results>,
  body: (values: Joined<Results>) => Rx.ObservableInput<B>,
  options?: JoinOptions,
): Rx.Observable<B> => join(header, options).pipe(Rx.concatMap((values) => body(values)));
