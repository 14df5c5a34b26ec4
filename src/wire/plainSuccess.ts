/**
 * Nearly every meta that is read is a SUCCESS with a result, a date and nothing else, to
 * the byte as Celery writes it. There the result alone has to be parsed, since what is
 * around it can be compared; that is faster than to parse and check it all.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { codeAt } from '../serialization/codeAt.js';
import { DateTime } from '../serialization/dateTime.js';
import type { Serializer } from '../serialization/serializer.js';
import { SUCCESS } from '../states.js';
import type { TaskMeta } from './meta.js';
import { nothing } from './wireMeta.js';

const BEFORE_RESULT = Buffer.from('{"status": "SUCCESS", "result": ');
const BEFORE_DATE = Buffer.from(', "traceback": null, "children": [], "date_done": "');
const BEFORE_ID = Buffer.from('", "task_id": "');
const END = Buffer.from('"}');

/** Of a date with microseconds, in UTC. */
const DATE_LENGTH = '2024-05-06T07:08:09.123456+00:00'.length;

/**
 * The same as `decodeTaskMeta` gives, or undefined where the bytes are any others.
 *
 * @internal
 */
export const plainSuccess =
  (serializer: Serializer) =>
  (bytes: Buffer, taskId: string): TaskMeta | undefined => {
    const end = bytes.length - END.length;
    const id = end - taskId.length;
    const dateEnd = id - BEFORE_ID.length;
    const date = dateEnd - DATE_LENGTH;
    const resultEnd = date - BEFORE_DATE.length;
    const isPlain =
      serializer.isCompositional === true &&
      isAt(bytes, 0, BEFORE_RESULT) &&
      // a value alone would be taken for a compressed one
      bytes[BEFORE_RESULT.length] !== NUL &&
      isAt(bytes, resultEnd, BEFORE_DATE) &&
      isAt(bytes, dateEnd, BEFORE_ID) &&
      isTextAt(bytes, id, taskId) &&
      isAt(bytes, end, END);
    if (!isPlain) return;
    const dateDone = new DateTime(bytes.toString('latin1', date, dateEnd));
    if (Number.isNaN(dateDone.getTime())) return;
    const result = serializer.decode(bytes.subarray(BEFORE_RESULT.length, resultEnd));
    if (E.isLeft(result)) return;
    return {
      taskId,
      status: SUCCESS,
      result: result.right,
      traceback: null,
      children: none,
      dateDone,
      rest: nothing,
    };
  };

const none: TaskMeta['children'] = Object.freeze([]);

const isAt = (bytes: Buffer, at: number, expected: Buffer): boolean => {
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
  return true;
};

/** Only for a text that JSON writes as it is. */
const isTextAt = (bytes: Buffer, at: number, text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = codeAt(text, i);
    if (bytes[at + i] !== code || !isVerbatim(code)) return false;
  }
  return true;
};

const isVerbatim = (code: number): boolean =>
  code >= 0x20 && code < 0x7f && code !== QUOTE && code !== BACKSLASH;

const NUL = 0;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
