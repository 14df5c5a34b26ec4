/**
 * How far a reader is, as the id of an event: any server that is given it goes on from there,
 * and keeps nothing of the reader meanwhile.
 *
 * It holds, in this order, a digest of the request's ids (so that the id of another request
 * begins anew), one bit for each task whose ready state has been told, a tag for each of the
 * tasks that were last heard of before they were ready, and how many of each group have
 * failed:
 *
 * ```text
 * Zk3f9aBc . AQE . AAUx9Qs0 . 2
 * ids        ready  last told   failed
 * ```
 *
 * With 20,000 tasks that is under 4 KB, which a header has room for. A tag tells whether the
 * state that is stored is the one told last; a task without one is told its state again, which
 * is not ready.
 *
 * @since 0.1.0
 */
import { createHash } from 'node:crypto';
import type { Members } from './members.js';

/** How many tasks have a tag: those told last. */
const MOST_TAGS = 32;

/** Of a place and the tag that follows it, in characters. */
const PLACE = 3;
const TAG = 5;

const PLACED_TAGS = new RegExp(`.{${PLACE + TAG}}`, 'g');

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const FORM = /^([\w-]{8})\.([\w-]*)\.([\w-]*)((?:\.[\da-z]+)*)$/;

export class Cursor {
  private readonly fingerprint: string;
  private readonly bits: Uint8Array;
  /** The bits as text, until another one is set. */
  private written: string | undefined;
  /** By the places of the tasks, the one told last at the end. */
  private readonly tags = new Map<number, string>();
  /** How many tasks of each group have failed or were revoked. */
  readonly failed: Array<number>;

  /** From the start, unless `id` is one that a cursor of the same members gave. */
  constructor(members: Members, id: string | null = null) {
    const { ids, groups } = members;
    this.fingerprint = fingerprintOf(members);
    this.bits = new Uint8Array(Math.ceil(ids.length / 8));
    this.failed = groups.map(() => 0);
    const [, fingerprint, bits = '', tags = '', failed = ''] = FORM.exec(id ?? '') ?? [];
    if (fingerprint !== this.fingerprint) return;
    this.bits.set(Buffer.from(bits, 'base64url').subarray(0, this.bits.length));
    for (const [placed] of tags.matchAll(PLACED_TAGS)) {
      this.unready(placeIn(placed.slice(0, PLACE)), placed.slice(PLACE));
    }
    for (const [n, count] of failed
      .split('.')
      .slice(1, groups.length + 1)
      .entries()) {
      this.failed[n] = Number.parseInt(count, 36);
    }
  }

  /** Whether the ready state of the task there has been told. */
  isReady(at: number): boolean {
    return ((this.bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  /** Whether this is what was told of it last. */
  isLast(at: number, tag: string): boolean {
    return this.tags.get(at) === tag;
  }

  /** A ready state has been told. */
  ready(at: number): void {
    this.bits[at >> 3] = (this.bits[at >> 3] ?? 0) | (1 << (at & 7));
    this.written = undefined;
    this.tags.delete(at);
  }

  /** Another state has been told. */
  unready(at: number, tag: string): void {
    this.tags.delete(at);
    this.tags.set(at, tag);
    if (this.tags.size <= MOST_TAGS) return;
    const [first = at] = this.tags.keys();
    this.tags.delete(first);
  }

  toString(): string {
    this.written ??= this.writtenBits();
    let text = `${this.fingerprint}.${this.written}.`;
    for (const [at, tag] of this.tags) text += placeOf(at) + tag;
    for (const count of this.failed) text += `.${count.toString(36)}`;
    return text;
  }

  private writtenBits(): string {
    const end = this.bits.findLastIndex((byte) => byte !== 0) + 1;
    return Buffer.from(this.bits.subarray(0, end)).toString('base64url');
  }
}

const placeOf = (at: number): string =>
  `${DIGITS[at >> 12]}${DIGITS[(at >> 6) & 63]}${DIGITS[at & 63]}`;

const placeIn = (text: string): number =>
  [...text].reduce((at, digit) => at * 64 + DIGITS.indexOf(digit), 0);

/** A list of texts has one JSON, so that no two requests are taken for one. */
const fingerprintOf = ({ ids, groups }: Members): string =>
  createHash('sha256')
    .update(JSON.stringify([ids, groups.map(({ groupId }) => groupId)]))
    .digest('base64url')
    .slice(0, 8);

/** What tells a state from another one of the same task. */
export const tagOf = (json: string): string =>
  createHash('sha256').update(json).digest('base64url').slice(0, TAG);
