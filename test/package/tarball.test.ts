import { describe, expect, inject, it } from 'vitest';
import { importing, inProject, PRINTED, requiring, write } from './project.js';

describe('the tarball', () => {
  it('is built', () => {
    expect(inject('buildFailure')).toBe('');
  });

  it('carries the built package and nothing of its making', () => {
    const files = inject('files');
    expect(files).toContain('dist/index.js');
    expect(files).toContain('dist/index.d.ts');
    const expected = /^(dist\/.*\.(js|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
    expect(files.filter((path) => !expected.test(path))).toEqual([]);
  });

  it('works in plain Node by import', async () => {
    const program = write('plain.mjs', importing());
    expect(await inProject('node', program)).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
  });

  it('works in plain Node by require', async () => {
    const program = write('plain.cjs', requiring());
    expect(await inProject('node', program)).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
  });

  it('refuses deep imports', async () => {
    const program = write('deep.mjs', "import 'chordis/dist/operation.js';");
    const { code, stderr } = await inProject('node', program);
    expect(code).not.toBe(0);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
