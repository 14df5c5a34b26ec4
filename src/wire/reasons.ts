/**
 * What an error says besides its message: the errors that an `AggregateError` stands for,
 * and what caused it. Node tells why a connection was refused by nothing else.
 *
 * @since 0.1.0
 */

/** So many errors of one, and causes of causes, are told. */
const most = 15;

type Named = (thrown: unknown) => string;

/**
 * One text for all, as the second argument of Python's `ExceptionGroup` is told; none where
 * there are no errors. `named` prints what was thrown.
 *
 * @internal
 */
export const errorsOf = (error: Error, named: Named): ReadonlyArray<string> => {
  if (!isAggregate(error) || error.errors.length === 0) return [];
  const names = error.errors.slice(0, most).map(named);
  const more = error.errors.length - names.length;
  return [`[${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}]`];
};

/** Others keep other things under that name. */
const isAggregate = (error: Error): error is AggregateError =>
  (error instanceof AggregateError || error.name === 'AggregateError') &&
  'errors' in error &&
  Array.isArray(error.errors);

/**
 * A text for each cause, the nearest first.
 *
 * @internal
 */
export const causesOf = (error: Error, named: Named): ReadonlyArray<string> => {
  const causes: Array<unknown> = [];
  let at: unknown = error;
  while (at instanceof Error && at.cause !== undefined && causes.length < most) {
    at = at.cause;
    // A cycle.
    if (at === error || causes.includes(at)) break;
    causes.push(at);
  }
  return causes.map((cause) => `caused by ${named(cause)}`);
};
