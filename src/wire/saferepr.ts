/**
 * Arguments as Celery shows them to monitors: some levels deep and some thousand characters
 * long, texts and bytes nearly as they are, and bytes that are not UTF-8 in hex.
 * Source: `saferepr` in `celery/utils/saferepr.py`, `truncate` in `celery/utils/text.py`.
 *
 * @since 0.1.0
 */
import { isUtf8 } from 'node:buffer';
import { ownRecord } from '../serialization/ownRecord.js';
import { repr } from './repr.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Limits {
  /** In code points, about: what closes a container is shown all the same. */
  readonly length: number;
  /** What is deeper is elided; 0 for none. */
  readonly levels: number;
}

/** Something with members, each after what separates it from the one before. */
interface Container {
  readonly opening: string;
  readonly closing: string;
  readonly members: ReadonlyArray<unknown>;
  readonly isDict: boolean;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** Total, as `repr` is. */
export const saferepr = (u: unknown, limits: Limits): string => {
  const shown = new Shown(limits);
  shown.add(u);
  return shown.text;
};

/** Of arguments, which are a tuple to Python. */
export const safereprOfTuple = (members: ReadonlyArray<unknown>, limits: Limits): string => {
  const shown = new Shown(limits);
  shown.addContainer(members, tuple(members));
  return shown.text;
};

/**
 * `room left → full`. What comes when no room is left is `, ...`, and from then on only the
 * containers that are open are closed. What fills the room to its end was the last one in its
 * container, if that is closed next.
 */
class Shown {
  text = '';
  private left: number;
  private isFull = false;
  private readonly within: Array<object> = [];

  constructor(private readonly limits: Limits) {
    this.left = limits.length;
  }

  add(u: unknown): void {
    const container = containerOf(u);
    if (container !== undefined) this.addContainer(u as object, container);
    else if (this.hasRoom()) this.put(leaf(u, this.left));
  }

  addContainer(u: object, { opening, closing, members, isDict }: Container): void {
    if (!this.hasRoom()) return;
    const { levels } = this.limits;
    if ((levels > 0 && this.within.length >= levels) || this.within.includes(u)) {
      this.put(`${opening}...${closing}`);
      return;
    }
    this.put(opening);
    this.within.push(u);
    for (const [i, member] of members.entries()) {
      if (i > 0) this.addText(', ');
      if (isDict) this.addEntry(member as readonly [unknown, unknown]);
      else this.add(member);
      if (this.isFull) break;
    }
    this.within.pop();
    this.put(closing);
  }

  private addEntry([key, value]: readonly [unknown, unknown]): void {
    if (this.hasRoom()) this.put(saferepr(key, { ...this.limits, length: this.left }));
    this.addText(': ');
    this.add(value);
  }

  private addText(text: string): void {
    if (this.hasRoom()) this.put(text);
  }

  private put(text: string): void {
    this.text += text;
    this.left -= lengthOf(text);
  }

  private hasRoom(): boolean {
    if (this.left <= 0 && !this.isFull) {
      this.isFull = true;
      this.text += ', ...';
    }
    return !this.isFull;
  }
}

// -------------------------------------------------------------------------------------
// containers
// -------------------------------------------------------------------------------------

const tuple = (members: ReadonlyArray<unknown>): Container => ({
  ...list(members),
  opening: '(',
  closing: members.length === 1 ? ',)' : ')',
});

const list = (members: ReadonlyArray<unknown>): Container => ({
  opening: '[',
  closing: ']',
  members,
  isDict: false,
});

const dict = (members: Container['members']): Container => ({
  opening: '{',
  closing: '}',
  members,
  isDict: true,
});

/** None for what a getter or a proxy keeps to itself, which `repr` has a word for. */
const containerOf = (u: unknown): Container | undefined => {
  if (typeof u !== 'object' || u === null) return undefined;
  try {
    if (Array.isArray(u)) return list([...u]);
    if (u instanceof Map) return dict([...u]);
    const prototype: unknown = Object.getPrototypeOf(u);
    if (prototype !== Object.prototype && prototype !== null) return undefined;
    return ownRecord(u) === undefined ? dict(Object.entries(u)) : undefined;
  } catch {
    return undefined;
  }
};

// -------------------------------------------------------------------------------------
// texts
// -------------------------------------------------------------------------------------

const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

/** What has no members, in so much room. */
const leaf = (u: unknown, length: number): string => {
  if (typeof u === 'string') return quoted(cut(u, length));
  return u instanceof Uint8Array ? bytes(u, length) : cut(repr(u), length);
};

/** Before the last space that there is room for. */
const cut = (text: string, length: number): string => {
  if (lengthUpTo(text, length) < length) return text;
  const head = firstOf(text, length);
  const space = head.lastIndexOf(' ');
  return `${space < 0 ? head : head.slice(0, space)}...`;
};

const bytes = (u: Uint8Array, length: number): string => {
  const head = Buffer.from(u.buffer, u.byteOffset, Math.min(u.byteLength, length));
  const text = isUtf8(head) ? head.toString() : head.toString('hex');
  return `b'${text}${u.byteLength > length ? '...' : ''}'`;
};

const surrogates = /[\ud800-\udfff]/;

/** In code points, as Python counts. */
const lengthOf = (text: string): number => (surrogates.test(text) ? [...text].length : text.length);

/** No more of it is looked at than can matter: a code point is two units at the most. */
const lengthUpTo = (text: string, length: number): number =>
  text.length < length ? text.length : lengthOf(text.slice(0, 2 * length));

const firstOf = (text: string, length: number): string => {
  const head = text.slice(0, 2 * length);
  return surrogates.test(head) ? [...head].slice(0, length).join('') : head.slice(0, length);
};
