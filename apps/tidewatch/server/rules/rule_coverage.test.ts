import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadParserSet } from '@tidewatch/normalize';
import { expect, test } from 'vitest';
import { bundled } from '../../../../test/bundle.ts';
import { ruleCoverage } from '../../sigma/coverage.ts';
import { createRuleCoverage } from './rule_coverage.ts';

test('gives the figures of the command, and counts again when something has changed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
  const rule = (title: string, field: string) =>
    `title: ${title}\nid: ${title}\nlogsource: { product: acme, service: doors }\ndetection: { s: { ${field}: a }, condition: s }\n`;
  mkdirSync(join(folder, 'rules'));
  mkdirSync(join(folder, 'parsers'));
  writeFileSync(join(folder, 'rules/a.yml'), rule('a', 'user.name'));
  writeFileSync(join(folder, 'rules/b.yml'), rule('b', 'DoorNumber'));
  writeFileSync(join(folder, 'rules/c.yml'), 'title: c\n');
  writeFileSync(join(folder, 'parsers/sshd.yml'), 'name: linux.sshd\ntitle: sshd\nnative: true\n');
  const parsers = () => loadParserSet({ own: [], shipped: [join(folder, 'parsers')], resources: {} });
  let inForce = await parsers();
  const rules = { paths: [join(folder, 'rules')], select: 'auto', placeholders: {}, pipelines: [] };
  const coverage = createRuleCoverage(
    {
      config: { data: join(folder, 'data'), rules },
      options: { root: folder },
      parts: {},
      parsers: { current: () => inForce },
    } as unknown as Parameters<typeof createRuleCoverage>[0],
    bundled(new URL('./coverage_worker.ts', import.meta.url)),
  );
  const report = await coverage();
  expect(report).toEqual(await ruleCoverage(rules.paths, { parsers: [join(folder, 'parsers')] }));
  expect(report).toMatchObject({ total: { rules: 2, all: 1, none: 1 }, rejected: 1 });
  expect(await coverage()).toBe(report);
  writeFileSync(join(folder, 'rules/b.yml'), rule('b', 'host.name'));
  inForce = await parsers();
  expect(await coverage()).toMatchObject({ total: { rules: 2, all: 2 } });
  rmSync(folder, { recursive: true });
});
