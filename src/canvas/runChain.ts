/**
 * Running a chain: its first step, with the others in its message.
 * Source: `_chain.run` and `prepare_steps` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { ofTheChain, withoutCopies, withTailsSplit } from './bodies.js';
import { type Canvas, type Chain, Embedded, type Options } from './canvas.js';
import { copied } from './copied.js';
import type { Draft } from './drafts.js';
import type { Place } from './freeze.js';
import { listOf } from './links.js';
import { idOf, without } from './options.js';
import { type Given, givenTo, type Running } from './running.js';
import { stepsOf } from './steps.js';

export const runChain = (running: Running, chain: Chain, over: Given): Draft | null => {
  const options = { ...chain.options, ...over.options };
  const [first, ...others] = withTailsSplit(stepsOf(chain.tasks).steps).map(copied);
  if (first === undefined) return null;
  const { reversed, results } = running.freezeSteps(
    [givenTo(first, over), ...others],
    placeOf(options),
    listOf(options.link_error),
  );
  const linked = withCallbacks(reversed.map(withoutCopies), listOf(options.link));
  const next = linked.at(-1);
  if (next === undefined) return null;
  const rest = linked.slice(0, -1).map((step) => new Embedded(step));
  const result = running.run(next, {
    options: { ...without(options, ofTheChain), chain: [...listOf(options.chain), ...rest] },
  });
  return rest.length === 0 ? result : (results[0] ?? null);
};

/** Of the last step, which ends the chain. */
const placeOf = (options: Options): Place => ({
  id: idOf(options.task_id),
  groupId: idOf(options.group_id),
  groupIndex: options.group_index,
  chord: options.chord,
  rootId: idOf(options.root_id),
});

/** The last step comes first. It is given them as they are, be it a group or a chord. */
const withCallbacks = (
  [last, ...others]: ReadonlyArray<Canvas>,
  callbacks: ReadonlyArray<unknown>,
): ReadonlyArray<Canvas> => {
  if (last === undefined) return [];
  if (callbacks.length === 0) return [last, ...others];
  const link = [...listOf(last.options.link), ...callbacks];
  return [{ ...last, options: { ...last.options, link } }, ...others];
};
