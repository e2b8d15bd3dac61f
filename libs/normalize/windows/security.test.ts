import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

const winlogbeat = (id: number, eventData: JsonObject, keywords = ['Audit Success']): JsonObject => ({
  '@timestamp': '2026-11-21T09:08:01.340Z',
  agent: { type: 'winlogbeat', version: '8.17.0' },
  event: { code: String(id), kind: 'event', created: '2026-11-21T09:08:02.000Z', action: 'Logon' },
  winlog: {
    channel: 'Security',
    provider_name: 'Microsoft-Windows-Security-Auditing',
    computer_name: 'dc1.corp.example',
    event_id: id,
    record_id: 652808,
    keywords,
    event_data: eventData,
  },
});

const subject = {
  SubjectUserSid: 'S-1-5-21-1',
  SubjectUserName: 'admin',
  SubjectDomainName: 'CORP',
  SubjectLogonId: '0x3e7',
};
const isSubject = {
  'user.id': 'S-1-5-21-1',
  'user.name': 'admin',
  'user.domain': 'CORP',
  'winlog.logon.id': '0x3e7',
};
const target = { TargetSid: 'S-1-5-21-9', TargetUserName: 'eve', TargetDomainName: 'CORP' };

test.each<[id: number, data: JsonObject, expected: Record<string, unknown>]>([
  [
    4624,
    {
      ...subject,
      TargetUserSid: 'S-1-5-21-2',
      TargetUserName: 'jane',
      TargetDomainName: 'CORP',
      TargetLogonId: '0x20cf',
      LogonType: '10',
      IpAddress: '::ffff:10.0.0.9',
      IpPort: '50111',
      WorkstationName: 'PC9',
      ProcessId: '0x254',
      ProcessName: 'C:\\Windows\\System32\\svchost.exe',
    },
    {
      'event.category': ['authentication'],
      'event.type': ['start'],
      'event.action': 'logged-in',
      'event.outcome': 'success',
      'user.name': 'jane',
      'user.id': 'S-1-5-21-2',
      'winlog.logon.type': 'RemoteInteractive',
      'winlog.logon.id': '0x20cf',
      'source.ip': '10.0.0.9',
      'source.port': 50111,
      'source.domain': 'PC9',
      'process.pid': 596,
      'process.name': 'svchost.exe',
    },
  ],
  [
    4634,
    { TargetUserName: 'jane', TargetDomainName: 'CORP', LogonType: '3', TargetLogonId: '0x20cf' },
    {
      'event.type': ['end'],
      'event.action': 'logged-out',
      'user.name': 'jane',
      'winlog.logon.type': 'Network',
    },
  ],
  [
    4648,
    {
      ...subject,
      TargetUserName: 'svc',
      TargetDomainName: 'CORP',
      TargetServerName: 'files1',
      IpAddress: '-',
      IpPort: '-',
      ProcessName: 'C:\\x.exe',
    },
    {
      ...isSubject,
      'user.effective.name': 'svc',
      'destination.domain': 'files1',
      source: undefined,
      'related.user': ['admin', 'svc'],
    },
  ],
  [
    4672,
    { ...subject, PrivilegeList: 'SeDebugPrivilege' },
    { ...isSubject, 'event.action': 'logged-in-special', 'event.category': ['iam'] },
  ],
  [
    4688,
    {
      ...subject,
      NewProcessId: '0xe40',
      NewProcessName: 'C:\\Windows\\System32\\whoami.exe',
      CommandLine: 'whoami /groups',
      ProcessId: '0x560',
      ParentProcessName: 'C:\\Windows\\explorer.exe',
    },
    {
      ...isSubject,
      'process.pid': 3648,
      'process.executable': 'C:\\Windows\\System32\\whoami.exe',
      'process.command_line': 'whoami /groups',
      'process.parent.pid': 1376,
      'process.parent.name': 'explorer.exe',
    },
  ],
  [
    4697,
    { ...subject, ServiceName: 'updater', ServiceFileName: '%TEMP%\\u.exe' },
    {
      'event.action': 'service-installed',
      'service.name': 'updater',
      'winlog.service.path': '%TEMP%\\u.exe',
    },
  ],
  [
    4698,
    { ...subject, TaskName: '\\Updater' },
    { 'event.action': 'scheduled-task-created', 'winlog.task_name': '\\Updater', 'event.type': ['creation'] },
  ],
  [
    4720,
    { ...subject, ...target },
    {
      ...isSubject,
      'event.action': 'added-user-account',
      'event.type': ['user', 'creation'],
      'user.target.name': 'eve',
      'user.target.id': 'S-1-5-21-9',
    },
  ],
  [
    4732,
    {
      ...subject,
      TargetSid: 'S-1-5-32-544',
      TargetUserName: 'Administrators',
      TargetDomainName: 'Builtin',
      MemberSid: 'S-1-5-21-9',
      MemberName: 'CN=Roe\\, Eve,OU=Staff,DC=corp',
    },
    {
      ...isSubject,
      'event.action': 'added-member-to-group',
      'group.name': 'Administrators',
      'group.id': 'S-1-5-32-544',
      'user.target.id': 'S-1-5-21-9',
      'user.target.name': 'Roe, Eve',
    },
  ],
  [4740, { ...subject, ...target }, { 'event.action': 'locked-out-user-account', 'user.target.name': 'eve' }],
  [
    4769,
    {
      TargetUserName: 'jane@CORP',
      ServiceName: 'krbtgt',
      IpAddress: '::ffff:10.0.0.9',
      TicketEncryptionType: '0x17',
    },
    {
      'user.name': 'jane@CORP',
      'service.name': 'krbtgt',
      'source.ip': '10.0.0.9',
      'winlog.event_data.TicketEncryptionType': '0x17',
    },
  ],
  [
    4776,
    { TargetUserName: 'jane', Workstation: 'PC9', Status: '0x0' },
    { 'event.action': 'credential-validated', 'user.name': 'jane', 'source.domain': 'PC9' },
  ],
  [
    5140,
    { ...subject, IpAddress: '10.0.0.9', ShareName: '\\\\*\\C$' },
    { ...isSubject, 'source.ip': '10.0.0.9', 'winlog.share.name': '\\\\*\\C$' },
  ],
  [
    5156,
    {
      ProcessID: '3900',
      Application: '\\device\\harddiskvolume2\\x\\agent.exe',
      Direction: '%%14592',
      SourceAddress: '10.0.0.7',
      SourcePort: '64083',
      DestAddress: '10.0.0.8',
      DestPort: '80',
      Protocol: '6',
    },
    {
      'process.pid': 3900,
      'process.name': 'agent.exe',
      'network.direction': 'ingress',
      'network.transport': 'tcp',
      'source.port': 64083,
      'destination.port': 80,
    },
  ],
  [
    4663,
    {
      ...subject,
      ObjectType: 'File',
      ObjectName: 'C:\\secret\\plan.docx',
      ProcessId: '0x10',
      ProcessName: 'C:\\x.exe',
    },
    { ...isSubject, 'event.category': ['file'], 'file.path': 'C:\\secret\\plan.docx', 'process.pid': 16 },
  ],
  [
    4663,
    { ...subject, ObjectType: 'Key', ObjectName: '\\REGISTRY\\MACHINE\\SAM' },
    { 'event.category': ['registry'], 'registry.path': '\\REGISTRY\\MACHINE\\SAM', file: undefined },
  ],
  [1102, subject, { 'event.action': 'audit-log-cleared' }],
])('%i', (id, data, expected) => {
  const event = normalised(winlogbeat(id, data));
  expect(event.event.dataset).toBe('windows.security');
  expect(event.event.outcome).toBe('success');
  expect(pick(event, expected)).toEqual(expected);
});

test.each([
  [4625, ['Audit Failure'], 'failure'],
  [4625, [], 'failure'],
  [4688, ['Audit Failure'], 'failure'],
  [4624, '0x8010000000000000', 'failure'],
  [4624, '0x8020000000000000', 'success'],
  [4768, [], undefined],
])('%i with keywords %j is a %s', (id, keywords, outcome) => {
  expect(normalised(winlogbeat(id, {}, keywords as string[])).event.outcome).toBe(outcome);
});
