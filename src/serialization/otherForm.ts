/**
 * What bytes are that a serializer cannot read: which of the other forms a result has in
 * Celery is told by how they begin.
 *
 * @since 0.1.0
 */
import { isA } from './reason.js';

/**
 * `problem` where nothing better is known of the bytes. Nothing of them is shown.
 *
 * @internal
 */
export const otherForm = (bytes: unknown, problem: string): string => {
  // Some give a serializer no bytes at all.
  if (!isBytes(bytes)) return problem;
  const [, form] = forms.find(([beginning]) => beginsWith(bytes, beginning)) ?? [];
  return form ?? problem;
};

const isBytes = isA(Uint8Array);

const PICKLED = 'pickled, which is never read, since reading it runs code of the writer';

const by = (codec: string): string => `compressed by ${codec}, and not marked as Celery does`;

/** Of a pickle the number of its protocol comes second; the first two are text, and not told. */
const forms: ReadonlyArray<readonly [beginning: ReadonlyArray<number>, form: string]> = [
  ...[2, 3, 4, 5].map((protocol) => [[0x80, protocol], PICKLED] as const),
  [
    [...Buffer.from('\0celery-compressed\0')],
    'compressed, which this serializer alone does not read',
  ],
  [[0x1f, 0x8b], by('gzip')],
  [[0x78, 0x01], by('zlib')],
  [[0x78, 0x9c], by('zlib')],
  [[0x78, 0xda], by('zlib')],
  [[0x28, 0xb5, 0x2f, 0xfd], by('zstd')],
  [[...Buffer.from('BZh')], by('bzip2')],
  [[0xfd, ...Buffer.from('7zXZ\0')], by('xz')],
];

const beginsWith = (bytes: Uint8Array, beginning: ReadonlyArray<number>): boolean =>
  beginning.every((byte, at) => bytes[at] === byte);
