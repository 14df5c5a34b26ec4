/**
 * The traceback that is stored of what a TypeScript task threw: the text that a Python
 * traceback is to whoever reads it, with JavaScript's stack in it.
 *
 * @since 0.1.0
 */
import { isA } from '../serialization/reason.js';
import { causesOf, errorsOf } from './reasons.js';

/** In characters. A stack of Node's has ten lines; what is a hundred times that is no help. */
const longest = 65_536;

const isError = isA(Error);

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * The stack of an error, then those of the errors it stands for and of its causes; null for
 * what has none. A `TaskFailed` that was not caught has the traceback of its task.
 *
 * @internal
 */
export const tracebackOf = (thrown: unknown): string | null => {
  if (!isError(thrown)) return null;
  try {
    if ('traceback' in thrown && typeof thrown.traceback === 'string') return cut(thrown.traceback);
    if (typeof thrown.stack !== 'string' || thrown.stack === '') return null;
    const others = [...errorsOf(thrown, stackOf), ...causesOf(thrown, stackOf)];
    return cut([thrown.stack, ...others].join('\n'));
  } catch {
    // A getter or a proxy that throws.
    return null;
  }
};

/**
 * Options of a mark with the traceback of what was thrown, unless they say which it is.
 *
 * @internal
 */
export const withTraceback = <O extends { readonly traceback?: string | null }>(
  thrown: unknown,
  options: O | undefined,
): O | { readonly traceback: string | null } =>
  options?.traceback === undefined ? { ...options, traceback: tracebackOf(thrown) } : options;

const stackOf = (thrown: unknown): string =>
  isError(thrown) ? (thrown.stack ?? String(thrown)) : String(thrown);

const cut = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest)}\n...` : text;
