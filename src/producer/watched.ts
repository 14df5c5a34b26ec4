/**
 * The tasks of a plan whose results are asked for.
 *
 * @since 0.1.0
 */
import type { Plan } from '../canvas/plan.js';
import type { ResultTuple } from '../wire/resultTuple.js';

/** But for those that store none. */
export const watched = ({ result, messages }: Plan): ReadonlyArray<string> => {
  if (result === null) return [];
  const ids = idsOf(result);
  const silent = messages.filter(({ headers }) => headers.ignore_result === true);
  if (silent.length === 0) return ids;
  const silentIds = new Set(silent.map(({ headers }) => headers.id));
  return ids.filter((id) => !silentIds.has(id));
};

const idsOf = (result: ResultTuple): ReadonlyArray<string> =>
  result._tag === 'AsyncResult' ? [result.id] : result.results.flatMap(idsOf);
