import { defineConfig } from 'vitest/config';
import { dearestFirst } from './test/dearest_first.ts';

/**
 * Each in a process of its own: what measures or changes its process (memory, processor time, blocked loop, flags of V8, a
 * mocked module), and what takes so long that the half second does not matter.
 */
const apart = [
  'libs/stream/kafka/{documents,faults,kafka,stage,topic_reader}.test.ts',
  'libs/store/opensearch/{alerts,alerts_shared,contract,hostile,setup/setup}.test.ts',
  'test/{faults,models,scenarios}/*.test.ts',
  'apps/detector/{correlation,quarantine}.test.ts',
  'apps/ingest/accept.test.ts',
  'apps/tidewatch/demo/{detection,story/story}.test.ts',
  'apps/tidewatch/sigma/convert*.test.ts',
  'libs/inputs/{http_abuse,http_fuzz,http_limits,kafka,syslog_limits}.test.ts',
  'libs/inputs/**/{framing,*loop}.test.ts',
  'libs/normalize/windows/evtx_text.test.ts',
  'libs/query/regex_match.test.ts',
  'libs/sigma/{regex,rule_costs,sigmahq}.test.ts',
  'libs/sigma/event/document.test.ts',
  'libs/sigma/correlation/oracle.test.ts',
  'libs/store/duckdb/{contract,durable_file}.test.ts',
];
const exclude = ['**/node_modules/**', '**/*.long.test.ts', 'test/e2e/**'];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    pool: 'forks',
    // One more than cores: whoever waits for Kafka, OpenSearch or a clock leaves its core to another.
    maxWorkers: 3,
    sequence: {
      sequencer: dearestFirst([
        'apps/detector/quarantine.test.ts',
        'libs/stream/kafka/faults.test.ts',
        'apps/detector/correlation.test.ts',
        'libs/stream/kafka/kafka.test.ts',
        'libs/store/duckdb/contract.test.ts',
        'apps/tidewatch/demo/detection.test.ts',
        'libs/store/opensearch/setup/setup.test.ts',
        'apps/tidewatch/sigma/convert_found.test.ts',
      ]),
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'apart',
          include: apart,
          exclude,
          globalSetup: ['test/services/lend_opensearch.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['libs/**/*.test.ts', 'apps/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...exclude, ...apart],
          // To start a process and to load the same modules again takes longer than most files' tests.
          isolate: false,
        },
      },
    ],
  },
});
