import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSigmaEngine } from '../engine.ts';
import { loadRules } from '../load.ts';

describe('loadRules with pipelines', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sigma-pipeline-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text);
    return join(dir, name);
  };

  const rule = `title: Vendor's rule
id: vendor
logsource: { product: acme, category: edr }
detection:
  selection:
    ProcName|endswith: '\\\\sh.exe'
    acct|expand: '%Admins%'
  condition: selection
`;
  const pipeline = `name: acme
priority: 10
vars:
  Admins: ['ACME@@root']
transformations:
  - id: names
    type: field_name_mapping
    mapping:
      ProcName: [process.executable, process.parent.executable]
      acct: user.name
    rule_conditions: [{ type: logsource, product: acme }]
  - type: value_placeholders
  - type: replace_string
    regex: '^ACME@@'
    replacement: ''
    field_name_conditions: [{ type: include_fields, fields: user.name }]
  - type: change_logsource
    product: windows
    category: process_creation
    rule_conditions: [{ type: logsource, product: acme }]
`;
  const filter = `title: Own
logsource: { product: acme }
filter:
  rules: [vendor]
  own: { acct: 'ACME@@root', ProcName|contains: 'tools' }
  condition: not own
`;
  const event = (executable: string) => ({
    '@timestamp': '2026-01-01T00:00:00Z',
    event: { dataset: 'windows.security' },
    process: { executable, parent: { executable: 'C:\\sh.exe' } },
    user: { name: 'root' },
  });

  it('matches an ECS event by a rule of foreign names, filters included', async () => {
    await put('rule.yml', rule);
    await put('filter.yml', filter);
    // In the folder of the rules, where it is no rule.
    const file = await put('acme.yml', pipeline);
    const { rules, rejected, warnings, filters } = await loadRules({ paths: [dir], pipelines: [file] });
    expect([...rejected, ...warnings]).toEqual([]);
    expect(filters).toHaveLength(1);
    const engine = createSigmaEngine(rules);
    expect(engine.evaluate(event('C:\\a.exe'))).toHaveLength(1);
    expect(engine.evaluate(event('C:\\tools\\a.exe'))).toEqual([]);
    expect(engine.evaluate({ ...event('C:\\a.exe'), user: { name: 'eve' } })).toEqual([]);
    const items = engine.explain(event('C:\\a.exe'), 'vendor')?.items;
    expect(items?.map(({ path, line }) => [path, line])).toEqual([
      ['process.parent.executable', 6],
      ['user.name', 7],
    ]);
  });

  it('matches nothing without them', async () => {
    await put('rule.yml', rule);
    const { rules, rejected } = await loadRules({ paths: [dir], placeholders: { Admins: ['root'] } });
    expect(rejected).toEqual([]);
    expect(createSigmaEngine(rules).evaluate(event('C:\\a.exe'))).toEqual([]);
  });

  it('lists of the configuration come before those of pipelines', async () => {
    await put('rule.yml', rule);
    const file = await put('acme.pipeline', pipeline);
    const { rules } = await loadRules({ paths: [dir], pipelines: [file], placeholders: { Admins: ['eve'] } });
    const engine = createSigmaEngine(rules);
    expect(engine.evaluate({ ...event('C:\\a.exe'), user: { name: 'eve' } })).toHaveLength(1);
  });

  it('reports a pipeline that cannot be used, and runs the others', async () => {
    await put('rule.yml', rule);
    const good = await put('acme.pipeline', pipeline);
    const bad = await put('bad.pipeline', 'transformations: [{ type: cases }]\n');
    const { rules, rejected } = await loadRules({
      paths: [dir],
      pipelines: [bad, join(dir, 'absent'), good],
    });
    expect(rejected.map(({ file, code }) => [file, code])).toEqual([
      [bad, 'unknown_type'],
      [join(dir, 'absent'), 'unreadable'],
    ]);
    expect(createSigmaEngine(rules).evaluate(event('C:\\a.exe'))).toHaveLength(1);
  });

  it('reports rules that a pipeline refuses', async () => {
    const file = await put('rule.yml', rule);
    const pipelines = [
      await put('p.pipeline', 'transformations:\n  - { type: detection_item_failure, message: No. }\n'),
    ];
    const { rules, rejected } = await loadRules({ paths: [dir], pipelines });
    expect(rules).toEqual([]);
    expect(rejected).toEqual([
      expect.objectContaining({ code: 'pipeline_failure', id: 'vendor', file, line: 6 }),
    ]);
  });
});
