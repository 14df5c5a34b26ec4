/**
 * The links of the documentation's pages: those to another page, and to a heading of it.
 * Links to the web are not followed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface DocLink {
  /** Where it stands, as `docs/errors.md:12`. */
  readonly origin: string;
  /** The file or folder it leads to, from the root on. */
  readonly path: string;
  /** The heading it leads to; empty for the whole page. */
  readonly anchor: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** The pages of the documentation, by their paths from `root` on. */
export const docPages = (root: string): ReadonlyArray<string> =>
  ['.', 'docs', 'bench']
    .flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => posix.join(folder, name)),
    )
    .sort();

/** The relative links of a page, and its images. */
export const linksOf = (page: string, text: string): ReadonlyArray<DocLink> =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
    const [path = '', anchor = ''] = (match[1] ?? '').split('#');
    if (/^[a-z]+:/.test(path)) return [];
    return [
      {
        origin: `${page}:${text.slice(0, match.index).split('\n').length}`,
        path: path === '' ? page : posix.normalize(posix.join(dirname(page), path)),
        anchor,
      },
    ];
  });

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** What the headings of a page are called in links, as GitHub calls them. */
export const anchorsOf = (text: string): ReadonlyArray<string> => {
  const seen = new Map<string, number>();
  return [...withoutFences(text).matchAll(/^#{1,6} +(.+)$/gm)].map((match) => {
    const slug = slugOf(match[1] ?? '');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
};

/** What is wrong with a link; `undefined` where nothing is. */
export const problemOf = (root: string, { path, anchor }: DocLink): string | undefined => {
  const target = join(root, path);
  if (relative(root, target).split(sep)[0] === '..') return `${path} is outside`;
  if (!existsSync(target)) return `there is no ${path}`;
  if (anchor === '') return undefined;
  if (!path.endsWith('.md')) return `${path} has no headings`;
  return anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
    ? undefined
    : `there is no #${anchor} in ${path}`;
};

// -------------------------------------------------------------------------------------
// text
// -------------------------------------------------------------------------------------

const slugOf = (heading: string): string =>
  heading
    .trim()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** Of the same length, so that what is found stands at the same place. */
const blank = (code: string): string => code.replace(/[^\n]/g, ' ');

const withoutFences = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, blank);

const withoutCode = (text: string): string => withoutFences(text).replace(/`[^`\n]*`/g, blank);
