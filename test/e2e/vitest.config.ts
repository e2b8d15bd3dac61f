import { defineConfig } from 'vitest/config';
import { dearestFirst } from '../dearest_first.ts';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: 'forks',
    // They talk to processes of their own: to load the modules again for each file would take a second of it.
    isolate: false,
    // Each test starts whole servers, of which one keeps more than a core busy.
    maxWorkers: 2,
    sequence: {
      sequencer: dearestFirst([
        'newcomer.test.ts',
        'cluster_search.test.ts',
        'e2e/rules.test.ts',
        'cases.test.ts',
        'start.test.ts',
        'prometheus.test.ts',
        'dead_letters.test.ts',
        'triage.test.ts',
        'crash.test.ts',
        'models.test.ts',
      ]),
    },
  },
});
