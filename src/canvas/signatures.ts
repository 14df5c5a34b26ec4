/**
 * Canvas as a user writes it: signatures, and groups, chains and chords of them. Plain data,
 * frozen: nothing that is made of one changes it, so one may stand in many.
 * Source: `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { signature as plain, type Signature } from '../wire/signature.js';
import type {
  AllOf,
  Fitting,
  InOf,
  LastOf,
  MembersOf,
  OutOf,
  OutsOf,
  Signatures,
  Step,
  Takes,
} from './step.js';
import { celeryOptions, type TaskOptions } from './taskOptions.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A call of the task `task` that is yet to be made. In a chain, and as the body of a chord,
 * the result before it goes in front of its arguments. Celery: `Signature`.
 *
 * @example
 * import { signature } from 'chordis/producer'
 *
 * const resize = signature('tasks.resize', ['cat.png'], { width: 64 }, { queue: 'images' })
 * console.log(resize.options) // => { queue: 'images' }
 *
 * @category constructors
 * @since 0.1.0
 */
export const signature = (
  task: string,
  args: ReadonlyArray<unknown> = [],
  kwargs: Readonly<Record<string, unknown>> = {},
  options: TaskOptions = {},
): Step<unknown, unknown> =>
  Object.freeze(plain(task, args, { kwargs, options: celeryOptions(options) }));

/**
 * The same call, which keeps the results of earlier tasks out of its arguments. Celery: `si`.
 *
 * @example
 * import { chain, immutable, signature } from 'chordis/producer'
 *
 * const tidy = immutable(signature('tasks.tidy', ['/tmp']))
 * export const steps = chain([signature('tasks.resize', ['cat.png']), tidy])
 *
 * @category combinators
 * @since 0.1.0
 */
export const immutable = <S extends Signature>(
  step: S,
): Step<ReadonlyArray<unknown>, OutOf<S>, MembersOf<S>> => {
  const plainly: Signature = step;
  return Object.freeze({ ...plainly, immutable: true });
};

/**
 * Tasks that run side by side, and come to the list of what they return. Celery: `group`.
 *
 * @example
 * import { group, signature } from 'chordis/producer'
 *
 * const sizes = group(['a.png', 'b.png'].map((file) => signature('tasks.size', [file])))
 * console.log(sizes.subtaskType) // => group
 *
 * @category constructors
 * @since 0.1.0
 */
export const group = <const Tasks extends Signatures>(
  tasks: Tasks,
  options: TaskOptions = {},
): Step<AllOf<Tasks>, OutsOf<Tasks>, Tasks> =>
  Object.freeze(
    plain('celery.group', [], {
      subtaskType: 'group',
      kwargs: { tasks },
      options: celeryOptions(options),
    }),
  );

/**
 * Tasks one after another, each with the result of the one before it in front of its
 * arguments: what does not take that does not compile. A group in it and what follows the
 * group are a chord. Celery: `chain`.
 *
 * @example
 * import { chain, signature } from 'chordis/producer'
 *
 * const thumbnail = chain([signature('tasks.fetch', ['cat.png']), signature('tasks.resize')])
 * console.log(thumbnail.subtaskType) // => chain
 *
 * @category constructors
 * @since 0.1.0
 */
export const chain = <const Tasks extends Signatures>(
  tasks: Tasks & Fitting<Tasks>,
  options: TaskOptions = {},
): Step<InOf<Tasks[0]>, OutOf<LastOf<Tasks>>, MembersOf<LastOf<Tasks>>> =>
  Object.freeze(
    plain('celery.chain', [], {
      subtaskType: 'chain',
      kwargs: { tasks },
      options: celeryOptions(options),
    }),
  );

/**
 * Tasks that run side by side, and a body that is called with the list of what they have
 * returned. Celery: `chord`.
 *
 * @example
 * import { chord, signature } from 'chordis/producer'
 *
 * const total = chord([1, 2].map((n) => signature('tasks.square', [n])), signature('tasks.sum'))
 * console.log(total.subtaskType) // => chord
 *
 * @category constructors
 * @since 0.1.0
 */
export const chord = <const Header extends Signatures, Body extends Signature>(
  header: Header,
  body: Takes<Body, readonly [OutsOf<Header>]> extends true
    ? Body
    : Step<readonly [OutsOf<Header>]>,
  options: TaskOptions = {},
): Step<AllOf<Header>, OutOf<Body>, MembersOf<Body>> =>
  Object.freeze(
    plain('celery.chord', [], {
      subtaskType: 'chord',
      kwargs: { kwargs: {}, header, body },
      options: celeryOptions(options),
    }),
  );
