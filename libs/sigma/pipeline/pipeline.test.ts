import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSigmaEngine } from '../engine.ts';
import { loadRules } from '../load.ts';
import { refusalOf } from './pipeline_fixture.ts';

describe('a pipeline is refused', () => {
  const step = (body: string): string => `transformations:\n  - id: one\n${body}\n`;

  it.each([
    ['that is no map', '- a\n', 'not_a_pipeline', 1, 'one map'],
    ['of two documents', 'a: b\n---\nc: d\n', 'not_a_pipeline', 1, 'one map'],
    ['that is no YAML', 'a: [b\n', 'invalid_yaml', 2, 'YAML'],
    ['without transformations', 'name: x\n', 'missing_attribute', 1, 'transformations'],
    [
      'with an unknown key',
      `nam: x\n${step('    type: case')}`,
      'invalid_attribute',
      1,
      'did you mean `name`',
    ],
    [
      'with what is about queries',
      `${step('    type: case')}postprocessing: []\n`,
      'invalid_attribute',
      4,
      'queries',
    ],
    [
      'with a priority that is none',
      `priority: high\n${step('    type: case')}`,
      'invalid_attribute',
      1,
      'number',
    ],
    ['without a type', step('    mapping: {}'), 'missing_attribute', 2, '`type`'],
    [
      'of an unknown type',
      step('    type: field_name_maping'),
      'unknown_type',
      3,
      'did you mean `field_name_mapping`',
    ],
    ['of a type far from all', step('    type: constructor'), 'unknown_type', 3, 'is unknown.'],
    [
      'with query expressions',
      step('    type: query_expression_placeholders\n    expression: x'),
      'refused_type',
      3,
      'value_placeholders',
    ],
    [
      'with an unknown option',
      step('    type: field_name_prefix\n    prefix: a\n    sufix: b'),
      'invalid_attribute',
      5,
      '`sufix`',
    ],
    [
      'with an option that is missing',
      step('    type: field_name_prefix'),
      'missing_attribute',
      2,
      '`prefix`',
    ],
    [
      'with a mapping to nothing',
      step('    type: field_name_mapping\n    mapping:\n      A: []'),
      'invalid_attribute',
      5,
      'empty',
    ],
    [
      'with a mapping to maps',
      step('    type: field_name_mapping\n    mapping:\n      A: { b: c }'),
      'invalid_attribute',
      5,
      'text',
    ],
    [
      'with a bad expression',
      step("    type: replace_string\n    regex: '('\n    replacement: x"),
      'invalid_regex',
      4,
      '"("',
    ],
    [
      'with a group that is not there',
      step("    type: replace_string\n    regex: '(a)'\n    replacement: '\\2'"),
      'invalid_attribute',
      5,
      'no group 2',
    ],
    [
      'with an unknown condition',
      step('    type: case\n    rule_conditions:\n      - type: log_source'),
      'unknown_type',
      5,
      'did you mean `logsource`',
    ],
    [
      'with a condition of another kind',
      step('    type: case\n    field_name_conditions:\n      - type: tag'),
      'unknown_type',
      5,
      'condition',
    ],
    [
      'with a condition on items of a rule',
      step(
        '    type: set_state\n    key: a\n    val: b\n    detection_item_conditions:\n      - type: is_null',
      ),
      'invalid_attribute',
      7,
      'as a whole',
    ],
    [
      'with an expression of unknown names',
      step(
        '    type: case\n    rule_conditions:\n      a: { type: is_sigma_rule }\n    rule_cond_expr: a and b',
      ),
      'unknown_selection',
      6,
      '`b`',
    ],
    [
      'with two ways to take conditions together',
      step(
        '    type: case\n    rule_conditions: { a: { type: is_sigma_rule } }\n    rule_cond_op: or\n    rule_cond_expr: a',
      ),
      'invalid_attribute',
      5,
      'beside',
    ],
    [
      'with a level that is none',
      step(
        '    type: case\n    rule_conditions:\n      - { type: rule_attribute, attribute: level, value: severe }',
      ),
      'invalid_attribute',
      5,
      'critical',
    ],
    [
      'with an added condition that is wrong',
      step('    type: add_condition\n    conditions:\n      a|sounds: b'),
      'unknown_modifier',
      5,
      'sounds',
    ],
    [
      'with an unknown type in a nest',
      step('    type: nest\n    items:\n      - type: cases'),
      'unknown_type',
      5,
      'did you mean `case`',
    ],
    [
      'with both lists of placeholders',
      step('    type: value_placeholders\n    include: a\n    exclude: b'),
      'invalid_attribute',
      5,
      'include',
    ],
  ])('%s', (_, source, code, line, reason) => {
    expect(refusalOf(source)).toMatchObject({
      code,
      line,
      file: 'pipeline.yml',
      reason: expect.stringContaining(reason),
    });
  });
});

it.each([
  ['that holds itself', 'transformations: &all\n  - type: nest\n    items: *all\n', 'aliases'],
  [
    'that aliases blow up',
    `a: &l0 [{ type: case }]\n${[1, 2, 3, 4, 5, 6]
      .map(
        (n) =>
          `a${n}: &l${n} [${Array(9)
            .fill(`{ type: nest, items: *l${n - 1} }`)
            .join(', ')}]\n`,
      )
      .join('')}transformations: *l6\n`,
    'aliases',
  ],
  [
    'whose values aliases blow up',
    `a: &l [${Array(150).fill('x').join(', ')}]\ntransformations:\n  - type: map_string\n    mapping: { ${Array.from({ length: 999 }, (_, n) => `k${n}: *l`).join(', ')} }\n`,
    'nests deeper',
  ],
])('a pipeline %s is refused', (_, source, reason) => {
  expect(refusalOf(source).reason).toContain(reason);
});

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
