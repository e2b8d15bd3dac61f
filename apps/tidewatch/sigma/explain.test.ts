import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sigma } from './command_fixture.ts';
import type { ExplainReport } from './explain.ts';

const rule = `title: Command shell
id: shell
logsource:
  category: process_creation
  product: windows
detection:
  selection:
    Image|endswith: \\cmd.exe
    CommandLine|contains:
      - ' /c '
      - ' /k '
  filter_admin:
    User: admin
  condition: selection and not 1 of filter_*
`;

const credited = `author: A. Writer
license: MIT
references: [https://example.org/why]
`;

const event = (data: object, system: object = {}) => ({
  Event: {
    System: { Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, ...system },
    EventData: { Image: 'C:\\cmd.exe', CommandLine: 'cmd /c dir', ...data },
  },
});

const events = [
  event({}),
  event({ CommandLine: 'cmd', Detail: 'x /c\u001b[2J y' }),
  event({ User: 'admin' }),
  event({}, { Channel: 'Security', EventID: 4624 }),
  { EventID: 1, Channel: 'Security', CommandLine: 'x' },
];

let folder = '';
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'explain-'));
  await Promise.all([
    writeFile(file('rule.yml'), rule),
    writeFile(file('credited.yml'), rule + credited),
    writeFile(
      file('two.yml'),
      `${rule}---\n${rule.replace('id: shell', 'id: never').replace('cmd.exe', 'x')}`,
    ),
    writeFile(file('half.yml'), `${rule}---\ntitle: No detection\nlogsource: {product: windows}\n`),
    writeFile(file('bad.yml'), 'title: [\n'),
    writeFile(file('lines.json'), events.map((each) => JSON.stringify(each)).join('\n')),
    writeFile(
      file('pretty.json'),
      `\ufeff${events.map((each) => JSON.stringify(each, null, 1)).join('\r\n')}\n`,
    ),
    writeFile(file('array.json'), JSON.stringify(events)),
    writeFile(file('one.json'), JSON.stringify(events[0])),
    writeFile(file('miss.json'), JSON.stringify(events[1])),
    writeFile(file('bad.json'), `${JSON.stringify(events[0])}\n{"a":\n`),
    writeFile(file('empty.json'), '\n'),
    writeFile(file('number.json'), '[{}, 1]'),
  ]);
});

afterAll(() => rm(folder, { recursive: true }));

const explain = (rules: string, input: string, ...more: string[]) =>
  sigma('explain', '--rule', file(rules), '--event', file(input), ...more);

