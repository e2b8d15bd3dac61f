import { describe, expect, it } from 'vitest';
import { parsePipeline } from './pipeline.ts';
import { pipelineOf, processed, ruleOf, shown } from './pipeline_fixture.ts';

const lines = (text: string, by: number): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n');

/** A pipeline that prefixes names of fields under these conditions. */
const prefixing = (kind: string, conditions: string, more = '') =>
  pipelineOf(`type: field_name_prefix\nprefix: p.\n${kind}_conditions:\n${lines(conditions, 2)}\n${more}`);

describe('conditions of rules', () => {
  const head = `name: the_rule
level: high
status: test
date: 2025-03-01
author: Eve
tags: [attack.t1003, car.1]
severity: 7
logsource: { product: windows, category: process_creation }
`;
  it.each([
    ['type: logsource\nproduct: Windows', true],
    ['type: logsource\nproduct: windows\ncategory: process_creation', true],
    ['type: logsource\nproduct: windows\nservice: sysmon', false],
    ['type: logsource\nproduct: linux', false],
    ['type: contains_field\nfield: A', true],
    ['type: contains_field\nfield: a', false],
    ['type: contains_detection_item\nfield: A\nvalue: x', true],
    ["type: contains_detection_item\nfield: B\nvalue: '*y*'", true],
    ['type: contains_detection_item\nfield: B\nvalue: y', false],
    ['type: contains_detection_item\nfield: C\nvalue: 5', true],
    ['type: contains_detection_item\nfield: A\nvalue: 5', false],
    ['type: is_sigma_rule', true],
    ['type: is_sigma_correlation_rule', false],
    ['type: tag\ntag: attack.T1003', true],
    ['type: tag\ntag: attack.t1004', false],
    ['type: rule_attribute\nattribute: level\nvalue: medium\nop: gte', true],
    ['type: rule_attribute\nattribute: level\nvalue: critical\nop: gte', false],
    ['type: rule_attribute\nattribute: status\nvalue: experimental\nop: gt', true],
    ['type: rule_attribute\nattribute: date\nvalue: 2025-03-01\nop: lte', true],
    ['type: rule_attribute\nattribute: date\nvalue: 2025-03-01\nop: lt', false],
    ['type: rule_attribute\nattribute: author\nvalue: Eve', true],
    ['type: rule_attribute\nattribute: author\nvalue: Eve\nop: ne', false],
    ['type: rule_attribute\nattribute: severity\nvalue: 10\nop: lt', true],
    ['type: rule_attribute\nattribute: tags\nvalue: car.1\nop: in', true],
    ['type: rule_attribute\nattribute: tags\nvalue: car.1\nop: not_in', false],
    ['type: rule_attribute\nattribute: tags\nvalue: car.1', false],
    ['type: rule_attribute\nattribute: absent\nvalue: x\nop: ne', false],
  ])('%s: %s', (condition, holds) => {
    const source = ruleOf('A: x\nB|contains: y\nC: 5', head);
    const result = shown(processed(source, prefixing('rule', `- ${lines(condition, 2).trim()}`)));
    expect(result.includes('p.A')).toBe(holds);
  });

  it.each([
    ['both', 'rule_cond_op: and', false],
    ['one of them', 'rule_cond_op: or', true],
    ['all without saying so', '', false],
    ['not both', 'rule_cond_not: true', true],
    ['neither', 'rule_cond_op: or\nrule_cond_not: true', false],
  ])('are taken together: %s', (_, more, holds) => {
    const pipeline = prefixing('rule', '- { type: is_sigma_rule }\n- { type: tag, tag: none }', more);
    expect(shown(processed(ruleOf('A: x'), pipeline)).includes('p.A')).toBe(holds);
  });

  it.each([
    ['one and not two', true],
    ['not one or two', false],
    ['(one or two) and not (two and one)', true],
    ['all of them', false],
  ])('make an expression: %s', (expression, holds) => {
    const pipeline = prefixing(
      'rule',
      'one: { type: is_sigma_rule }\ntwo: { type: tag, tag: none }',
      `rule_cond_expr: ${expression}`,
    );
    expect(shown(processed(ruleOf('A: x'), pipeline)).includes('p.A')).toBe(holds);
  });

  it('hold for a correlation if a log source below it fits', () => {
    const source = `${ruleOf('A: x')}---
title: Many
id: many
name: many_of_them
correlation: { type: event_count, rules: [rule-1], group-by: [A], timespan: 5m, condition: { gte: 3 } }
---
title: Many again
id: again
correlation: { type: event_count, rules: [many_of_them], group-by: [A], timespan: 1h, condition: { gte: 3 } }
`;
    const groups = (condition: string) =>
      processed(source, prefixing('rule', `- ${condition}`)).correlations.map(({ groupBy }) => groupBy[0]);
    expect(groups('{ type: logsource, product: windows }')).toEqual(['p.A', 'p.A']);
    expect(groups('{ type: logsource, product: linux }')).toEqual(['A', 'A']);
    expect(groups('{ type: is_sigma_correlation_rule }')).toEqual(['p.A', 'p.A']);
    expect(groups('{ type: contains_field, field: A }')).toEqual(['A', 'A']);
  });
});

