import { describe, expect, it } from 'vitest';
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
