import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sigma } from '../command_fixture.ts';
import type { TestReport } from './run.ts';

const base = `title: Refused
id: refused
name: refused
author: Tidewatch
license: DRL-1.1
references: [https://example.org/refused]
logsource: { product: linux, service: sshd }
detection:
  refused: { event.outcome: failure }
  inside: { source.ip|cidr: 10.0.0.0/8 }
  condition: refused and not inside
`;
const many = `title: Many refused
id: many
name: many
correlation: { type: event_count, rules: [refused], group-by: [source.ip], timespan: 5m, condition: { gte: 3 } }
`;
const spread = `title: Many names
id: spread
correlation:
  { type: value_count, rules: [refused], group-by: [source.ip], timespan: 5m, condition: { gte: 3, field: user.name } }
`;
const logon = `title: Log-on
id: logon
logsource: { product: windows, service: security }
detection: { s: { EventID: 4625, LogonType: 3 }, condition: s }
`;

const ssh = (line: string, more = ''): string => `{ program: sshd, line: '${line}'${more} }`;
const refusal = (more = '', user = 'root', ip = '203.0.113.9'): string =>
  ssh(`Failed password for ${user} from ${ip} port 22 ssh2`, more);
const test = (name: string, events: readonly string[], alerts: string): string =>
  `  - name: ${name}\n    events:\n${events.map((event) => `      - ${event}\n`).join('')}    alerts: ${alerts}\n`;

