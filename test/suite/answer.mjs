// The Node side of `chordis_node.py`: answers requests on standard input, one JSON object a
// line. Values come and go as Kombu's JSON, which `json` of chordis reads.
import { Buffer } from 'node:buffer';
import { createInterface } from 'node:readline';
import { json } from 'chordis';
import * as E from 'fp-ts/lib/Either.js';

/** What Python tells it as it starts; what is null there is left out here. */
export const settings = Object.fromEntries(
  Object.entries(JSON.parse(process.argv[2] ?? '{}')).filter(([, value]) => value !== null),
);

/** @param {unknown} value */
export const wireText = (value) => {
  const encoded = json.encode(value);
  if (E.isLeft(encoded)) throw encoded.left;
  return String(encoded.right);
};

/** @param {unknown} value */
const line = (value) => process.stdout.write(`${wireText(value)}\n`);

// -------------------------------------------------------------------------------------
// what Node asks of Python meanwhile
// -------------------------------------------------------------------------------------

/** @type {Map<number, (error: string | null) => void>} */
const called = new Map();

/**
 * Has Python do something, and rejects with what it raised.
 *
 * @param {Record<string, unknown>} what
 * @returns {Promise<null>}
 */
export const call = (what) =>
  new Promise((resolve, reject) => {
    const answer = called.size + 1;
    called.set(answer, (error) => (error === null ? resolve(null) : reject(new Error(error))));
    line({ answer, ...what });
  });

// -------------------------------------------------------------------------------------
// what Python asks for
// -------------------------------------------------------------------------------------

/** @typedef {Record<string, (asked: any) => Promise<unknown>>} Methods */

/**
 * Until the input ends.
 *
 * @param {Methods} methods
 */
export const answerAll = async (methods) => {
  /** @param {Record<string, any>} asked */
  const answer = async ({ id, method, ...asked }) => {
    try {
      line({ id, returned: (await methods[method]?.(asked)) ?? null });
    } catch (error) {
      line({ id, raised: error instanceof Error ? error.message : String(error) });
    }
  };
  for await (const input of createInterface({ input: process.stdin })) {
    const read = json.decode(Buffer.from(input));
    if (E.isLeft(read)) throw new Error(read.left);
    const message = /** @type {Record<string, any>} */ (read.right);
    if ('answered' in message) {
      const settle = called.get(message.answered);
      called.delete(message.answered);
      settle?.(message.error);
    } else answer(message);
  }
};
