import { describe, expect, it } from 'vitest';
import { createSigmaEngine } from '../engine.ts';
import { conditionOf, pipelineOf, processed, ruleOf, shown } from './pipeline_fixture.ts';

const mapping = 'type: field_name_mapping\nmapping:\n  A: a.b\n  Two Words: [x, y]\n  null: message';

describe('transformations', () => {
  it.each([
    // Names of fields
    ['a name', mapping, 'A|contains: v', 'a.b=<*v*>'],
    ['a name to several', mapping, 'TwoWords: v\nB: w', '((x=<v> or y=<v>) and B=<w>)'],
    ['spaces in names', mapping, 'Two Words: v', '(x=<v> or y=<v>)'],
    ['names that are not mapped', mapping, 'B: v', 'B=<v>'],
    ['keywords to a field', mapping, '- v\n- w', '(message=<*v*> or message=<*w*>)'],
    ['what fieldref refers to', mapping, 'B|fieldref: A', 'B=->a.b'],
    ['what fieldref refers to, to several', mapping, 'A|fieldref: TwoWords', 'a.b={->x ->y}'],
    [
      'a prefix',
      'type: field_name_prefix_mapping\nmapping:\n  win.: [a., b.]',
      'win.X: v\nY: w',
      '((a.X=<v> or b.X=<v>) and Y=<w>)',
    ],
    [
      'by a prefix',
      'type: field_name_prefix\nprefix: ev.',
      'A: v\nB|fieldref: C',
      '(ev.A=<v> and ev.B=->ev.C)',
    ],
    ['by a prefix, no keywords', 'type: field_name_prefix\nprefix: ev.', '- v', '*=<*v*>'],
    ['by a suffix', 'type: field_name_suffix\nsuffix: .text', 'A: v', 'A.text=<v>'],
    ['lower case', 'type: field_name_transform\ntransform_func: lower', 'FieldOne: v', 'fieldone=<v>'],
    ['upper case', 'type: field_name_transform\ntransform_func: upper', 'FieldOne: v', 'FIELDONE=<v>'],
    [
      'snake case',
      'type: field_name_transform\ntransform_func: snake_case',
      'EventIDNumber: v',
      'event_id_number=<v>',
    ],
    [
      'by a function, but for exceptions',
      'type: field_name_transform\ntransform_func: lower\nmapping: { A: B }',
      'A: v\nC: w',
      '(B=<v> and c=<w>)',
    ],
    // Values
    ['text', "type: replace_string\nregex: '^C:(.*)$'\nreplacement: '\\g<1>@\\1'", "A: 'C:x'", 'A=<x@x>'],
    [
      'text by a named group',
      "type: replace_string\nregex: '(?P<drive>[A-Z]):'\nreplacement: '/\\g<drive>'",
      "A: 'C:\\x'",
      'A=</C\\x>',
    ],
    [
      'text with its wildcards',
      "type: replace_string\nregex: '^\\*\\\\(.*)$'\nreplacement: '\\1'",
      "A|endswith: '\\x.exe'",
      'A=<x.exe>',
    ],
    ['text of a number', "type: replace_string\nregex: '^4'\nreplacement: '5'", 'A: 4688', 'A=<5688>'],
    ['text to wildcards', "type: replace_string\nregex: 'x'\nreplacement: '*'", 'A: axb', 'A=<a*b>'],
    [
      'a literal asterisk, and keep it',
      "type: replace_string\nregex: 'x'\nreplacement: 'y'",
      "A: 'x\\*'",
      'A=<y*>',
    ],
    [
      'literal pieces only',
      "type: replace_string\nregex: '.'\nreplacement: '*'\nskip_special: true",
      'A|contains: ab',
      'A=<****>',
    ],
    [
      'literal pieces, with wildcards',
      "type: replace_string\nregex: 'a.*'\nreplacement: 'x*'\nskip_special: true\ninterpret_special: true",
      'A|startswith: ab',
      'A=<x*>',
    ],
    ['no regular expressions', 'type: replace_string\nregex: a\nreplacement: b', 'A|re: a+', 'A=/a+/'],
    [
      'values by a map',
      'type: map_string\nmapping: { a: b, c: [d, e*] }',
      'A: [a, c, f]',
      'A=<b>,{<d> <e*>},<f>',
    ],
    [
      'values by a map, with what modifiers added',
      "type: map_string\nmapping: { '*a*': b }",
      'A|contains: [a, c]',
      'A=<b>,<*c*>',
    ],
    ['values to a text', 'type: set_value\nvalue: x*', 'A|re: [a, b]', 'A=<x*>,<x*>'],
    ['values to null', 'type: set_value\nvalue: null', 'A: a', 'A=null'],
    ['values to a number', "type: set_value\nvalue: '5'\nforce_type: num", 'A: a', 'A=<5>'],
    ['to text', 'type: convert_type\ntarget_type: str', 'A: [5, null]', 'A=<5>,null'],
    ['to a number', 'type: convert_type\ntarget_type: num', 'A: [5, null]', 'A=<5>,null'],
    [
      'to a number what is none',
      'type: convert_type\ntarget_type: num',
      'A: [5, x]',
      'invalid_value:6 The value "x" of `A` is not valid: a pipeline asks for a number',
    ],
    ['case, down', 'type: case', "A|cased: 'X Y*'", 'A=<x y*>'],
    ['case, up', 'type: case\nmethod: upper', 'A: x', 'A=<X>'],
    ['case, to snakes', 'type: case\nmethod: snake_case', 'A: CreateKey', 'A=<create_key>'],
    // Hashes
    [
      'hashes',
      'type: hashes_fields\nvalid_hash_algos: [MD5, SHA1]\nfield_prefix: File',
      `Hashes|contains: ['MD5=${'a'.repeat(32)}', 'SHA1=b', 'IMPHASH=c', '${'d'.repeat(40)}']`,
      `(FileMD5=<${'a'.repeat(32)}*> or FileSHA1=<b*>,<*${'d'.repeat(40)}*> or Hashes=<*IMPHASH=c*>)`,
    ],
    [
      'hashes that all have to hold',
      'type: hashes_fields\nvalid_hash_algos: [MD5, SHA1]',
      "Hashes|contains|all: ['MD5=a', 'SHA1=b']",
      '(MD5=<a*> and SHA1=<b*>)',
    ],
    [
      'hashes to one field',
      'type: hashes_fields\nvalid_hash_algos: [MD5]\nfield_prefix: hash\ndrop_algo_prefix: true',
      "Hashes: 'MD5|a'",
      'hash=<a>',
    ],
    [
      'no hashes',
      'type: hashes_fields\nvalid_hash_algos: [MD5]',
      `A: [x=y, null, ${'z'.repeat(32)}]`,
      `A=<x=y>,null,<${'z'.repeat(32)}>`,
    ],
    // The rule as a whole
    [
      'what is refused',
      'type: rule_failure\nmessage: Not for us.',
      'A: x',
      'pipeline_failure:1 A processing pipeline refuses the rule: Not for us.',
    ],
    [
      'an item that is refused',
      'type: detection_item_failure\nmessage: No.\nfield_name_conditions:\n  - { type: include_fields, fields: B }',
      'A: x\nB: y',
      'pipeline_failure:7 A processing pipeline refuses the rule: No.',
    ],
    [
      'no item that is not',
      'type: detection_item_failure\nmessage: No.\nfield_name_conditions:\n  - { type: include_fields, fields: B }',
      'A: x',
      'A=<x>',
    ],
    ['lists of fields, of which there are none', 'type: add_field\nfield: B', 'A: x', 'A=<x>'],
  ])('change %s', (_, pipeline, items, expected) => {
    const result = shown(processed(ruleOf(items), pipelineOf(pipeline)));
    expect(result.replace(/^s: /, '')).toBe(expected);
  });

  it('keep a class of dashes through a change of the text', () => {
    const pipeline = pipelineOf("type: replace_string\nregex: '^\\*-enc\\*$'\nreplacement: '*-encoded*'");
    const { rules } = processed(ruleOf("CommandLine|windash|contains: '-enc'"), pipeline);
    const engine = createSigmaEngine(rules);
    for (const dash of ['-', '/', '\u2013'])
      expect(engine.evaluate({ CommandLine: `x ${dash}encoded y` })).toHaveLength(1);
    expect(engine.evaluate({ CommandLine: 'x -enc y' })).toEqual([]);
  });

  it('leave a rule alone that nothing changes', () => {
    const pipeline = pipelineOf(mapping);
    const before = processed(ruleOf('B: v'));
    expect(processed(ruleOf('B: v'), pipeline).rules).toEqual(before.rules);
  });
});

