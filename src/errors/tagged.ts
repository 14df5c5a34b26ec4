/**
 * `Tagged`: what all errors have in common.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What `JSON.stringify` shows of an error: its tag, its message, the message of its cause,
 * and those of its fields that are a text, a number or a flag. No payload, no bytes, no
 * stack and no hint, so that it may be sent to whoever asked.
 *
 * @category model
 * @since 0.1.0
 */
export interface ErrorJson {
  /** Which of the errors it is. */
  readonly _tag: string;
  /** What happened, and to what. */
  readonly message: string;
  /** The fields that are a text, a number or a flag. */
  readonly [field: string]: string | number | boolean | null;
}

/**
 * A real `Error` that is told apart by its `_tag`.
 *
 * Fields named as one of Error's own are declared, not assigned: Error sets them.
 */
export abstract class Tagged<Tag extends string> extends Error {
  /** Which of the errors it is. */
  abstract readonly _tag: Tag;
  /** What whoever runs the program could do about it, such as an option to change. */
  declare readonly hint?: string;
  /** The tag. */
  override get name(): string {
    return this._tag;
  }
  /** For `JSON.stringify`. */
  toJSON(): ErrorJson {
    const fields = Object.entries(this).filter(([name, u]) => name !== 'hint' && isScalar(u));
    const cause = messageOf(this.cause);
    return {
      ...Object.fromEntries(fields),
      _tag: this._tag,
      message: this.message,
      ...(cause !== undefined && { cause }),
    };
  }
}

const isScalar = (u: unknown): boolean =>
  u === null || typeof u === 'string' || typeof u === 'number' || typeof u === 'boolean';

/** The cause may be anything that was thrown, and throw when it is looked at. */
const messageOf = (cause: unknown): string | undefined => {
  try {
    return cause instanceof Error ? String(cause.message) : undefined;
  } catch {
    return undefined;
  }
};
