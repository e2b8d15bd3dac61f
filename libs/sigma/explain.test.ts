import { describe, expect, it } from 'vitest';
import { engineOf, ruleWith } from './engine_fixture.ts';

const rule = ruleWith(`
  selection:
    Image|endswith: '\\CMD.exe'
    CommandLine|contains|all:
      - ' /c '
      - 'who*i'
  other:
    - f: null
    - g|exists: true
  filter_a:
    User: SYSTEM
  filter_b:
    Image: x
  keywords:
    - whoami
  condition: selection and keywords and other and not 1 of filter_*
`);

const event = { Image: 'C:\\Windows\\cmd.exe', CommandLine: 'cmd /c Whoami', g: '', User: 'bob' };

describe('explain', () => {
  it('says which selection, field, modifier and value matched on what, where, and on which line', () => {
    const explanation = engineOf(rule).explain(event, 'rule-1')!;
    expect(explanation.condition).toBe('selection and keywords and other and not 1 of filter_*');
    expect(explanation.absent).toEqual(['filter_a', 'filter_b']);
    expect(explanation.items).toEqual([
      {
        selection: 'selection',
        field: 'Image',
        modifiers: ['endswith'],
        pattern: '\\CMD.exe',
        path: 'Image',
        value: event.Image,
        spans: [[10, 18]],
        line: 7,
      },
      {
        selection: 'selection',
        field: 'CommandLine',
        modifiers: ['contains', 'all'],
        pattern: ' /c ',
        path: 'CommandLine',
        value: event.CommandLine,
        spans: [[3, 7]],
        line: 9,
      },
      {
        selection: 'selection',
        field: 'CommandLine',
        modifiers: ['contains', 'all'],
        pattern: 'who*i',
        path: 'CommandLine',
        value: event.CommandLine,
        spans: [
          [7, 10],
          [12, 13],
        ],
        line: 10,
      },
      {
        selection: 'keywords',
        field: null,
        modifiers: [],
        pattern: 'whoami',
        path: 'CommandLine',
        value: event.CommandLine,
        spans: [[7, 13]],
        line: 19,
      },
      {
        selection: 'other',
        field: 'f',
        modifiers: [],
        pattern: null,
        path: null,
        value: null,
        spans: [],
        line: 12,
      },
      {
        selection: 'other',
        field: 'g',
        modifiers: ['exists'],
        pattern: 'true',
        path: 'g',
        value: '',
        spans: [],
        line: 13,
      },
    ]);
  });

  it('is null for what does not match and for rules it does not know', () => {
    expect(engineOf(rule).explain({ ...event, User: 'system' }, 'rule-1')).toBeNull();
    expect(engineOf(rule).explain(event, 'rule-2')).toBeNull();
  });

  it('names the path of the value in the shape that the event has', () => {
    const windows = (items: string) =>
      ruleWith(`  s:\n    ${items}\n  condition: s`).replace('product: any', 'product: windows');
    const evtx = {
      Event: { System: { Channel: 'Security', EventID: 4688 }, EventData: { NewProcessName: 'a.exe' } },
    };
    const pathOf = (items: string, each: Parameters<ReturnType<typeof engineOf>['explain']>[0]) =>
      engineOf(
        windows(items).replace('product: windows', 'product: windows\n  category: process_creation'),
      ).explain(each, 'rule-1')!.items[0]!.path;
    expect(pathOf('Image: a.exe', evtx)).toBe('Event.EventData.NewProcessName');
    const ecs = { winlog: { channel: 'Security', event_id: 4688, event_data: { NewProcessName: 'a.exe' } } };
    expect(pathOf('Image: a.exe', ecs)).toBe('winlog.event_data.NewProcessName');
    expect(pathOf('EventID: 4688', ecs)).toBe('winlog.event_id');
  });

  it('shows a long value around what matched', () => {
    const source = ruleWith('  s:\n    f|contains: needle\n  condition: s');
    const item = engineOf(source).explain(
      { f: `${'a'.repeat(10_000)}needle${'b'.repeat(10_000)}` },
      'rule-1',
    )!.items[0]!;
    expect(item.value).toHaveLength(4_096);
    expect(item.value!.slice(...item.spans[0]!)).toBe('needle');
  });

  it('shows every place of what stands in the value more than once', () => {
    const explain = (value: string) =>
      engineOf(ruleWith('  s:\n    f|contains: ../../\n  condition: s')).explain({ f: value }, 'rule-1')!;
    expect(explain('/a/../../../b/../../c').items[0]!.spans).toEqual([
      [3, 12],
      [14, 20],
    ]);
    expect(explain('../../x'.repeat(1_000)).items[0]!.spans).toHaveLength(64);
  });

  it('counts lines in a file of several documents, and of values reached by an alias', () => {
    const first = ruleWith('  s:\n    f: &v a\n  condition: s').replace('rule-1', 'first');
    const engine = engineOf(`${first}---\n${ruleWith('  s:\n    f: b\n  condition: s')}`);
    expect(engine.explain({ f: 'b' }, 'rule-1')!.items[0]!.line).toBe(first.split('\n').length + 7);
  });
});
