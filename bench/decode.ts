/**
 * What the wire costs: a meta decoded and validated against `JSON.parse`, and encoded
 * against `JSON.stringify`, at three sizes. Prints the ratios; 1 is the native speed.
 */
import * as E from 'fp-ts/lib/Either.js';
import { json } from '../src/serialization/json.js';
import { decodeTaskMeta, encodeTaskMeta } from '../src/wire/taskMeta.js';

const row = (i: number) => ({
  id: `3f0c9a52-5c0b-4f0e-9d7e-${String(i).padStart(12, '0')}`,
  name: `row ${i}`,
  score: i / 7,
  tags: ['a', 'b', null, true],
});

const metaOf = (result: unknown) => ({
  status: 'SUCCESS',
  result,
  traceback: null,
  children: [],
  date_done: '2024-05-06T07:08:09.123456+00:00',
  task_id: '3f0c9a52-5c0b-4f0e-9d7e-0c1b2a394857',
});

const rows = (n: number) => metaOf(Array.from({ length: n }, (_, i) => row(i)));

const samples = [
  { size: '250 B', wire: metaOf({ value: 42, ok: true, name: 'a result of two hundred bytes' }) },
  { size: '10 KB', wire: rows(80) },
  { size: '1 MB', wire: rows(8000) },
];

/** The best of several rounds, in nanoseconds a call. */
const time = (run: () => unknown, bytes: number): number => {
  const calls = Math.max(20, Math.round(40_000_000 / bytes / 4));
  const rounds = Array.from({ length: 15 }, () => {
    const started = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) run();
    return Number(process.hrtime.bigint() - started) / calls;
  });
  return Math.min(...rounds);
};

const decode = decodeTaskMeta(json);
const encode = encodeTaskMeta(json);

for (const { size, wire } of samples) {
  const text = json.encode(wire);
  if (E.isLeft(text)) throw text.left;
  const bytes = Buffer.from(text.right as string);
  const meta = decode('key', bytes, 'id');
  if (E.isLeft(meta)) throw meta.left;
  const native = {
    parse: time(() => JSON.parse(bytes.toString()), bytes.length),
    stringify: time(() => JSON.stringify(wire), bytes.length),
  };
  const own = {
    decode: time(() => decode('key', bytes, 'id'), bytes.length),
    encode: time(() => encode(meta.right), bytes.length),
  };
  const ratio = (a: number, b: number) => `${(a / b).toFixed(2)} (${(a / 1000).toFixed(2)} µs)`;
  console.log(
    `${size.padEnd(6)} ${bytes.length} bytes: decode ${ratio(own.decode, native.parse)}, encode ${ratio(own.encode, native.stringify)}`,
  );
}