describe('conditions of items', () => {
  it.each([
    ["type: match_string\ncond: any\npattern: 'x.'", 'A: [xy, z]', true],
    ["type: match_string\ncond: all\npattern: 'x.'", 'A: [xy, z]', false],
    ["type: match_string\npattern: 'y'", 'A: xy', false],
    ["type: match_string\npattern: '(?i).*Y$'", 'A: xy', true],
    ["type: match_string\npattern: '^\\*x'", 'A|contains: xy', true],
    ['type: match_string\npattern: x\nnegate: true', 'A: [x, y]', true],
    ['type: match_string\ncond: all\npattern: x\nnegate: true', 'A: [x, y]', false],
    ["type: match_string\npattern: '.*'", 'A: null', false],
    ["type: match_string\npattern: '%name%'", "A|expand: '%name%'", true],
    ['type: match_value\nvalue: x', 'A: [x, y]', true],
    ['type: match_value\ncond: all\nvalue: x', 'A: [x, y]', false],
    ['type: match_value\nvalue: 5', 'A: 5', true],
    ['type: match_value\nvalue: 5', 'A|gt: 5', false],
    ['type: contains_wildcard\ncond: any', 'A: [x, y*]', true],
    ['type: contains_wildcard\ncond: all', 'A: [x, y*]', false],
    ['type: contains_wildcard\ncond: any', "A: 'x\\*'", false],
    ['type: is_null\ncond: any', 'A: [x, null]', true],
    ['type: is_null\ncond: all', 'A: [x, null]', false],
  ])('%s on %s: %s', (condition, item, holds) => {
    const names = prefixing('detection_item', `- ${lines(condition, 2).trim()}`);
    const resolve = pipelineOf('type: wildcard_placeholders');
    expect(shown(processed(ruleOf(item), names, resolve)).includes('p.A')).toBe(holds);
  });

  it('decide for each item by itself', () => {
    const pipeline = prefixing('detection_item', '- { type: match_value, value: x }');
    expect(shown(processed(ruleOf('A: x\nB: y'), pipeline))).toBe('s: (p.A=<x> and B=<y>)');
  });
});

describe('conditions of names', () => {
  it.each([
    ['type: include_fields\nfields: [A, "C D"]', '(p.A=<x> and B=->p.CD)'],
    ['type: exclude_fields\nfields: A', '(A=<x> and p.B=->p.CD)'],
    ["type: include_fields\nfields: ['[AB]$']\nmode: re", '(p.A=<x> and p.B=->CD)'],
    ["type: include_fields\nfields: ['D']\nmode: re", '(A=<x> and B=->CD)'],
  ])('%s: %s', (condition, expected) => {
    const pipeline = prefixing('field_name', `- ${lines(condition, 2).trim()}`);
    expect(shown(processed(ruleOf('A: x\nB|fieldref: CD'), pipeline))).toBe(`s: ${expected}`);
  });

  it('are no keyword’s, unless they exclude', () => {
    const set = (condition: string) =>
      shown(
        processed(
          ruleOf('- x'),
          pipelineOf(`type: set_value\nvalue: y\nfield_name_conditions: [${condition}]`),
        ),
      );
    expect(set('{ type: include_fields, fields: [A] }')).toBe('s: *=<*x*>');
    expect(set('{ type: exclude_fields, fields: [A] }')).toBe('s: *=<y>');
  });
});

