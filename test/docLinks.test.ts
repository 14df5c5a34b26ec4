import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { anchorsOf, docPages, linksOf, problemOf } from './docLinks.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Which are run by a command of their own. */
const DEMOS: ReadonlySet<string> = new Set(['demo', 'web']);

describe('the documentation', () => {
  const pages = docPages(ROOT);

  it('has the README, the guides and the page on contributing', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/README.md', 'docs/errors.md']),
    );
  });

  it.each(pages)('%s links to pages and headings that are there', (page) => {
    const broken = linksOf(page, textOf(page)).flatMap((link) => {
      const problem = problemOf(ROOT, link);
      return problem === undefined ? [] : [`${link.origin}: ${problem}`];
    });
    expect(broken).toEqual([]);
  });

  it('names every example in the README', () => {
    const programs = readdirSync(join(ROOT, 'examples')).flatMap((name) => {
      const [, program] = /^(\w+)\.ts$/.exec(name) ?? [];
      return program === undefined || DEMOS.has(program) ? [] : [program];
    });
    const readme = textOf('README.md');
    for (const demo of ['npm run demo ', 'npm run demo:web ']) expect(readme).toContain(demo);
    expect(programs.filter((name) => !new RegExp(`^\\| \`${name}\\b`, 'm').test(readme))).toEqual(
      [],
    );
  });

  it('names every guide on the page of guides', () => {
    const named = new Set(linksOf('docs/README.md', textOf('docs/README.md')).map((l) => l.path));
    const guides = pages.filter((page) => /^docs\/(?!README)/.test(page));
    expect(guides.filter((page) => !named.has(page))).toEqual([]);
  });
});

describe('docLinks', () => {
  it('finds a link and an image, and tells where they lead from the root on', () => {
    const text = 'See [b](b.md#two).\n\n![c](../bench/c.svg), [here](#one), [web](https://a.b)';
    expect(linksOf('docs/a.md', text)).toEqual([
      { origin: 'docs/a.md:1', path: 'docs/b.md', anchor: 'two' },
      { origin: 'docs/a.md:3', path: 'bench/c.svg', anchor: '' },
      { origin: 'docs/a.md:3', path: 'docs/a.md', anchor: 'one' },
    ]);
  });

  it('takes no code for a link', () => {
    expect(linksOf('a.md', '`f[0](x)`\n\n```ts\nf[0](x);\n```\n')).toEqual([]);
  });

  it('calls headings as GitHub does', () => {
    const text = "# One two\n## `a://`\n## What's (this)?\n## One two\n```sh\n# none\n```\n";
    expect(anchorsOf(text)).toEqual(['one-two', 'a', 'whats-this', 'one-two-1']);
  });

  it.each([
    ['docs/none.md', '', 'there is no docs/none.md'],
    ['docs/errors.md', 'none', 'there is no #none in docs/errors.md'],
    ['LICENSE', 'none', 'LICENSE has no headings'],
    ['../README.md', '', '../README.md is outside'],
  ])('a link to %s#%s is broken', (path, anchor, problem) => {
    expect(problemOf(ROOT, { origin: 'a.md:1', path, anchor })).toBe(problem);
  });
});
