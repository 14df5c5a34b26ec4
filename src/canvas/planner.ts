/**
 * The plan of a canvas: what running it comes to, with each call made a message.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { EncodeError, InvalidArgument } from '../errors/errors.js';
import { reasonOf } from '../serialization/reason.js';
import { messageOf } from './call.js';
import { fromSignature, wireOptions } from './canvas.js';
import { withoutNulls } from './options.js';
import type { Plan, PlanContext, Planner, PlanOptions } from './plan.js';
import { isNoId, notAnId } from './refusedIds.js';
import { run } from './run.js';
import { isTooDeep, tooDeep } from './tooDeep.js';

/**
 * Celery: `apply_async` of a signature. Nothing is sent, and nothing is half done where it
 * is a `Left`.
 */
export const planner = (context: PlanContext): Planner => {
  const runCanvas = run(context);
  const encode = E.traverseArray(messageOf(context));
  return (signature, args = [], options = {}) => {
    try {
      const canvas = fromSignature(signature);
      if (E.isLeft(canvas)) return canvas;
      if (canvas.right._tag === 'Group' && hasLinks(options)) {
        return E.left(new InvalidArgument('options', "of a group can't have links: use a chord."));
      }
      if (isNoId(options.task_id)) return E.left(notAnId);
      const over = wireOptions(options);
      const { calls, result, chordSizes, savedGroups } = runCanvas(canvas.right, {
        args,
        options: over,
      });
      return pipe(
        encode(calls),
        E.map((messages): Plan => ({ result, messages, chordSizes, savedGroups })),
      );
    } catch (thrown) {
      // What a getter or a proxy throws, and a nesting too deep for the stack.
      return E.left(isTooDeep(thrown) ? tooDeep() : new EncodeError('$', reasonOf(thrown)));
    }
  };
};

const hasLinks = (options: PlanOptions): boolean =>
  ['link', 'link_error'].some((name) => name in withoutNulls(options));
