import type { ExplainedItem } from '@tidewatch/api/schemas';

/** A condition that held, for tests: a command line with lsass in it. */
export const explainedItem = (over: Partial<ExplainedItem>): ExplainedItem => ({
  selection: 'selection',
  field: 'CommandLine',
  modifiers: ['contains'],
  pattern: 'lsass',
  path: 'process.command_line',
  value: 'dump lsass now',
  spans: [[5, 10]],
  line: 12,
  ...over,
});
