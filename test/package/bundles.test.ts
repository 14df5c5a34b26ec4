import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importing, inProject, isSkipped, PRINTED, tool, write } from './project.js';

/** What esbuild advises, since ioredis and yaml are CommonJS and require modules of Node. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const esbuild = (entry: string, output: string, ...options: ReadonlyArray<string>) =>
  inProject(
    ...['node', tool('esbuild/bin/esbuild'), entry, '--bundle', '--platform=node'],
    ...['--log-level=warning', `--outfile=${output}`, ...options],
  );

describe.skipIf(isSkipped('esbuild'))('bundled by esbuild', () => {
  const entry = () => write('bundled.mjs', importing());

  it('into one CommonJS file, it loads and works', async () => {
    const output = write('esbuild.cjs', '');
    const built = await esbuild(entry(), output, '--format=cjs');
    expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await inProject('node', output)).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
  });

  it('into one ES module, with a require for packages that are CommonJS, it loads and works', async () => {
    const output = write('esbuild.mjs', '');
    const built = await esbuild(entry(), output, '--format=esm', `--banner:js=${REQUIRE}`);
    expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await inProject('node', output)).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
  });

  it('brings in no serializer and no broker that is not imported', async () => {
    const root = write('root.mjs', "export { RedisBackend } from 'chordis';");
    const output = write('root.cjs', '');
    const built = await esbuild(root, output, '--format=cjs', '--external:ioredis');
    expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
    const bundle = readFileSync(output, 'utf8');
    expect(bundle).toMatch(/\/\/ .*node_modules\/chordis\//);
    expect(bundle).not.toMatch(/node_modules\/(yaml|@msgpack|amqplib)\//);
  });
});

describe.skipIf(isSkipped('esbuild'))('bundled for a page', () => {
  it.each([
    ['browser', 6],
    ['react', 7.5],
  ])(
    'chordis/%s brings in no Node, and beside rxjs and React takes less than %d KB',
    async (name, most) => {
      const entry = write(`${name}-page.mjs`, `export * from 'chordis/${name}';`);
      const output = write(`${name}-page.js`, '');
      const built = await inProject(
        ...['node', tool('esbuild/bin/esbuild'), entry, '--bundle', '--platform=browser'],
        ...['--format=esm', '--minify', '--external:rxjs', '--external:react'],
        ...[`--outfile=${output}`, '--log-level=warning'],
      );
      expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
      const bundle = readFileSync(output);
      expect(bundle.toString()).not.toMatch(/\bnode:|\bBuffer\b|\bprocess\./);
      expect(gzipSync(bundle).length).toBeLessThan(most * 1024);
    },
  );
});

describe.skipIf(isSkipped('webpack'))('bundled by webpack', () => {
  it('into one file, it loads and works', async () => {
    const output = write('webpack.cjs', '');
    const options = {
      mode: 'production',
      target: 'node',
      devtool: false,
      optimization: { minimize: false },
      entry: write('packed.mjs', importing()),
      output: { filename: 'webpack.cjs' },
    };
    const program = write(
      'webpack.build.cjs',
      `
        const options = ${JSON.stringify(options)};
        options.output.path = options.context = __dirname;
        require(${JSON.stringify(tool('webpack'))})(options, (error, stats) => {
          if (error || stats.hasErrors()) throw error ?? stats.toString();
        });
      `,
    );
    expect(await inProject('node', program)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await inProject('node', output)).toEqual({ code: 0, stdout: PRINTED, stderr: '' });
  });
});