let folder = '';
const at = (name: string): string => join(folder, name);
const put = (name: string, text: string) => writeFile(at(name), text);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sigma-test-'));
  await mkdir(at('above'));
  await Promise.all([
    put('base.yml', base),
    put('above/many.yml', many),
    put('above/spread.yml', spread),
    put('logon.yml', logon),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

/** The report on one file of tests beside a rule. */
async function reportOn(rule: string, ...tests: string[]): Promise<TestReport> {
  const file = at(`${rule}.test.yml`);
  await writeFile(file, `tests:\n${tests.join('')}`);
  const { stdout } = await sigma('test', file, '--with', folder, '--json');
  await rm(file);
  return JSON.parse(stdout) as TestReport;
}

const passing: [what: string, rule: string, test: string][] = [
  ['enough within the time', 'above/many', test('t', [refusal(', times: 3, every: 2m')], '1')],
  ['too few', 'above/many', test('t', [refusal(', times: 2')], 'none')],
  ['too slow', 'above/many', test('t', [refusal(', times: 3, every: 3m')], '0')],
  [
    'an alert by its key, in any case',
    'above/many',
    test('t', [refusal(', times: 3')], '[{ rule: many, key: { source.ip: 203.0.113.9 }, count: 1 }]'),
  ],
  [
    'a base rule, though a correlation silences it',
    'base',
    test('t', [refusal(', times: 2')], '[{ key: { user.name: root }, count: 2 }]'),
  ],
  ['each of some values', 'above/spread', test('t', [refusal(', each: [a, b, c]', '{each}')], '1')],
  [
    'a value of its own each time',
    'above/many',
    test('t', [refusal(', times: 9', 'x', '192.0.2.{n}')], 'none'),
  ],
  [
    'a line from a log of another day',
    'above/many',
    test(
      't',
      [
        `{ line: '<86>Jan  2 03:04:05 h sshd[1]: Failed password for a from 192.0.2.1 port 1 ssh2', times: 3 }`,
      ],
      '1',
    ),
  ],
  [
    'a Windows event as nxlog sends it',
    'logon',
    test('t', ['{ event: { Channel: Security, EventID: 4625, LogonType: 3, TargetUserName: x } }'], '1'),
  ],
  [
    'a Windows event as evtx_dump writes it',
    'logon',
    test(
      't',
      ['{ event: { Event: { System: { Channel: Security, EventID: 4625 }, EventData: { LogonType: 3 } } } }'],
      '1',
    ),
  ],
  [
    'an event in ECS',
    'base',
    test(
      't',
      ['{ event: { event: { dataset: linux.sshd, outcome: failure }, source: { ip: 192.0.2.7 } } }'],
      '1',
    ),
  ],
];

describe('tidewatch sigma test', () => {
  it.each(passing)('passes: %s', async (_, rule, text) => {
    const { passed, failed, unreadable, files } = await reportOn(rule, text);
    expect(unreadable).toEqual([]);
    expect({ passed, failed }, JSON.stringify(files)).toEqual({ passed: 1, failed: 0 });
  });

  it('fails where an alert is missing, with what came closest', async () => {
    const quiet = [
      refusal('', 'root', '10.1.1.1'),
      ssh('Accepted password for a from 192.0.2.1 port 1 ssh2'),
    ];
    const { files } = await reportOn('above/many', test('t', quiet, '1'));
    expect(files[0]?.tests[0]).toMatchObject({
      passed: false,
      missing: [{ rule: 'many' }],
      unexpected: [],
      matches: {},
      wanted: ['many waits for event_count >= 3 of refused within 5m by source.ip'],
      nearest: [{ rule: 'refused', event: 1, miss: { reason: 'filter', selections: ['inside'] } }],
    });
  });

  it('fails where an alert is about somebody else, or is one too many', async () => {
    const { files } = await reportOn(
      'above/many',
      test('other', [refusal(', times: 3')], '[{ key: { source.ip: 203.0.113.8 } }]'),
      test('two', [refusal(', times: 3'), refusal(', times: 3', 'x', '192.0.2.1')], '1'),
    );
    expect(files[0]?.tests).toMatchObject([
      {
        line: 2,
        missing: [{ key: { 'source.ip': '203.0.113.8' } }],
        unexpected: [{ count: 1, first: '2026-11-21T10:00:02.000Z' }],
      },
      { missing: [], unexpected: [{ key: { 'source.ip': '192.0.2.1' } }] },
    ]);
  });

  it('says that matches lack what a correlation groups by', async () => {
    const local =
      '{ program: sshd, line: "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=", times: 4 }';
    const { files } = await reportOn('above/many', test('t', [local], '1'));
    expect(files[0]?.tests[0]?.wanted[0]).toMatch(/4 matches lack a field/);
  });

  it('prints what is different, and exits with 1', async () => {
    await put('base.test.yml', `tests:\n${test('quiet', [refusal()], 'none')}`);
    const { status, stdout } = await sigma('test', at('base.yml'), at('logon.yml'), '--require-tests');
    await rm(at('base.test.yml'));
    expect(stdout.split('\n')).toEqual([
      `failed  ${at('base.test.yml')} (1 of 1 test)`,
      '  line 2: quiet',
      '    came, and was not expected:',
      '      refused, host.name host1, user.name root, 1 match, first at 10:00:00',
      '    rules that matched events:',
      '      refused 1×',
      '    refused states:',
      '      author: Tidewatch',
      '      licence: DRL-1.1',
      '      reference: https://example.org/refused',
      `untested  ${at('logon.yml')}: Log-on`,
      '0 passed, 1 failed, in 1 file; 1 rule without a test',
      '',
    ]);
    expect(status).toBe(1);
  });

  it('fails for rules without tests only where that is asked', async () => {
    await put('base.test.yml', `tests:\n${test('heard', [refusal()], '1')}${test('more', [refusal()], '1')}`);
    const run = (...args: string[]) => sigma('test', folder, ...args);
    expect((await run()).status).toBe(0);
    expect((await run('--require-tests')).status).toBe(1);
    expect((await run('--filter', 'HEARD')).stdout).toMatch(/^1 passed, 0 failed/m);
    expect(await run('--filter', 'nothing')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no test/),
    });
    await rm(at('base.test.yml'));
  });

  const bad: [what: string, tests: string, reason: RegExp][] = [
    [
      'an unknown key',
      test('t', ['{ lin: x }'], 'none'),
      /:4: tests\.0\.events\.0\.lin: .*did you mean "line"/,
    ],
    ['an unknown key of an alert', test('t', ['{ line: x }'], '[{ rul: x }]'), /:5: .*did you mean "rule"/],
    ['neither line nor event', test('t', ['{ after: 5m }'], 'none'), /:4: .*either a `line` or an `event`/],
    ['another word than none', test('t', ['{ line: x }'], 'nothing'), /:5: .*`none`, how many/],
    ['a timespan in other words', test('t', ['{ line: x, after: 5 minutes }'], 'none'), /:4: .*30s/],
    ['every without times', test('t', ['{ line: x, every: 5m }'], 'none'), /:4: .*needs `times`/],
    [
      'a rule that is not there',
      test('t', ['{ line: x }'], '[{ rule: refusd }]'),
      /:2: .*did you mean "refused"/,
    ],
    ['no YAML', '{', /:\d+: /],
  ];
  it.each(bad)('refuses %s', async (_, tests, reason) => {
    const file = at('base.test.yml');
    await writeFile(file, `tests:\n${tests}`);
    const { status, stderr } = await sigma('test', file);
    await rm(file);
    expect(stderr).toMatch(reason);
    expect(status).toBe(2);
  });

  it('says where what a correlation builds on may be, and that tests stand beside nothing', async () => {
    await put('above/many.test.yml', `tests:\n${test('t', [refusal()], 'none')}`);
    await put('above/lost.test.yml', `tests:\n${test('t', [refusal()], 'none')}`);
    const { status, stderr } = await sigma('test', at('above'));
    await Promise.all([rm(at('above/many.test.yml')), rm(at('above/lost.test.yml'))]);
    expect(stderr).toMatch(/many\.yml: .*`refused`.*--with/);
    expect(stderr).toMatch(/lost\.test\.yml: no rule stands beside it/);
    expect(status).toBe(2);
  });

  it('fails a test whose event the stream would refuse', async () => {
    const { files } = await reportOn('base', test('t', [`{ line: ' ' }`], 'none'));
    expect(files[0]?.tests[0]).toMatchObject({
      passed: false,
      problems: ['events.0 cannot be read: It is empty.'],
    });
  });
});
