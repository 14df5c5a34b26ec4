/**
 * Python values that JavaScript has no type for. Each holds the text the wire has, so
 * that nothing is lost in between; what to do with it is the caller's choice of library.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A Python `float` that must stay one: a number without a fraction is otherwise
 * written as an `int`.
 *
 * @example
 * import { Float } from 'chordis'
 *
 * const price = new Float(1) // written as 1.0, where 1 is written as 1
 *
 * @category model
 * @since 0.1.0
 */
export class Float {
  constructor(readonly value: number) {}
  /** So that it adds up and compares as a number does. */
  valueOf(): number {
    return this.value;
  }
  /** For `JSON.stringify`, which has no floats. */
  toJSON(): number {
    return this.value;
  }
}

/** What Python writes as a text, and Python alone has exactly. */
export abstract class PythonText {
  constructor(readonly text: string) {}
  /** The text. */
  toString(): string {
    return this.text;
  }
  /** The text, for `JSON.stringify`. */
  toJSON(): string {
    return this.text;
  }
}

/**
 * A Python `Decimal`, as its text: `10.50`, `1E+30`, `NaN`.
 *
 * @category model
 * @since 0.1.0
 */
export class Decimal extends PythonText {
  readonly _tag = 'Decimal';
}

/**
 * A Python `uuid.UUID`, as its text of five groups.
 *
 * @category model
 * @since 0.1.0
 */
export class Uuid extends PythonText {
  readonly _tag = 'Uuid';
  /** The 32 digits without the dashes. */
  get hex(): string {
    return this.text.replaceAll('-', '');
  }
}

/**
 * A Python `date`, as its text: `2024-05-06`.
 *
 * @category model
 * @since 0.1.0
 */
export class PlainDate extends PythonText {
  readonly _tag = 'PlainDate';
}

/**
 * A Python `time`, as its text: `03:04:05.500000`.
 *
 * @category model
 * @since 0.1.0
 */
export class PlainTime extends PythonText {
  readonly _tag = 'PlainTime';
}