describe('what was done before', () => {
  const steps = (kind: string, id: string): string => `
- id: first
  type: field_name_mapping
  mapping: { A: a }
- id: second
  type: set_value
  value: y
  detection_item_conditions: [{ type: match_value, value: x }]
- id: third
  type: field_name_suffix
  suffix: .s
  ${kind}_conditions: [{ type: processing_item_applied, processing_item_id: ${id} }]`;

  it.each([
    ['rule', 'first', '(a.s=<y> and B.s=<z>)'],
    ['rule', 'none', '(a=<y> and B=<z>)'],
    ['detection_item', 'first', '(a.s=<y> and B=<z>)'],
    ['detection_item', 'second', '(a.s=<y> and B=<z>)'],
    ['field_name', 'first', '(a.s=<y> and B=<z>)'],
    ['field_name', 'second', '(a=<y> and B=<z>)'],
  ])('is known to %s_conditions of %s', (kind, id, expected) => {
    expect(shown(processed(ruleOf('A: x\nB: z'), pipelineOf(steps(kind, id))))).toBe(`s: ${expected}`);
  });

  it.each([
    ['val: 5', true],
    ['val: 6\n      op: lt', true],
    ['val: 5\n      op: ne', false],
    ["val: '5'", false],
  ])('is in the state, for this rule and all kinds of conditions: %s', (wanted, holds) => {
    for (const kind of ['rule', 'detection_item', 'field_name']) {
      const pipeline = pipelineOf(`
- type: set_state
  key: k
  val: 5
  rule_conditions: [{ type: tag, tag: t }]
- type: field_name_prefix
  prefix: p.
  ${kind}_conditions:
    - type: processing_state
      key: k
      ${wanted}`);
      const source = `${ruleOf('A: x', 'tags: t\n')}---\n${ruleOf('A: x').replace('rule-1', 'rule-2')}`;
      const fields = processed(source, pipeline).rules.map(({ detection }) => {
        const item = detection.selections.get('s');
        return item?.kind === 'item' ? item.field : null;
      });
      expect(fields).toEqual([holds ? 'p.A' : 'A', 'A']);
    }
  });

  it('is in custom attributes', () => {
    const pipeline = pipelineOf(`
- { type: set_custom_attribute, attribute: kind, value: web }
- type: field_name_prefix
  prefix: p.
  rule_conditions: [{ type: rule_attribute, attribute: kind, value: web }]`);
    expect(shown(processed(ruleOf('A: x'), pipeline))).toBe('s: p.A=<x>');
  });

  it('is known after a nest of transformations, which shares its condition', () => {
    const pipeline = (tag: string) =>
      pipelineOf(`
- type: nest
  rule_conditions: [{ type: tag, tag: ${tag} }]
  items:
    - { id: inner, type: field_name_mapping, mapping: { A: B } }
    - { type: set_state, key: k, val: true }
- type: field_name_suffix
  suffix: .s
  rule_conditions:
    - { type: processing_item_applied, processing_item_id: inner }
    - { type: processing_state, key: k, val: true }`);
    const source = ruleOf('A: x', 'tags: t\n');
    expect(shown(processed(source, pipeline('t')))).toBe('s: B.s=<x>');
    expect(shown(processed(source, pipeline('u')))).toBe('s: A=<x>');
  });
});

it('pipelines run by their priority, share what is set, and the later values of a name count', () => {
  const late = pipelineOf(
    'type: field_name_suffix\nsuffix: .s\nrule_conditions: [{ type: processing_state, key: k, val: 1 }]',
    'priority: 50\nvars: { v: new }\n',
  );
  const early = pipelineOf(
    '- { type: set_state, key: k, val: 1 }\n- { type: value_placeholders }',
    'name: early\npriority: 10\nvars: { v: old }\nallowed_backends: [some]\n',
  );
  expect(shown(processed(ruleOf("A|expand: '%v%'"), late, early))).toBe('s: A.s=<new>');
  const values = parsePipeline('vars: { v: newest }\npriority: 60\n', 'values.yml');
  if (!values.ok) throw new Error(values.rejected.reason);
  expect(shown(processed(ruleOf("A|expand: '%v%'"), late, values.pipeline, early))).toBe('s: A.s=<newest>');
});
