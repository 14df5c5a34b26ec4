import { describe, expect, it } from 'vitest';
import { importing, inProject, isSkipped, PRINTED, requiring, tool, write } from './project.js';

// -------------------------------------------------------------------------------------
// runtimes
// -------------------------------------------------------------------------------------

const NODE_22 = 'node-22-linux-x64/bin/node';

const RUNTIMES: ReadonlyArray<readonly [name: string, path: string, ...args: Array<string>]> = [
  ['Node 22', NODE_22],
  ['Node 24', 'node-24-linux-x64/bin/node'],
  ['Bun', '@oven/bun-linux-x64-baseline/bin/bun', 'run'],
  ['Deno', '@deno/linux-x64-glibc/deno', 'run', '--allow-all', '--quiet', '--cached-only'],
];

describe.each(RUNTIMES)('in %s', (name, path, ...args) => {
  const file = name.replace(' ', '-').toLowerCase();

  it.skipIf(isSkipped(path))('it works by import', async () => {
    const program = write(`${file}.mjs`, importing());
    expect(await inProject(tool(path), ...args, program)).toMatchObject({
      code: 0,
      stdout: PRINTED,
    });
  });

  it.skipIf(isSkipped(path))('it works by require', async () => {
    const program = write(`${file}.cjs`, requiring());
    expect(await inProject(tool(path), ...args, program)).toMatchObject({
      code: 0,
      stdout: PRINTED,
    });
  });
});

describe.skipIf(isSkipped('tsx') || isSkipped(NODE_22))('with tsx', () => {
  it('it works in an ES module', async () => {
    const program = write('run.mts', importing());
    expect(await inProject('node', tool('tsx/dist/cli.mjs'), program)).toEqual({
      code: 0,
      stdout: PRINTED,
      stderr: '',
    });
  });

  // In Node 20, tsx cannot require an ES module that has imports, whosever it is.
  it('it works in a CommonJS module, in Node 22', async () => {
    const program = write('run.cts', importing());
    expect(await inProject(tool(NODE_22), tool('tsx/dist/cli.mjs'), program)).toMatchObject({
      code: 0,
      stdout: PRINTED,
    });
  });
});

// -------------------------------------------------------------------------------------
// Jest
// -------------------------------------------------------------------------------------

const TEST = `
test('works', async () => {
  const printed = [];
  jest.spyOn(console, 'log').mockImplementation((...words) => printed.push(words.join(' ')));
  await program();
  expect(printed.map((line) => line + '\\n').join('')).toBe(${JSON.stringify(PRINTED)});
});
`;

/** What each transforms: the tests, and ES modules among the packages. */
const TRANSFORMS = {
  babel: {
    '\\.m?[jt]sx?$': [
      tool('babel-jest'),
      { presets: [[tool('@babel/preset-env'), { targets: { node: 'current' } }]] },
    ],
  },
  'ts-jest': {
    '\\.m?[jt]sx?$': [
      tool('ts-jest'),
      {
        compiler: tool('typescript'),
        diagnostics: false,
        tsconfig: {
          module: 'commonjs',
          moduleResolution: 'node10',
          target: 'es2022',
          allowJs: true,
          isolatedModules: true,
          esModuleInterop: true,
        },
      },
    ],
  },
};

describe.skipIf(isSkipped('jest'))('in Jest', () => {
  it.each([
    ['babel', 'js'],
    ['ts-jest', 'ts'],
  ] as const)('it works as CommonJS, transformed by %s', async (name, extension) => {
    const config = {
      testEnvironment: 'node',
      testMatch: [`<rootDir>/${name}.test.${extension}`],
      cacheDirectory: `<rootDir>/.jest-${name}`,
      watchman: false,
      transform: TRANSFORMS[name],
      transformIgnorePatterns: ['/node_modules/(?!chordis/)'],
    };
    write(`${name}.test.${extension}`, importing(TEST));
    const file = write(`jest.${name}.json`, JSON.stringify(config));
    const { code, stderr } = await inProject(
      ...['node', tool('jest/bin/jest.js'), '--config', file, '--ci', '--runInBand'],
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('1 passed, 1 total'),
    });
  });

  it('it works as ES modules, not transformed, with tests by ts-jest', async () => {
    const tsconfig = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022' };
    const compiler = tool('typescript');
    const options = { useESM: true, compiler, diagnostics: false, tsconfig };
    const config = {
      testEnvironment: 'node',
      testMatch: ['<rootDir>/esm.test.mts'],
      moduleFileExtensions: ['mts', 'js'],
      extensionsToTreatAsEsm: ['.mts'],
      cacheDirectory: '<rootDir>/.jest-esm',
      watchman: false,
      transform: { '\\.mts$': [tool('ts-jest'), options] },
    };
    write('esm.test.mts', `import { jest } from '@jest/globals';\n${importing(TEST)}`);
    const file = write('jest.esm.json', JSON.stringify(config));
    const { code, stderr } = await inProject(
      ...['node', '--experimental-vm-modules', tool('jest/bin/jest.js')],
      ...['--config', file, '--ci', '--runInBand'],
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('1 passed, 1 total'),
    });
  });
});
