/**
 * What has no form in JSON, and why.
 *
 * @since 0.1.0
 */
import { ownRecord } from './ownRecord.js';
import { isA } from './reason.js';
import { type Ancestors, pathOf } from './valuePath.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Thrown by the writer and caught by `encodeJson`. */
export class Refusal {
  constructor(
    readonly problem: string,
    readonly path: string,
  ) {}
}

/** Whether it was thrown here, and not by code of the user's. */
export const isRefusal = isA(Refusal);

/**
 * Deeper than Python can read. A cycle ends here too, so that none has to be looked for
 * before.
 */
export const depthLimit = 1000;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** A record of chordis's own is no value of a user's. */
export const refuseOwn = (value: object, within: Ancestors): void => {
  const kind = ownRecord(value);
  if (kind !== undefined) throw new Refusal(`${kind} has no form in JSON`, pathOf(within));
};

/** Of what Python would take for a marker. */
export const lookalike = (within: Ancestors): Refusal =>
  new Refusal(
    'an object of just __type__ and __value__ would be read as something else; register a marker for it',
    pathOf(within),
  );

/** Of what is nested too deep, or a cycle. */
export const tooDeep = (within: Ancestors, value: object): Refusal => {
  const path = [...within, value];
  const again = path.findIndex((ancestor, i) => path.indexOf(ancestor) < i);
  return again === -1
    ? new Refusal(`nested more than ${depthLimit} deep`, `${pathOf(path.slice(0, 8))}…`)
    : new Refusal('refers back to a value that it is part of', pathOf(path.slice(0, again + 1)));
};

/** As a refusal names it. */
export const nameOf = (value: unknown): string =>
  value === undefined
    ? 'undefined'
    : typeof value === 'object' && value !== null
      ? `a value of class ${value.constructor?.name ?? 'null'}`
      : `a ${typeof value}`;
