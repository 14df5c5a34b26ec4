/**
 * The path to a value, such as `$.result[2]`, found only once it is needed: none is kept
 * while all goes well.
 *
 * @since 0.1.0
 */

/**
 * What a value has been reached through, outermost first.
 *
 * @internal
 */
export type Ancestors = Array<object>;

/**
 * The path to `value` in the innermost of `within`. Equal values have equal fates, so the
 * first member that holds the value is the one meant.
 *
 * @internal
 */
export const pathTo = (within: Ancestors, value: unknown): string => {
  const segments = within.map((parent, i) =>
    segment(parent, i + 1 < within.length ? within[i + 1] : value),
  );
  return `$${segments.join('')}`;
};

/**
 * The path to the innermost of `within`.
 *
 * @internal
 */
export const pathOf = (within: Ancestors): string => pathTo(within.slice(0, -1), within.at(-1));

const segment = (parent: object, child: unknown): string => {
  if (Array.isArray(parent)) {
    const index = parent.findIndex((item) => Object.is(item, child));
    return index === -1 ? '' : `[${index}]`;
  }
  const members = parent instanceof Map ? [...parent] : Object.entries(parent);
  const key = members.find(([, member]) => Object.is(member, child))?.[0];
  if (key === undefined) return '';
  return /^[A-Za-z_$][\w$]*$/.test(String(key)) ? `.${key}` : `[${JSON.stringify(String(key))}]`;
};