describe('drop_detection_item', () => {
  const drop = pipelineOf(
    'type: drop_detection_item\nfield_name_conditions:\n  - { type: include_fields, fields: [A] }',
  );
  const more = (selections: string, condition: string): string =>
    ruleOf('A: x\nB: y').replace('  condition: s', `${selections}\n  condition: ${condition}`);

  it.each([
    ['one of several items', ruleOf('A: x\nB: y'), 's: B=<y>', 's'],
    ['an alternative', ruleOf('- A: x\n- B: y'), 's: B=<y>', 's'],
    ['a selection, and what the condition says of it', more('  t: { A: z }', 's and not t'), 's: B=<y>', 's'],
    [
      'a selection of a set',
      more('  t: { A: z }\n  t2: { C: z }', 's and not 1 of t*'),
      's: B=<y>; t2: C=<z>',
      's and not t2',
    ],
    [
      'in brackets',
      more('  t: { A: z }\n  u: { C: z }\n  v: { D: z }', 's and not (u or t or v)'),
      's: B=<y>; u: C=<z>; v: D=<z>',
      's and not (u or v)',
    ],
    [
      'everything',
      ruleOf('A: x'),
      'nothing_left:5 A processing pipeline dropped all that the rule looks for.',
      undefined,
    ],
  ])('drops %s', (_, source, selections, condition) => {
    const result = processed(source, drop);
    expect(shown(result)).toBe(selections);
    expect(conditionOf(result)).toBe(condition);
  });
});

