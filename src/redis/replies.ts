/**
 * What Redis answers in place of a reply: one table that says of each error reply what it
 * means for the command and for the link.
 *
 * | meaning | was the command run? | is the link of use? | try again? |
 * |---|---|---|---|
 * | `NotYet` | no | yes | yes, on the same link |
 * | `OtherLink` | no | no: what is behind it can't serve | yes, on a new link |
 * | `Credentials` | no | no | where a provider may know better by then |
 * | `Permission` | no | yes | no |
 * | `Refused` | no | yes | no |
 *
 * Any error reply, also to a PING, is a sign that the link lives. The same refusal comes in
 * other words from within a script, from other versions and from proxies; so it is brought
 * into one form first.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type Meaning = 'NotYet' | 'OtherLink' | 'Credentials' | 'Permission' | 'Refused';

export interface Refusal {
  readonly meaning: Meaning;
  /** The first word in capitals, such as `WRONGTYPE`; `ERR` where there is none. */
  readonly code: string;
  /** Without what a script adds to it. */
  readonly message: string;
}

// -------------------------------------------------------------------------------------
// the table
// -------------------------------------------------------------------------------------

/** The first row that matches counts. */
const TABLE: ReadonlyArray<readonly [RegExp, Meaning]> = [
  [/^(BUSY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS)\b/i, 'NotYet'],
  [
    /\bmax(imum)? (number of |concurrent )?(clients|connections)\b.*\b(reached|exceeded)\b/i,
    'NotYet',
  ],
  [/^READONLY\b/i, 'OtherLink'],
  [
    /^(WRONGPASS|NOAUTH|(ERR )?(invalid password|Client sent AUTH|AUTH <password> called))/i,
    'Credentials',
  ],
  [/^NOPERM\b/i, 'Permission'],
  [/^(ERR )?(ACL failure in script|The user executing the script)/i, 'Permission'],
];

/** What a script puts in front of an error that it met, once or more, and behind it. */
const IN_SCRIPT = [
  /^(ERR )?Error (running|compiling) script \([^)]*\): /i,
  /^(ERR )?@?user_script: ?\d+: /i,
  /^-(?=[A-Z])/,
];
const BEHIND_SCRIPT = /,? ?\(?script: ?[0-9a-f]*(, on @user_script: ?\d+)?\)?\.?$/i;

const withoutScript = (said: string): string => {
  const rest = IN_SCRIPT.reduce((text, prefix) => text.replace(prefix, ''), said);
  return rest === said ? said.replace(BEHIND_SCRIPT, '').trimEnd() : withoutScript(rest);
};

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** Reads what a server has said. */
export const refusal = (said: string): Refusal => {
  const message = withoutScript(said);
  const [, code = 'ERR'] = /^([A-Z][A-Z0-9_]+)\b/.exec(message) ?? [];
  const row = TABLE.find(([pattern]) => pattern.test(message));
  return { meaning: row?.[1] ?? 'Refused', code, message };
};
