/**
 * Celery's stand-in for an exception that cannot be pickled, which tells of the task's own:
 * its module, its name, its arguments and its `repr`.
 * Source: `UnpickleableExceptionWrapper` in `celery/utils/serialization.py`.
 *
 * @since 0.1.0
 */

/**
 * What an exception is a stand-in for; undefined where it is none.
 *
 * @internal
 */
export const unwrapped = (
  excType: string,
  args: ReadonlyArray<unknown>,
  excModule: string | null,
): Wrapped | undefined => {
  if (excType !== 'UnpickleableExceptionWrapper' || excModule !== 'celery.utils.serialization') {
    return undefined;
  }
  const [module, name, own, text] = args;
  const isTold =
    (typeof module === 'string' || module === null) &&
    typeof name === 'string' &&
    Array.isArray(own) &&
    typeof text === 'string';
  return isTold ? { excType: name, excModule: module, args: own, repr: text } : undefined;
};

interface Wrapped {
  readonly excType: string;
  readonly excModule: string | null;
  readonly args: ReadonlyArray<unknown>;
  readonly repr: string;
}
