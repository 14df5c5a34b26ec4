import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Under CI=true, or asked for by name: they take RabbitMQ, Chromium, tools of others or time. */
const isThorough = process.env.CI === 'true' || process.argv.includes('thorough');

/** Two at the least: most tests wait for others than the processor. */
const WORKERS = Math.max(2, availableParallelism() - 1);

const SLOW = ['test/integration/**/*.test.ts'];
const THOROUGH = [
  'test/thorough/**/*.test.ts',
  'test/examples.test.ts',
  'test/package/{bundles,runners,types}.test.ts',
  'test/integration/{chordsOldWorkers,outputBuffer,worker}.test.ts',
];
const BUILT = ['test/docExamples.test.ts', 'test/examples.test.ts', 'test/package/**/*.test.ts'];

const thorough: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'thorough',
    include: THOROUGH,
    globalSetup: ['test/package/build.ts', 'test/thorough/buildExamples.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    sequence: { groupOrder: 3 },
  },
};

export default defineConfig({
  resolve: {
    alias: [
      { find: /^chordis$/, replacement: file('src/index.ts') },
      { find: /^chordis\/(\w+)$/, replacement: file('src/$1/index.ts') },
    ],
  },
  test: {
    // An unhandled rejection anywhere is a broken promise, not noise.
    dangerouslyIgnoreUnhandledErrors: false,
    maxWorkers: WORKERS,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...SLOW, ...BUILT, ...THOROUGH],
          // A property takes its time on a machine that is busy.
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: SLOW,
          exclude: THOROUGH,
          // Each file has servers and workers of its own beside it.
          maxWorkers: 3,
          testTimeout: 30_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: BUILT,
          exclude: THOROUGH,
          globalSetup: ['test/package/build.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
      ...(isThorough ? [thorough] : []),
    ],
  },
});
