/**
 * The examples of the documentation, as programs.
 *
 * - An `@example` in `src` is one whole module: it imports what it uses, may `await`, ends
 *   by itself (so it closes what it opens), and fails by throwing.
 * - A comment that starts with `// =>` says what is printed; where an example has such
 *   comments, they are in the order of printing and tell all that it prints. White
 *   space does not matter.
 * - A `tsx` block of a page is one whole module, which is compiled.
 * - A `ts` block of a page (the README, a guide) without an import continues the block
 *   before it. It is run, as those of `src` are, where it tells what it prints; else it is
 *   only compiled.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { docPages } from './docLinks.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface DocExample {
  /** Where it begins, as `src/operation.ts:27`. */
  readonly origin: string;
  readonly code: string;
  readonly isRun: boolean;
  readonly language: 'ts' | 'tsx';
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Each `@example` in the doc comments of a source text; a fence around it may be left out. */
export const examplesOfSource = (path: string, source: string): ReadonlyArray<DocExample> =>
  [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) =>
    [...comment[0].matchAll(/@example\b([\s\S]*?)(?=^\s*\*\s@\w|\*\/)/gm)].map((match) => {
      const at = comment.index + match.index;
      const text = (match[1] ?? '').replace(/^[ \t]*\*? ?/gm, '');
      return {
        origin: `${path}:${lineAt(source, at)}`,
        code: `${(fenced(text)[0]?.code ?? text).trim()}\n`,
        isRun: true,
        language: 'ts',
      };
    }),
  );

export const examplesOfPage = (path: string, text: string): ReadonlyArray<DocExample> => [
  ...modulesOfPage(path, text),
  ...fenced(text)
    .filter(({ language }) => language === 'ts')
    .reduce<ReadonlyArray<DocExample>>((before, { code, at }) => {
      const previous = before.at(-1);
      const continues = previous !== undefined && !/^import\b/m.test(code);
      const example = {
        origin: `${path}:${lineAt(text, at)}`,
        code: continues ? `${previous.code}\n${code}` : code,
      };
      return [
        ...(continues ? before.slice(0, -1) : before),
        { ...example, isRun: expectedOutput(example.code) !== undefined, language: 'ts' },
      ];
    }, []),
];

const modulesOfPage = (path: string, text: string): ReadonlyArray<DocExample> =>
  fenced(text)
    .filter(({ language }) => language === 'tsx')
    .map(({ code, at }) => ({
      origin: `${path}:${lineAt(text, at)}`,
      code,
      isRun: false,
      language: 'tsx',
    }));

/** Every example below `root`, in the order of paths. */
export const docExamples = (root: string): ReadonlyArray<DocExample> => [
  ...sources(join(root, 'src')).flatMap((path) =>
    examplesOfSource(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')),
  ),
  ...docPages(root).flatMap((page) => examplesOfPage(page, readFileSync(join(root, page), 'utf8'))),
];

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** What the comments say is printed; `undefined` where they say nothing. */
export const expectedOutput = (code: string): string | undefined => {
  const said = [...code.matchAll(/\/\/ =>(.*)$/gm)].map((match) => match[1] ?? '');
  return said.length === 0 ? undefined : withoutSpace(said.join('\n'));
};

/** As printed by different widths of a terminal, or told on several lines. */
export const withoutSpace = (text: string): string => text.replace(/\s+/g, '');

/** A file name that still tells where the example is from. */
export const fileName = ({ origin, language }: DocExample): string =>
  `${origin.replace(/\.(ts|md):/, '-').replace(/[^\w-]+/g, '-')}.${language}`;

// -------------------------------------------------------------------------------------
// text
// -------------------------------------------------------------------------------------

const fenced = (
  text: string,
): ReadonlyArray<{ readonly language: string; readonly code: string; readonly at: number }> =>
  [...text.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```/gm)].map((match) => ({
    language: match[1] ?? '',
    code: match[2] ?? '',
    at: match.index,
  }));

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

const sources = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name));
