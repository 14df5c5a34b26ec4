/**
 * Numbers as Python's `repr` prints them. JavaScript has the same shortest digits, but
 * turns to an exponent elsewhere.
 *
 * @since 0.1.0
 */

/**
 * Whether a number is a Python `int`: where it is a safe integer. An `int` has no `-0`.
 *
 * @internal
 */
export const isInt = (n: number): boolean => Number.isSafeInteger(n) && !Object.is(n, -0);

/**
 * A number as a Python `int` or `float`.
 *
 * @internal
 */
export const numberText = (n: number): string => (isInt(n) ? String(n) : floatText(n));

/**
 * A number as a Python `float`: `1.0`, `1e+16`, `1e-07`, `-0.0`; and `NaN` and `Infinity`,
 * as Python's JSON has them.
 *
 * @internal
 */
export const floatText = (n: number): string => {
  const size = Math.abs(n);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return n.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  if (Object.is(n, -0)) return '-0.0';
  return Number.isInteger(n) ? `${n}.0` : String(n);
};

/**
 * The most digits of an `int` that Python reads or prints, unless told otherwise
 * (`sys.get_int_max_str_digits`).
 *
 * @internal
 */
export const maxIntDigits = 4300;
