import type { ParserDesk } from './deps.ts';

const row = {
  name: 'nginx.error',
  title: 'nginx error log',
  file: 'parsers/web/nginx_error.yml',
  origin: 'shipped',
  native: false,
  records: 3,
  failures: 1,
  microseconds: 12.5,
  lastFailure: 'pattern_mismatch: message has another shape',
  tests: null,
} as const;

/** One parser; what is tried is right unless it is the word `wrong`. */
export const memoryParsers: ParserDesk = {
  list: () => ({ parsers: [row], faults: [], milliseconds: 7 }),
  get: (name) => (name === row.name ? { ...row, source: 'name: nginx.error', faults: [] } : undefined),
  parse: async ({ parser }) =>
    parser === 'wrong'
      ? { ok: false, issues: [{ path: 'title', message: 'is missing' }] }
      : { ok: true, value: { records: [{ dropped: 'empty', parsers: [] }], left: 0 } },
  test: async () => ({ ok: true, value: { passed: 0, failed: 0, tests: [], issues: [] } }),
  suggest: async () => ({ records: 0, understood: 0, others: 0, shapes: [] }),
};
