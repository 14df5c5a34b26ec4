/**
 * What a failed task raised, as a `TaskFailed` carries it. The codec that reads and writes it
 * is in `wire`; the type is here, since errors know nothing of the wire.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * An exception of Python's as data.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskException {
  /** The class's qualified name, such as `ValueError` or `Outer.Inner`. */
  readonly excType: string;
  /** Where the class is from, such as `builtins`; null where that is unknown. */
  readonly excModule: string | null;
  /** What the class was called with. */
  readonly args: ReadonlyArray<unknown>;
  /** As Python prints it: `ValueError('bad input', 7)`. */
  readonly repr: string;
  /**
   * What else it was stored with, as `update_state` lets a task do: by its name on the wire,
   * and written last, over the other members. Undefined is a member that was missing.
   */
  readonly rest?: Readonly<Record<string, unknown>>;
}
