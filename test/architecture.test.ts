import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a file imports, types included; the examples of comments are none. */
const importsOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^(?! *\*)(?:.*\bfrom |import |.*\bimport\()'([^']+)'/gm)].map(
    ([, source = '']) => source,
  );

/** Each file of `src`, and what it imports: files of `src` by their paths, packages by their names. */
const imports: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [
      file.replaceAll(sep, '/'),
      importsOf(readFileSync(join(root, 'src', file), 'utf8')).map((source) =>
        source.startsWith('.')
          ? normalize(join(dirname(file), source))
              .replaceAll(sep, '/')
              .replace(/\.js$/, '.ts')
          : source,
      ),
    ]),
);

const isOurs = (path: string): boolean => imports.has(path);

const roomOf = (file: string): string => file.replace(/(?:\/.*|\.ts)$/, '');

/** From each room to those that it imports from. The index names what is public, and is none. */
const arrows: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const found = new Map<string, Set<string>>();
  for (const [file, sources] of imports) {
    const room = roomOf(file);
    if (room === 'index') continue;
    const others = found.get(room) ?? new Set();
    for (const other of sources.filter(isOurs).map(roomOf)) if (other !== room) others.add(other);
    found.set(room, others);
  }
  return found;
})();

/** The rooms of the map in its order, each with those that it says it imports. */
const map: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  [
    ...readFileSync(join(root, 'docs/architecture.md'), 'utf8').matchAll(
      /^\| `(\w+)` \|.*\|([^|]*)\|$/gm,
    ),
  ].map(([, room = '', cell = '']) => [
    room,
    [...cell.matchAll(/`(\w+)`/g)].map(([, other = '']) => other),
  ]),
);

/** The files that import themselves by way of others, and those between two such circles. */
const circles = (): ReadonlyArray<string> => {
  const left = new Map([...imports].map(([file, sources]) => [file, sources.filter(isOurs)]));
  for (let before = Number.POSITIVE_INFINITY; left.size < before; ) {
    before = left.size;
    const imported = new Set([...left.values()].flat());
    for (const [file, sources] of left) {
      if (!imported.has(file) || !sources.some((source) => left.has(source))) left.delete(file);
    }
  }
  return [...left.keys()].sort();
};

describe('the rooms', () => {
  it('are all on the map, and the map has no others', () => {
    expect([...map.keys()].sort()).toEqual([...arrows.keys()].sort());
  });

  it.each([...map])('import what the map says: %s', (room, others) => {
    expect([...(arrows.get(room) ?? [])].sort()).toEqual([...others].sort());
  });

  it('import only from rooms above them', () => {
    const order = [...map.keys()];
    const backward = [...arrows].flatMap(([room, others]) =>
      [...others]
        .filter((other) => order.indexOf(other) >= order.indexOf(room))
        .map((other) => `${room} imports ${other}`),
    );
    expect(backward).toEqual([]);
  });

  it('know ioredis in redis alone', () => {
    const knowing = [...imports].filter(([, sources]) =>
      sources.some((source) => /^ioredis(?:\/|$)/.test(source)),
    );
    expect(new Set(knowing.map(([file]) => roomOf(file)))).toEqual(new Set(['redis']));
  });

  it('know amqplib in amqp alone, which nobody imports', () => {
    const knowing = [...imports].filter(([, sources]) => sources.includes('amqplib'));
    expect(new Set(knowing.map(([file]) => roomOf(file)))).toEqual(new Set(['amqp']));
    expect([...arrows].filter(([, others]) => others.has('amqp'))).toEqual([]);
  });

  it('leave the choice of an adapter to the backend and to the marble kit', () => {
    const choosing = [...arrows].filter(
      ([, others]) => others.has('redis') || others.has('memory'),
    );
    expect(choosing.map(([room]) => room).sort()).toEqual(['backend', 'testing']);
  });
});

describe('the files', () => {
  it('are there where the map names them', () => {
    const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const named = [...page.matchAll(/`(\w[\w/]*\.ts)`/g)].map(([, file = '']) => file);
    const missing = named.filter((file) => !/^(?:src|test)\//.test(file) && !isOurs(file));
    expect(named.length).toBeGreaterThan(40);
    expect(missing).toEqual([]);
  });

  it('import each other in no circle, types included', () => {
    expect(circles()).toEqual([]);
  });

  it('are all read by this test', () => {
    expect(imports.size).toBeGreaterThan(150);
    expect(imports.get('wire/meta.ts')).toContain('wire/resultTuple.ts');
    expect(imports.get('redis/socket.ts')).toContain('ioredis');
  });
});
