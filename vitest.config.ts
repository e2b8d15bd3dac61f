import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['libs/**/*.test.ts', 'apps/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.long.test.ts', 'test/e2e/**'],
    testTimeout: 20_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
