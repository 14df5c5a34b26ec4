import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { docPages } from './docLinks.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The blocks of a page that show a file: its path stands beside the language. */
const shown = docPages(root).flatMap((page) =>
  [
    ...readFileSync(join(root, page), 'utf8').matchAll(/^```\w+ (examples\/\S+)\n([\s\S]*?)^```/gm),
  ].map(([, path = '', code]) => ({ page, path, code })),
);

describe('a page that shows an example', () => {
  it.each(shown)('$page has $path as it is run', ({ path, code }) => {
    expect(code).toBe(readFileSync(join(root, path), 'utf8'));
  });

  it('is found', () => {
    expect(shown.length).toBeGreaterThanOrEqual(7);
  });
});
