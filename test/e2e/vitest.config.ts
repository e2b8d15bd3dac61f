import { defineConfig } from 'vitest/config';
import { dearestFirst } from '../dearest_first.ts';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: 'forks',
    // Each test starts whole servers, of which one keeps more than a core busy.
    maxWorkers: 2,
    sequence: {
      sequencer: dearestFirst([
        'cluster_search.test.ts',
        'newcomer.test.ts',
        'rules.test.ts',
        'models.test.ts',
        'cases.test.ts',
        'dead_letters.test.ts',
        'start.test.ts',
        'triage.test.ts',
        'crash.test.ts',
        'prometheus.test.ts',
      ]),
    },
  },
});