describe('tidewatch sigma explain', () => {
  it('names author, licence and references as the rule does, in eval too', async () => {
    const { stdout } = await explain('credited.yml', 'one.json');
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      '  author: A. Writer',
      '  licence: MIT',
      '  reference: https://example.org/why',
    ]);
    const credit = { author: 'A. Writer', license: 'MIT', references: ['https://example.org/why'] };
    const { rules } = JSON.parse(
      (await explain('credited.yml', 'one.json', '--json')).stdout,
    ) as ExplainReport;
    expect(rules).toMatchObject([credit]);
    const found = async (...more: string[]): Promise<unknown> => {
      const input = ['--rules', file('credited.yml'), '--events', file('lines.json')];
      await sigma('eval', ...input, '--output', file('found'), ...more);
      return JSON.parse((await readFile(file('found'), 'utf8')).split('\n')[0] ?? '');
    };
    expect(await found()).toEqual({ line: 0, rules: ['shell'] });
    expect(await found('--details')).toEqual({
      line: 0,
      rules: [{ id: 'shell', title: 'Command shell', level: 'medium', ...credit }],
    });
  });

  it('says why each event matches or not, with what matched marked', async () => {
    const { status, stdout } = await explain('rule.yml', 'lines.json');
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `Command shell (shell), ${file('rule.yml')}`,
      '  event 1, line 1: match',
      '    condition: selection and not 1 of filter_*',
      "    selection, line 8: Image|endswith: '\\cmd.exe'",
      '      Event.EventData.Image = C:»\\cmd.exe«',
      "    selection, line 10: CommandLine|contains: ' /c '",
      '      Event.EventData.CommandLine = cmd» /c «dir',
      '    rightly absent: filter_admin',
      '  event 2, line 2: miss; 2 of 3 conditions hold',
      '    condition: selection and not 1 of filter_*',
      "    selection, line 10: CommandLine|contains: ' /c ', ' /k '",
      '      the event has Event.EventData.CommandLine = cmd',
      '  event 3, line 3: miss; a filter takes it out',
      '    condition: selection and not 1 of filter_*',
      '    the condition wants these not to hold: filter_admin',
      "    filter_admin, line 13: User: 'admin'",
      '      Event.EventData.User = »admin«',
      '  event 4, line 4: miss; the log source does not fit',
      '    logsource, line 4: the rule asks for product windows, category process_creation; the category differs',
      '      process_creation means service sysmon, event id 1; or service security, event id 4688',
      '      the event states product windows, channel security, event id 4624',
      '  event 5, line 5: miss; the log source does not fit',
      '    logsource, line 4: the rule asks for product windows, category process_creation; the category differs',
      '      process_creation means service sysmon, event id 1; or service security, event id 4688',
      '      the event states product windows, channel security, event id 1',
      '',
    ]);
  });

  it.each(['pretty.json', 'array.json'])('reads events as %s', async (name) => {
    const { rules } = JSON.parse((await explain('rule.yml', name, '--json')).stdout) as ExplainReport;
    expect(rules[0]!.events.map(({ outcome }) => outcome)).toEqual(['match', 'miss', 'miss', 'miss', 'miss']);
    expect(rules[0]!.events[1]).toMatchObject({
      event: 2,
      miss: { reason: 'leaf', field: 'CommandLine', held: 2, asked: 3 },
    });
  });

  it('gives each event the line on which it begins', async () => {
    const { rules } = JSON.parse(
      (await explain('rule.yml', 'pretty.json', '--json')).stdout,
    ) as ExplainReport;
    const lines = JSON.stringify(events[0], null, 1).split('\n').length;
    expect(rules[0]!.events.slice(0, 2).map(({ line }) => line)).toEqual([1, 1 + lines]);
  });

  it('reads events through ECS', async () => {
    const { stdout, status } = await explain('rule.yml', 'one.json', '--through-ecs');
    expect(stdout).toContain('winlog.event_data.CommandLine = cmd» /c «dir');
    expect(status).toBe(0);
  });

  it('prints nothing that a terminal obeys', async () => {
    const { stdout } = await explain('rule.yml', 'lines.json', '--json');
    expect(stdout).not.toContain('\u001b');
  });

  const codes: [name: string, rules: string, input: string, status: number, said: RegExp][] = [
    ['every rule matches some event', 'rule.yml', 'one.json', 0, /^$/],
    ['a rule misses', 'rule.yml', 'miss.json', 1, /^$/],
    ['one of two rules misses', 'two.yml', 'lines.json', 1, /^$/],
    ['a document is rejected', 'half.yml', 'one.json', 2, /half\.yml:\d+: The attribute `detection`/],
    ['no rule can be read', 'bad.yml', 'one.json', 2, /holds no rule.*\n.*bad\.yml:\d+: .*not valid YAML/],
    ['there is no such rule', 'none.yml', 'one.json', 2, /none\.yml.*\n.*no such file/],
    [
      'there is no such event',
      'rule.yml',
      'none.json',
      2,
      /none\.json cannot be read: there is no such file/,
    ],
    ['an event is broken', 'rule.yml', 'bad.json', 2, /bad\.json:2 cannot be read: no JSON object/],
    ['there is no event', 'rule.yml', 'empty.json', 2, /it holds no event/],
    ['an event is no object', 'rule.yml', 'number.json', 2, /an event is a JSON object/],
  ];
  it.each(codes)('leaves the right exit code when %s', async (_, rules, input, status, said) => {
    const outcome = await explain(rules, input);
    expect(outcome.stderr).toMatch(said);
    expect(outcome.status).toBe(status);
  });
});
