import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/*.test.ts', 'test/{unit,property}/**/*.test.ts'] } },
      {
        test: {
          name: 'real',
          include: ['test/{integration,protocol}/**/*.test.ts'],
          // Real programs on a busy machine: what fails is tried once more, and the run says so.
          retry: process.env['CI'] === 'true' ? 1 : 0,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
