import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@tidewatch/event';
import { afterAll, expect, test } from 'vitest';
import type { Draft } from '../draft.ts';
import { recordOf } from '../normalised.suite.ts';
import { createNormaliser } from '../normaliser.ts';
import { createMemory } from '../processors/memory.ts';
import type { Stage } from '../stage.ts';
import { loadJoins } from './joins.ts';

const shipped = join(import.meta.dirname, '../../../joins');
const folder = mkdtempSync(join(tmpdir(), 'joins-'));
afterAll(() => rmSync(folder, { recursive: true }));

function reader(stage: Stage) {
  const normalise = createNormaliser({ timeZone: 'UTC', stages: [stage] });
  return (document: JsonObject, received?: number): JsonObject => {
    const record = recordOf(JSON.stringify(document), 'json');
    const outcome = normalise(received === undefined ? record : { ...record, received }, 'dc1');
    if (outcome.status !== 'ok') throw new Error(outcome.status);
    return JSON.parse(outcome.value.json);
  };
}

const windows = (
  code: number,
  data: JsonObject,
  channel = 'Security',
  at = '2026-11-21T09:08:01Z',
): JsonObject => ({
  Event: {
    System: {
      Provider: {
        '#attributes': {
          Name: channel === 'Security' ? 'Microsoft-Windows-Security-Auditing' : 'Microsoft-Windows-Sysmon',
        },
      },
      EventID: code,
      Channel: channel,
      Computer: 'dc1.example.org',
      TimeCreated: { '#attributes': { SystemTime: at } },
    },
    EventData: data,
  },
});

const logon = {
  TargetUserName: 'alice',
  TargetDomainName: 'EXAMPLE',
  TargetLogonId: '0x5a1',
  LogonType: '3',
  IpAddress: '192.0.2.7',
};
const subject = { SubjectUserName: 'alice', SubjectDomainName: 'EXAMPLE', SubjectLogonId: '0x5a1' };

test('what ships is right', async () => {
  const { files, faults } = await loadJoins([shipped], { memory: createMemory() });
  expect(faults).toEqual([]);
  expect(files.map(({ name }) => name)).toEqual([
    'dhcp_leases',
    'linux_processes',
    'sysmon_processes',
    'windows_logons',
    'windows_processes',
  ]);
});

test('events of a session say how and from where its account logged on, until it ends', async () => {
  const read = reader((await loadJoins([shipped], { memory: createMemory() })).stage);
  const share = windows(5140, { ...subject, ShareName: '\\\\*\\C$' });
  expect(read(share)).not.toHaveProperty('winlog.logon.type');
  read(windows(4624, logon));
  expect(read(share).winlog).toMatchObject({
    logon: { id: '0x5a1', type: 'Network', source: { ip: '192.0.2.7' } },
  });
  read(windows(4634, { ...logon, IpAddress: '-' }));
  expect(read(share)).not.toHaveProperty('winlog.logon.type');
});

test('an entry counts for as long as it says, by the time of events', async () => {
  const read = reader((await loadJoins([shipped], { memory: createMemory() })).stage);
  read(windows(4624, logon));
  const at = (time: string) =>
    read(windows(5140, { ...subject, ShareName: 'a' }, 'Security', time), Date.parse(time)).winlog;
  expect(at('2026-11-24T09:08:00Z')).toMatchObject({ logon: { type: 'Network' } });
  expect(at('2026-11-24T09:08:02Z')).not.toMatchObject({ logon: { type: 'Network' } });
});

test('what a process does says its command line and parent', async () => {
  const read = reader((await loadJoins([shipped], { memory: createMemory() })).stage);
  const guid = '{11111111-2222-3333-4444-555555555555}';
  const sysmon = 'Microsoft-Windows-Sysmon/Operational';
  const start = {
    ProcessGuid: guid,
    ProcessId: '7',
    Image: 'C:\\a.exe',
    CommandLine: 'a.exe -x',
    ParentImage: 'C:\\b.exe',
    ParentCommandLine: 'b.exe',
  };
  read(windows(1, start, sysmon));
  const connect = windows(
    3,
    { ProcessGuid: guid, ProcessId: '7', Image: 'C:\\a.exe', DestinationIp: '192.0.2.9' },
    sysmon,
  );
  expect(read(connect).process).toMatchObject({
    command_line: 'a.exe -x',
    parent: { executable: 'C:\\b.exe', command_line: 'b.exe' },
  });
});

const at = (dataset: string, fields: JsonObject): Draft => ({ dataset, time: 1_795_252_081_000, fields });
const context = { source: 'a', dataClass: 'unapproved', received: 1_795_252_081_000 };

