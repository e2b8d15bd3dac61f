import { describe, expect, it } from 'vitest';
import { pipelineOf, processed, ruleOf, shown } from './pipeline_fixture.ts';

describe('placeholders', () => {
  const vars = "vars:\n  Admins: [root, 'adm*']\n  One: x.y\n  Number: 5\n";
  const fill = 'type: value_placeholders';

  it.each([
    ['a list', fill, "A|expand: '%Admins%'", 'A={<root> <adm*>}'],
    ['a single value', fill, "A|contains|expand: 'a%One%'", 'A=<*ax.y*>'],
    ['a number', fill, "A|expand: '%Number%'", 'A=<5>'],
    [
      'several, in all combinations',
      fill,
      "A|expand: '%Admins%@%Admins%'",
      'A={<root@root> <root@adm*> <adm*@root> <adm*@adm*>}',
    ],
    ['in a regular expression', fill, "A|re|expand: '^%Admins%-%One%$'", 'A=/^(?:root|adm*)-(?:x[^\\n]y)$/'],
    ['in one that ignores case', fill, "A|re|i|expand: '%One%'", 'A=/(?:[xX][^\\n][yY])/'],
    [
      'with wildcards',
      'type: wildcard_placeholders',
      "A|expand: 'a%Any Thing%%Other%b'",
      'A=<a%Any Thing%*b>',
    ],
    [
      'with wildcards in a regular expression',
      'type: wildcard_placeholders',
      "A|re|expand: 'a%Any%b'",
      'A=/a(?:[^\\n]*)b/',
    ],
    [
      'only those included',
      `- ${fill}\n  include: [Admins]\n- type: wildcard_placeholders`,
      "A|expand: '%Admins%-%One%'",
      'A={<root-*> <adm*-*>}',
    ],
    [
      'only those not excluded',
      `- ${fill}\n  exclude: Admins\n- type: wildcard_placeholders`,
      "A|expand: '%Admins%-%One%'",
      'A=<*-x.y>',
    ],
    [
      'none without a list',
      fill,
      "A|expand: '%None%'",
      'unresolved_placeholder:6 The placeholder %None% of `A` has no list of values.',
    ],
    [
      'none that is left',
      'type: wildcard_placeholders\ninclude: X',
      "A|expand: '%Some%'",
      'unresolved_placeholder:6 The placeholder %Some% of `A` has no list of values.',
    ],
    ['none without `expand`', fill, "A: '%Admins%'", 'A=<%Admins%>'],
    [
      'after the text was changed',
      `- type: replace_string\n  regex: '^a'\n  replacement: b\n- ${fill}`,
      "A|expand: 'a%One%'",
      'A=<bx.y>',
    ],
    ['with dashes', fill, "A|windash|expand: '-%One%'", 'A=<-x.y>'],
  ])('are resolved: %s', (_, transformations, items, expected) => {
    const result = shown(processed(ruleOf(items), pipelineOf(transformations, vars)));
    expect(result.replace(/^s: /, '')).toBe(expected);
  });

  it('are refused where a modifier needs the value', () => {
    expect(() => processed(ruleOf("A|base64|expand: '%One%'"), pipelineOf(fill, vars))).toThrow(
      'The placeholder %One% of `A|base64|expand` has no list of values.',
    );
  });
});

describe('a correlation', () => {
  const source = (fields: string): string => `${ruleOf('A: x')}---
title: Many
id: many
correlation:
  type: value_count
  rules: [rule-1]
  group-by: [A, Alias]
  timespan: 5m
  aliases: { Alias: { rule-1: ${fields} } }
  condition: { gte: 3, field: C }
`;
  const rename = (mapping: string) => pipelineOf(`type: field_name_mapping\nmapping: ${mapping}`);

  it('takes new names of fields, of which a group may take several', () => {
    const { correlations } = processed(source('B'), rename('{ A: [a, a2], B: b, C: c, Alias: no }'));
    expect(correlations[0]).toMatchObject({ groupBy: ['a', 'a2', 'Alias'], fields: ['c'] });
    expect(correlations[0]?.aliases.get('Alias')?.get('rule-1')).toBe('b');
  });

  it.each([
    ['{ B: [b, c] }', 16],
    ['{ C: [b, c] }', 17],
  ])('takes one name where it can take no more: %s', (mapping, line) => {
    const { correlations, rejected, rules } = processed(source('B'), rename(mapping));
    expect(correlations).toEqual([]);
    expect(rules).toHaveLength(1);
    expect(rejected).toEqual([expect.objectContaining({ code: 'several_names', id: 'many', line })]);
  });

  it('is left alone by what is about items', () => {
    const before = processed(source('B')).correlations;
    const pipeline = pipelineOf(
      '- type: drop_detection_item\n  detection_item_conditions: [{ type: is_null }]\n- { type: set_value, value: y }\n- { type: change_logsource, product: x }\n- { type: add_condition, conditions: { a: b } }',
    );
    expect(processed(source('B'), pipeline).correlations).toEqual(before);
  });
});
