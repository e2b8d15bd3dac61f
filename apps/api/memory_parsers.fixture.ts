import type { ParserDesk } from './parser_desk.ts';

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

/** One parser; what is tried is right unless it is the word `wrong`, `slow` or `late`. */
export const memoryParsers: ParserDesk = {
  list: () => ({ parsers: [row], faults: [], milliseconds: 7 }),
  get: (name) => (name === row.name ? { ...row, source: 'name: nginx.error', faults: [] } : undefined),
  async parse({ parser }) {
    if (parser === 'wrong') return { ok: false, issues: [{ path: 'title', message: 'is missing' }] };
    if (parser === 'slow') return { ok: false, ended: 'It took more than 10 s.' };
    if (parser === 'late') return { ok: false, busy: true };
    return { ok: true, value: { records: [{ dropped: 'empty', parsers: [] }], left: 0 } };
  },
  test: async () => ({ ok: true, value: { passed: 0, failed: 0, tests: [], issues: [] } }),
  suggest: async () => ({ ok: true, value: { records: 0, understood: 0, others: 0, shapes: [] } }),
};