test('who has an address by DHCP is said on events of the network', async () => {
  const { stage } = await loadJoins([shipped], { memory: createMemory() });
  const mac = '00-00-5E-00-53-01';
  const lease = (action: string) =>
    stage.apply(
      at('linux.dhcpd', { event: { action }, client: { ip: '192.0.2.50', mac, domain: 'laptop7' } }),
      context,
    );
  const seen = () => {
    const draft = stage.apply(at('zeek.conn', { source: { ip: '192.0.2.50', port: 7 } }), context);
    return 'fields' in draft ? draft.fields.source : undefined;
  };
  lease('dhcp_offer');
  expect(seen()).toEqual({ ip: '192.0.2.50', port: 7 });
  lease('dhcp_ack');
  expect(seen()).toEqual({ ip: '192.0.2.50', port: 7, mac, domain: 'laptop7' });
  lease('dhcp_release');
  expect(seen()).toEqual({ ip: '192.0.2.50', port: 7 });
});

test('an execution that Linux audits says its parent', async () => {
  const { stage } = await loadJoins([shipped], { memory: createMemory() });
  const run = (pid: number, parent: number, executable: string, commandLine: string) => {
    const process = { pid, executable, command_line: commandLine, parent: { pid: parent } };
    const draft = stage.apply(at('linux.auditd', { host: { name: 'web1' }, process }), context);
    return 'fields' in draft ? draft.fields.process : undefined;
  };
  run(7, 1, '/usr/bin/bash', 'bash -i');
  expect(run(8, 7, '/usr/bin/id', 'id')).toMatchObject({
    executable: '/usr/bin/id',
    parent: { pid: 7, executable: '/usr/bin/bash', command_line: 'bash -i' },
  });
});

test('an event without the key goes on as it was', async () => {
  const { stage } = await loadJoins([shipped], { memory: createMemory() });
  const written = { event: ',"code":"4625"', members: '', related: {} };
  const drafts: Draft[] = [
    { dataset: 'nginx.access', time: 0, fields: {} },
    { dataset: 'windows.security', time: 0, fields: { event: { code: '4625' } } },
    { dataset: 'windows.security', time: 0, written },
  ];
  for (const draft of drafts) expect(stage.apply(draft, context)).toBe(draft);
});

test.each([
  ['joins: [{ dataset: a, steps: [{ drop: { reason: x } }] }]', 'drop does not stand in joins'],
  [
    'joins: [{ dataset: a, steps: [{ if: "a: b", do: [{ parse: { field: a } }] }] }]',
    'parse does not stand in joins',
  ],
  ['joins: [{ dataset: a, steps: [{ recall: { table: A, key: [a], set: {} } }] }]', 'is lower case letters'],
  ['joins: [{ steps: [] }]', 'is missing'],
  ['joins: [{ dataset: a, steps: [{ lookup: { field: a, file: none.csv, to: b } }] }]', 'ENOENT'],
])('%s is a fault, and the others are in force', async (text, message) => {
  writeFileSync(join(folder, 'wrong.yml'), `name: wrong\ntitle: Wrong\n${text}\n`);
  writeFileSync(
    join(folder, 'x.yml'),
    'name: x\ntitle: X\njoins: [{ dataset: a, steps: [{ set: { b: 1 } }] }]\n',
  );
  const { files, faults } = await loadJoins([folder], { memory: createMemory() });
  expect(files.map(({ name }) => name)).toEqual(['x']);
  expect(faults.flatMap(({ issues }) => issues.map((issue) => issue.message)).join()).toContain(message);
});

test('files are read again: one that is wrong then leaves what was in force, others are replaced', async () => {
  const own = mkdtempSync(join(tmpdir(), 'joins-'));
  const write = (name: string, steps: string) =>
    writeFileSync(
      join(own, `${name}.yml`),
      `name: ${name}\ntitle: X\njoins: [{ dataset: a, steps: [${steps}] }]\n`,
    );
  const resources = { memory: createMemory() };
  const said = ({ stage }: Awaited<ReturnType<typeof loadJoins>>) => {
    const draft = stage.apply(at('a', {}), context);
    return 'fields' in draft ? draft.fields : undefined;
  };
  write('one', '{ set: { one: 1 } }');
  write('two', '{ set: { two: 1 } }');
  const first = await loadJoins([own], resources);
  expect(said(first)).toEqual({ one: 1, two: 1 });
  write('one', '{ sett: { one: 2 } }');
  write('two', '{ set: { two: 2 } }');
  const second = await loadJoins([own], resources, first);
  expect([said(second), second.faults.length]).toEqual([{ one: 1, two: 2 }, 1]);
  rmSync(own, { recursive: true });
  const third = await loadJoins([own], resources, second);
  expect([said(third), third.faults.length]).toEqual([{ one: 1, two: 2 }, 1]);
  expect(said(await loadJoins([], resources, third))).toEqual({});
});
