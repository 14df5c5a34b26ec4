/**
 * Running a canvas, from its arguments to its result: it is checked, planned and sent.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Planner, PlanOptions } from '../canvas/plan.js';
import { celeryOptions, type TaskOptions } from '../canvas/taskOptions.js';
import { isTooDeep, tooDeep } from '../canvas/tooDeep.js';
import { InvalidArgument, UnexpectedError } from '../errors/errors.js';
import { chain, defer, map, orElse, type Run, settled } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import { asyncResultTuple, type ResultTuple } from '../wire/resultTuple.js';
import type { Signature } from '../wire/signature.js';
import { checked, checkedLinks, hasLinks, isByName } from './checked.js';
import { handle } from './handles.js';
import { type Name, sendingOnce } from './once.js';
import type { Producing } from './producing.js';
import { sending } from './sending.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** With options over its own; once, where it has a name. `H` follows from the types of the canvas. */
export type RunCanvas = <H>(canvas: Signature, options: TaskOptions, name: Name | null) => Run<H>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const running = (producing: Producing, broker: Broker, plan: Planner): RunCanvas => {
  const send = sending(producing, broker);
  const sendOnce = sendingOnce(producing, broker);

  const sent = <H>(
    canvas: Signature,
    ready: Signature,
    options: PlanOptions,
    name: Name | null,
  ): Run<H> => {
    const planned = plan(ready, [], options);
    if (E.isLeft(planned)) return settled(planned);
    const { result } = planned.right;
    if (result === null) return settled(E.left(nothing()));
    const handleOf = (tuple: ResultTuple) => handle(producing.results, canvas, tuple) as H;
    if (name === null) {
      // before it is sent: nothing may fail once a message is out
      const made = handleOf(result);
      return pipe(
        send(planned.right),
        map(() => made),
      );
    }
    return pipe(
      sendOnce(planned.right, result.id, name),
      map((id) => handleOf(asyncResultTuple(id))),
    );
  };

  /** A codec of the user's may take for ever, and what is nested too deep says so. */
  const judged = <A>(check: () => Run<A>): Run<A> =>
    orElse(producing.execution.untilClosed(defer(check)), (error) =>
      settled(
        E.left(error instanceof UnexpectedError && isTooDeep(error.cause) ? tooDeep() : error),
      ),
    );

  return <H>(canvas: Signature, taskOptions: TaskOptions, name: Name | null) => {
    const options = celeryOptions(taskOptions);
    return isByName(canvas) && !hasLinks(options)
      ? sent<H>(canvas, canvas, options, name)
      : pipe(
          judged(() => checked(canvas)),
          chain((ready) =>
            pipe(
              judged(() => checkedLinks(options)),
              chain((over) => sent<H>(canvas, ready, over, name)),
            ),
          ),
        );
  };
};

const nothing = (): InvalidArgument =>
  new InvalidArgument('canvas', 'is an empty chain: there is nothing to run.');