describe('add_condition', () => {
  it.each([
    ['a field', 'conditions: { index: [a, b*] }', 's: A=<x>; _pipeline: index=<a>,<b*>', '_pipeline and (s)'],
    [
      'modifiers',
      'conditions: { index|startswith: a }',
      's: A=<x>; _pipeline: index=<a*>',
      '_pipeline and (s)',
    ],
    ['by the id', 'id: where\nconditions: { index: a }', 's: A=<x>; _where: index=<a>', '_where and (s)'],
    [
      'by a name that is taken',
      'name: s\nconditions: { index: a }',
      's: A=<x>; s_2: index=<a>',
      's_2 and (s)',
    ],
    [
      'negated',
      'name: n\nnegated: true\nconditions: { index: a }',
      's: A=<x>; n: index=<a>',
      'not n and (s)',
    ],
    [
      'a template',
      `name: n\ntemplate: true\nconditions: { index: ['$product-\${category}', $service] }`,
      's: A=<x>; n: index=<windows-process_creation>,<$service>',
      'n and (s)',
    ],
  ])('adds %s', (_, options, selections, condition) => {
    const result = processed(ruleOf('A: x'), pipelineOf(`type: add_condition\n${options}`));
    expect(shown(result)).toBe(selections);
    expect(conditionOf(result)).toBe(condition);
  });

  it('is explained by its line in the pipeline', () => {
    const { rules } = processed(ruleOf('A: x'), pipelineOf('type: add_condition\nconditions:\n  index: a'));
    const items = createSigmaEngine(rules).explain({ A: 'x', index: 'a' }, 'rule-1')?.items;
    expect(items?.map(({ selection, line }) => [selection, line])).toEqual([
      ['_pipeline', 4],
      ['s', 6],
    ]);
  });
});

describe('change_logsource', () => {
  it('puts another in its place', () => {
    const { rules } = processed(
      ruleOf('A: x'),
      pipelineOf('type: change_logsource\nproduct: Windows\nservice: sysmon'),
    );
    expect(rules[0]?.logsource).toEqual({ product: 'windows', service: 'sysmon' });
  });
});
