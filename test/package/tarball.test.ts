import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { linksOf } from '../docLinks.js';
import { importing, inProject, PRINTED, ROOT, requiring, write } from './project.js';

describe('the tarball', () => {
  it('is built', () => {
    expect(inject('buildFailure')).toBe('');
  });

  it('carries the built package and nothing of its making', () => {
    const files = inject('files');
    expect(files).toContain('dist/index.js');
    expect(files).toContain('dist/index.d.ts');
    const built = /^dist\/.*\.(js|d\.ts)$/;
    const told =
      /^(package\.json|LICENSE|[A-Z]+\.md|docs\/\w+\.md|bench\/(README\.md|results\.svg))$/;
    expect(files.filter((path) => !built.test(path) && !told.test(path))).toEqual([]);
  });

  it('carries every page that its pages link to', () => {
    const files = inject('files');
    const pages = files.filter((path) => path.endsWith('.md'));
    expect(pages).toContain('docs/README.md');
    const links = pages.flatMap((page) => linksOf(page, readFileSync(join(ROOT, page), 'utf8')));
    expect(links.filter(({ path }) => !files.includes(path))).toEqual([]);
  });

  it('works in plain Node by import', async () => {
    const program = write('plain.mjs', importing());
    expect(await inProject('node', program)).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
  });

  it('works in plain Node by require', async () => {
    const program = write('plain.cjs', requiring());
    expect(await inProject('node', program)).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
  });

  it.each(['import', 'require'])('has what goes beside React and Nest, by %s', async (way) => {
    const program =
      way === 'import'
        ? write(
            'beside.mjs',
            `import { useTask } from 'chordis/react';
             import { ChordisModule } from 'chordis/nest';
             console.log(typeof useTask, typeof ChordisModule);`,
          )
        : write(
            'beside.cjs',
            `const { useTask } = require('chordis/react');
             const { ChordisModule } = require('chordis/nest');
             console.log(typeof useTask, typeof ChordisModule);`,
          );
    expect(await inProject('node', program)).toEqual({
      code: 0,
      stdout: 'function function\n',
      stderr: '',
    });
  });

  it('refuses deep imports', async () => {
    const program = write('deep.mjs', "import 'chordis/dist/operation.js';");
    const { code, stderr } = await inProject('node', program);
    expect(code).not.toBe(0);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
