/**
 * The ways in which Python's `uuid.UUID` takes an id, as far as JSON can carry them: a
 * marker's value is passed to it as keywords.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { Uuid } from './values.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * Exactly one of `hex`, `bytes`, `bytes_le`, `fields` and `int` has to be there; a
 * `version` overwrites the bits that tell it.
 *
 * @internal
 */
export const readUuid = (keywords: unknown): E.Either<string, Uuid> => {
  if (typeof keywords !== 'object' || keywords === null || Array.isArray(keywords)) {
    return E.left('not a uuid: no keywords');
  }
  const given = Object.entries(keywords).filter(([, value]) => value !== null);
  const ids = given.filter(([name]) => Object.hasOwn(readers, name));
  const [id] = ids;
  const unknown = given.find(([name]) => !Object.hasOwn(readers, name) && !isOption(name));
  if (unknown !== undefined) return E.left(`not a uuid: ${unknown[0].slice(0, 40)} is no keyword`);
  if (id === undefined || ids.length > 1) return E.left('not a uuid: not exactly one of its forms');
  const [name, value] = id;
  const number = readers[name]?.(value);
  if (number === undefined) return E.left(`not a uuid: a bad ${name}`);
  const version = given.find(([option]) => option === 'version')?.[1];
  if (version === undefined) return E.right(fromInt(number));
  return typeof version === 'number' && Number.isInteger(version) && version >= 1 && version <= 5
    ? E.right(fromInt(withVersion(number, BigInt(version))))
    : E.left('not a uuid: a bad version');
};

const isOption = (name: string): boolean => name === 'version' || name === 'is_safe';

const fromInt = (n: bigint): Uuid => {
  const hex = n.toString(16).padStart(32, '0');
  return new Uuid(
    [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
      '-',
    ),
  );
};

/** Variant and version, as RFC 4122 has them. */
const withVersion = (n: bigint, version: bigint): bigint =>
  (n & ~(0xc000n << 48n) & ~(0xf000n << 64n)) | (0x8000n << 48n) | (version << 76n);

// -------------------------------------------------------------------------------------
// the forms
// -------------------------------------------------------------------------------------

type ReadForm = (value: unknown) => bigint | undefined;

/** With any dashes, in braces or as a URN. */
const fromHex: ReadForm = (value) => {
  if (typeof value !== 'string') return undefined;
  const digits = value
    .replaceAll('urn:', '')
    .replaceAll('uuid:', '')
    .replace(/^[{}]+|[{}]+$/g, '')
    .replaceAll('-', '');
  return /^[\da-fA-F]{32}$/.test(digits) ? BigInt(`0x${digits}`) : undefined;
};

const fromBytes: ReadForm = (value) =>
  value instanceof Uint8Array && value.length === 16
    ? BigInt(`0x${Buffer.from(value).toString('hex')}`)
    : undefined;

/** The first three fields with their least significant byte first. */
const fromLittleEndian: ReadForm = (value) =>
  value instanceof Uint8Array && value.length === 16
    ? fromBytes(littleEndian.map((at) => value[at] ?? 0))
    : undefined;

const littleEndian = Uint8Array.of(3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15);

const fromInteger: ReadForm = (value) => {
  const n = integer(value);
  return n !== undefined && n >= 0n && n < 1n << 128n ? n : undefined;
};

/** In bits. */
const fieldSizes = [32n, 16n, 16n, 8n, 8n, 48n];

const fromFields: ReadForm = (value) => {
  if (!Array.isArray(value) || value.length !== fieldSizes.length) return undefined;
  let n = 0n;
  for (const [i, size] of fieldSizes.entries()) {
    const field = integer(value[i]);
    if (field === undefined || field < 0n || field >= 1n << size) return undefined;
    n = (n << size) | field;
  }
  return n;
};

/** True and false are ints in Python. */
const integer = (value: unknown): bigint | undefined => {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
};

const readers: Readonly<Record<string, ReadForm>> = {
  hex: fromHex,
  bytes: fromBytes,
  bytes_le: fromLittleEndian,
  fields: fromFields,
  int: fromInteger,
};
