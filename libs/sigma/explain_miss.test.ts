import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { engineOf, ruleWith } from './engine_fixture.ts';
import type { MissedLeaf, SigmaMiss } from './explain_miss.ts';

const missOf = (detection: string, event: JsonObject, head?: string): SigmaMiss =>
  engineOf(ruleWith(detection, head)).explainMiss(event, 'rule-1')!;

function leafOf(detection: string, event: JsonObject): MissedLeaf {
  const miss = missOf(detection, event);
  if (miss.reason !== 'leaf') throw new Error(`a leaf was expected: ${JSON.stringify(miss)}`);
  return miss;
}

const item = (line: string): string => `  s:\n    ${line}\n  condition: s`;

describe('explainMiss', () => {
  it('names the first item that does not hold: what is asked, where, and what the event has', () => {
    const detection = `
  selection:
    Image|endswith: '\\CMD.exe'
    CommandLine|contains|all:
      - ' /c '
      - 'whoami'
      - 'net'
  other:
    User: bob
  condition: selection and other`;
    expect(missOf(detection, { Image: 'C:\\cmd.exe', CommandLine: 'cmd /c whoami' })).toEqual({
      reason: 'leaf',
      condition: 'selection and other',
      selection: 'selection',
      field: 'CommandLine',
      modifiers: ['contains', 'all'],
      wanted: [{ pattern: 'net', line: 11 }],
      present: true,
      found: [{ path: 'CommandLine', value: 'cmd /c whoami', spans: [] }],
      compared: [],
      hints: [],
      alternatives: 1,
      held: 3,
      asked: 5,
    });
  });

  const user = ' Alice Adams';
  const absent: [name: string, line: string, event: JsonObject, expected: Partial<MissedLeaf>][] = [
    ['a field that is not there', 'f: a', {}, { present: false, found: [] }],
    ['null', 'f: null', { f: 1 }, { wanted: [{ pattern: null, line: 7 }], present: true }],
    ['exists', 'f|exists: true', {}, { wanted: [{ pattern: 'true', line: 7 }], present: false }],
    [
      'every value of a list',
      'f: [a, b]',
      { f: 'c' },
      { wanted: ['a', 'b'].map((pattern) => ({ pattern, line: 7 })) },
    ],
    [
      'every member of an array',
      'f: a',
      { f: ['b', 1] },
      {
        found: [
          { path: 'f', value: 'b', spans: [] },
          { path: 'f', value: '1', spans: [] },
        ],
      },
    ],
    [
      'what neq takes exception to',
      'f|neq|contains: b',
      { f: 'abc' },
      { found: [{ path: 'f', value: 'abc', spans: [[1, 2]] }] },
    ],
    ['neq of a field that is not there', 'f|neq: b', {}, { present: false }],
    [
      'the field that fieldref compares with',
      'f|fieldref: g',
      { f: 'a', g: 'b' },
      { compared: [{ path: 'g', value: 'b', spans: [] }], hints: [] },
    ],
    [
      'a keyword',
      's: x\n  k: [needle]\n  condition: k',
      { f: 'hay' },
      { selection: 'k', field: null, present: true, found: [] },
    ],
    // Hints.
    [
      'another field with the value',
      'ParentImage|endswith: \\cmd.exe',
      { Image: 'C:\\cmd.exe' },
      { hints: [{ kind: 'value', path: 'Image', value: 'C:\\cmd.exe', spans: [[2, 10]] }] },
    ],
    [
      'another field, though the own one is there',
      'a: whoami',
      { a: 'x', b: { c: ['whoami'] } },
      { hints: [{ kind: 'value', path: 'b.c', value: 'whoami', spans: [[0, 6]] }] },
    ],
    [
      'a name with a slip',
      'CommandLine: x',
      { x: { ComandLine: 'y' } },
      { hints: [{ kind: 'name', path: 'x.ComandLine', value: 'y', spans: [] }] },
    ],
    [
      'a name written otherwise',
      'src-ip: x',
      { SrcIp: null },
      { hints: [{ kind: 'name', path: 'SrcIp', value: null, spans: [] }] },
    ],
    [
      'a dotted name, as a whole',
      'actor.name: x',
      { target: { name: user }, actor: { names: user } },
      { hints: [{ kind: 'name', path: 'actor.names', value: user, spans: [] }] },
    ],
    [
      'name and value at once',
      'CommandLine: whoami',
      { command_line: 'whoami' },
      { hints: [{ kind: 'name', path: 'command_line', value: 'whoami', spans: [] }] },
    ],
    [
      'no hint by a part of what `all` asks for',
      'f|contains|all: [needle, hay]',
      { g: 'needles' },
      { hints: [] },
    ],
    [
      'all of what `all` asks for',
      'f|contains|all: [needle, hay]',
      { g: 'hay, needle' },
      {
        hints: [
          {
            kind: 'value',
            path: 'g',
            value: 'hay, needle',
            spans: [
              [5, 11],
              [0, 3],
            ],
          },
        ],
      },
    ],
    [
      'what tells, not a wildcard beside it',
      "f: ['*', long*]",
      { g: 'long enough' },
      { hints: [{ kind: 'value', path: 'g', value: 'long enough', spans: [[0, 4]] }] },
    ],
    ['no hint by a short name', 'uid: x', { pid: 1, gid: 2 }, { hints: [] }],
    ['no hint by a short value', 'f: 1', { g: 1 }, { hints: [] }],
    ['no hint by a wildcard', "f: '*'", { g: 'long enough' }, { hints: [] }],
    ['no hint by a comparison', 'port|gt: 100', { time: 123_456 }, { hints: [] }],
    ['no hint for neq', 'f|neq: long enough', { f: 'long enough', g: 'long enough' }, { hints: [] }],
    [
      'at most three hints',
      'f: whoami',
      { a: 'whoami', b: 'whoami', c: 'whoami', d: 'whoami' },
      { hints: ['a', 'b', 'c'].map((path) => ({ kind: 'value', path, value: 'whoami', spans: [[0, 6]] })) },
    ],
  ];
  it.each(absent)('shows %s', (_, line, event, expected) => {
    const detection = line.includes('condition') ? `  ${line}` : item(line);
    expect(leafOf(detection.replace('  s: x\n', '  s:\n    x: y\n'), event)).toMatchObject(expected);
  });

  const near: [name: string, condition: string, event: JsonObject, selection: string][] = [
    ['the alternative of which most holds', '1 of *', { a: 1, b: 1 }, 'two'],
    ['of equals the one of which least is missing', 'two or one', { a: 1 }, 'one'],
    ['of equals the first', 'two or every', {}, 'two'],
    ['every value of `all` as one', 'one or every', { a: 1, f: 'xy' }, 'every'],
    ['an alternative below `and`', '(one or two) and other', { a: 1, b: 1 }, 'two'],
    ['what is missing beside an `or` that holds', '(one or two) and other', { a: 1, z: 1 }, 'other'],
    ['what two `not` ask for', 'not not one', {}, 'one'],
  ];
  it.each(near)('takes %s', (_, condition, event, selection) => {
    const detection = `
  one:
    a: 1
    z: 1
  two:
    a: 1
    b: 1
    c: 1
  other:
    o: 1
  every:
    f|contains|all: [x, y, w]
  condition: ${condition}`;
    expect(leafOf(detection, event).selection).toBe(selection);
    const alternatives = condition.includes('*')
      ? 4
      : condition.includes('or') && selection !== 'other'
        ? 2
        : 1;
    expect(leafOf(detection, event).alternatives).toBe(alternatives);
  });

  it('names the filter that took the event out, and the values it holds on', () => {
    const detection = `
  selection:
    a: 1
  filter_x:
    b: 1
  filter_y:
    c|startswith: up
    d: null
  condition: selection and not 1 of filter_*`;
    const miss = missOf(detection, { a: 1, c: 'update' });
    expect(miss).toMatchObject({
      reason: 'filter',
      selections: ['filter_y'],
      items: [
        { selection: 'filter_y', field: 'c', path: 'c', value: 'update', spans: [[0, 2]], line: 11 },
        { selection: 'filter_y', field: 'd', path: null, value: null },
      ],
    });
  });

  const security = { Event: { System: { Channel: 'Security', EventID: 4624 }, EventData: {} } };
  const sources: [name: string, logsource: string, event: JsonObject, expected: object][] = [
    [
      'product',
      'product: linux',
      security,
      { part: 'product', means: [], stated: { products: ['windows'] } },
    ],
    [
      'service',
      'product: windows\n  service: system',
      security,
      { part: 'service', means: ['channel System'], stated: { channel: 'security' } },
    ],
    [
      'category',
      'product: windows\n  category: registry_add',
      security,
      {
        part: 'category',
        means: ['service sysmon, event id 12, EventType CreateKey'],
        stated: { eventId: '4624' },
      },
    ],
    [
      'category of another product',
      'category: webserver',
      { event: { dataset: 'squid.access', module: 'squid' } },
      { part: 'category', means: [], stated: { categories: ['proxy'] } },
    ],
  ];
  it.each(sources)('says that the log source does not fit: %s', (part, logsource, event, expected) => {
    const source = ruleWith(item('f: a')).replace('product: any', logsource);
    const miss = engineOf(source).explainMiss(event, 'rule-1');
    expect(miss).toMatchObject({ reason: 'logsource', ...expected });
    const line = source.split('\n').findIndex((text) => text.includes(part.split(' ')[0]!)) + 1;
    expect(miss).toHaveProperty('line', line);
  });

  it('is null for what matches, and for rules it does not know', () => {
    const engine = engineOf(ruleWith(item('f: a')));
    expect(engine.explainMiss({ f: 'a' }, 'rule-1')).toBeNull();
    expect(engine.explainMiss({ f: 'b' }, 'rule-2')).toBeNull();
  });
});
