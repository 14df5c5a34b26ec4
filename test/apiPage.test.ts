/** The API at a glance, held to what the entry points export. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** With the pages of errors and of the marble kit, to which it leads. */
const words = new Set(
  ['api', 'errors', 'testing'].flatMap((page) => textOf(`docs/${page}.md`).match(/\w+/g) ?? []),
);

const entryPoints: ReadonlyArray<{ readonly types?: string }> = Object.values(
  JSON.parse(textOf('package.json')).exports,
);

const indexes = entryPoints.flatMap(({ types }) =>
  types === undefined ? [] : [types.replace('./dist/', 'src/').replace('.d.ts', '.ts')],
);

/** The values that an index exports, by name. */
const valuesOf = (index: string): ReadonlyArray<string> => {
  const text = textOf(index).replaceAll(/^export type .*?;$/gms, '');
  const spaces = [...text.matchAll(/^export \* as (\w+)/gm)].map(([, name = '']) => name);
  const lists = [...text.matchAll(/^export \{(.*?)\}/gms)].flatMap(([, list = '']) =>
    list.split(',').map((item) => item.trim()),
  );
  const names = lists.filter((item) => item !== '' && !item.startsWith('type '));
  return [...spaces, ...names.map((item) => item.replace(/^\w+ as /, ''))];
};

/** It shows them by the first and the last: `SUCCESS` … `READY_STATES`. */
const isState = (name: string): boolean => /^[A-Z_]+$/.test(name);

it.each(indexes)('the API at a glance names all values of %s', (index) => {
  const values = valuesOf(index);
  expect(values.length).toBeGreaterThan(0);
  expect(values.filter((name) => !isState(name) && !words.has(name))).toEqual([]);
});
