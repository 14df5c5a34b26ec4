/**
 * Python's `json.loads`, for what `JSON.parse` would round or refuse: integers of any
 * size, `NaN`, `Infinity`, and markers. It keeps its own stack, so no nesting overflows,
 * and reads each character a bounded number of times.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { needsJsonForm, withJsonForm } from './jsonForm.js';
import { maxIntDigits } from './pythonNumber.js';
import { isA, reasonOf } from './reason.js';

/** Thrown by the reader and caught by `parseJson`. */
class Malformed {
  constructor(readonly problem: string) {}
}

const isMalformed = isA(Malformed);

/**
 * An array or object still open; `key` is the member whose value comes next, and `isOdd` says
 * that there is one in it that `JSON.stringify` would throw at.
 */
type Frame =
  | { readonly list: Array<unknown>; isOdd: boolean }
  | { readonly dict: Record<string, unknown>; key: string; isOdd: boolean };

/**
 * @internal
 */
export interface Reader {
  /** Given each object as it closes, innermost first; it may replace it. */
  readonly revive: (dict: Record<string, unknown>) => E.Either<string, unknown>;
  /** What a number with a fraction or an exponent becomes. */
  readonly float: (text: string) => unknown;
}

/**
 * @internal
 */
export const parseJson =
  (reader: Reader) =>
  (text: string): E.Either<string, unknown> => {
    try {
      return E.right(read(text, reader));
    } catch (thrown) {
      // Anything else is from a marker of the user's own.
      return E.left(isMalformed(thrown) ? thrown.problem : `a marker threw ${reasonOf(thrown)}`);
    }
  };

const read = (text: string, reader: Reader): unknown => {
  const open: Array<Frame> = [];
  let at = skipSpace(text, 0);
  for (;;) {
    let value: unknown;
    const opener = text[at];
    if (opener === '[' || opener === '{') {
      at = skipSpace(text, at + 1);
      const frame: Frame =
        opener === '[' ? { list: [], isOdd: false } : { dict: {}, key: '', isOdd: false };
      if (text[at] !== closerOf(frame)) {
        if ('dict' in frame) at = readKey(text, at, frame);
        open.push(frame);
        continue;
      }
      at++;
      value = close(frame, reader);
    } else {
      const scalar = readScalar(text, at, reader);
      value = scalar.value;
      at = scalar.end;
    }
    for (;;) {
      at = skipSpace(text, at);
      const frame = open.at(-1);
      if (frame === undefined) {
        if (at < text.length) throw malformed('extra data', text, at);
        return value;
      }
      add(frame, value);
      if (text[at] === ',') {
        at = skipSpace(text, at + 1);
        if ('dict' in frame) at = readKey(text, at, frame);
        break;
      }
      if (text[at] !== closerOf(frame))
        throw malformed(`',' or '${closerOf(frame)}' expected`, text, at);
      at++;
      open.pop();
      value = close(frame, reader);
    }
  }
};

// -------------------------------------------------------------------------------------
// containers
// -------------------------------------------------------------------------------------

const closerOf = (frame: Frame): string => ('list' in frame ? ']' : '}');

const add = (frame: Frame, value: unknown): void => {
  frame.isOdd ||= needsJsonForm(value);
  if ('list' in frame) frame.list.push(value);
  else if (frame.key === '__proto__') {
    // An assignment would set the prototype; here it is data.
    Object.defineProperty(frame.dict, frame.key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else frame.dict[frame.key] = value;
};

const close = (frame: Frame, reader: Reader): unknown => {
  if (frame.isOdd) withJsonForm('list' in frame ? frame.list : frame.dict);
  if ('list' in frame) return frame.list;
  const value = reader.revive(frame.dict);
  if (E.isLeft(value)) throw new Malformed(value.left);
  return value.right;
};

const readKey = (text: string, at: number, frame: { key: string }): number => {
  if (text[at] !== '"') throw malformed('a member name in double quotes expected', text, at);
  const end = endOfString(text, at);
  frame.key = unquote(text, at, end);
  const colon = skipSpace(text, end);
  if (text[colon] !== ':') throw malformed("':' expected", text, colon);
  return skipSpace(text, colon + 1);
};

// -------------------------------------------------------------------------------------
// scalars
// -------------------------------------------------------------------------------------

interface Scalar {
  readonly value: unknown;
  readonly end: number;
}

const readScalar = (text: string, at: number, reader: Reader): Scalar => {
  if (text[at] === '"') {
    const end = endOfString(text, at);
    return { value: unquote(text, at, end), end };
  }
  numberToken.lastIndex = at;
  const match = numberToken.exec(text);
  if (match === null) return readWord(text, at);
  return {
    value:
      match[1] === undefined && match[2] === undefined ? toInt(match[0]) : reader.float(match[0]),
    end: at + match[0].length,
  };
};

const readWord = (text: string, at: number): Scalar => {
  for (const [word, value] of words) {
    if (text.startsWith(word, at)) return { value, end: at + word.length };
  }
  throw malformed('a value expected', text, at);
};

const words: ReadonlyArray<readonly [string, unknown]> = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];

const numberToken = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;

/** An int has no negative zero, and a number only where that is exact. */
const toInt = (digits: string): number | bigint => {
  if (digits.length > maxIntDigits) {
    throw new Malformed(
      `an integer of ${digits.length} digits; Python reads no more than ${maxIntDigits}`,
    );
  }
  const n = Number(digits);
  return Number.isSafeInteger(n) ? n + 0 : BigInt(digits);
};

/** Behind the closing quote, which is the first one after an even number of backslashes. */
const endOfString = (text: string, start: number): number => {
  for (
    let quote = text.indexOf('"', start + 1);
    quote !== -1;
    quote = text.indexOf('"', quote + 1)
  ) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  throw malformed('unterminated string', text, start);
};

const unquote = (text: string, start: number, end: number): string => {
  try {
    return JSON.parse(text.slice(start, end));
  } catch {
    throw malformed('a string with a bad escape or a control character', text, start);
  }
};

// -------------------------------------------------------------------------------------
// text
// -------------------------------------------------------------------------------------

const skipSpace = (text: string, from: number): number => {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
};

const malformed = (problem: string, text: string, at: number): Malformed =>
  new Malformed(
    at < text.length ? `${problem} at character ${at}` : `${problem}, but the text ends at ${at}`,
  );
