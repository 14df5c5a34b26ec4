/**
 * What Python's `Decimal` makes of a number: a float is taken to the last of its binary
 * digits, so that 0.1 is 0.1000000000000000055511151231257827021181583404541015625.
 *
 * @since 0.1.0
 */

/**
 * As `str()` prints the `Decimal` of a number.
 *
 * @internal
 */
export const exactDecimal = (n: number | bigint | boolean): string => {
  if (typeof n === 'bigint') return n.toString();
  if (typeof n === 'boolean') return n ? '1' : '0';
  if (Number.isNaN(n)) return 'NaN';
  const sign = n < 0 || Object.is(n, -0) ? '-' : '';
  return Number.isFinite(n) ? sign + digitsOf(Math.abs(n)) : `${sign}Infinity`;
};

const digitsOf = (n: number): string => {
  if (Number.isInteger(n)) return BigInt(n).toString();
  // Each halving of a whole number takes one decimal place more.
  let places = 0;
  let whole = n;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    places++;
  }
  return placed((BigInt(whole) * 5n ** BigInt(places)).toString(), places);
};

/** With an exponent from the seventh zero behind the point on. */
const placed = (digits: string, places: number): string => {
  const exponent = digits.length - places - 1;
  if (exponent >= -6) {
    const padded = digits.padStart(places + 1, '0');
    return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${fraction}E${exponent}`;
};
