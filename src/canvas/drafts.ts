/**
 * Results while it is not known yet what comes before them. A canvas is frozen from its end,
 * so a result gets its parent later: the one thing in this room that changes.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** As a `ResultTuple`. */
export type Draft = AsyncDraft | GroupDraft;

interface AsyncDraft {
  readonly _tag: 'AsyncResult';
  readonly id: string;
  parent: Draft | null;
}

export interface GroupDraft {
  readonly _tag: 'GroupResult';
  readonly id: string;
  readonly results: ReadonlyArray<Draft>;
  parent: Draft | null;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const asyncDraft = (id: string): Draft => ({ _tag: 'AsyncResult', id, parent: null });

export const groupDraft = (id: string, results: ReadonlyArray<Draft>): GroupDraft => ({
  _tag: 'GroupResult',
  id,
  results,
  parent: null,
});

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** What comes before all else on the way to a result. */
export const firstOf = (result: Draft): Draft => {
  let first = result;
  while (first.parent !== null) first = first.parent;
  return first;
};

/** What came after `parent` on the way to `result`, without it from now on. */
export const detached = (result: Draft | undefined, parent: Draft): Draft | undefined => {
  let after: Draft | null = result ?? null;
  while (after !== null && after.parent !== parent) after = after.parent;
  if (after !== null) after.parent = null;
  return after ?? undefined;
};
