import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

const nxlog = {
  EventTime: '2026-11-21 10:08:01',
  '@timestamp': '2026-11-21T09:08:01.500Z',
  EventReceivedTime: '2026-11-21 10:08:02',
  SourceModuleName: 'eventlog',
  SourceModuleType: 'im_msvistalog',
  Hostname: 'pc7.corp.example',
  Keywords: -0x7fe0000000000000,
  EventType: 'AUDIT_SUCCESS',
  SeverityValue: 2,
  Severity: 'INFO',
  EventID: 4689,
  SourceName: 'Microsoft-Windows-Security-Auditing',
  ProviderGuid: '{54849625-5478-4994-A5BA-3E3B0328C30D}',
  Version: 0,
  Task: 13313,
  OpcodeValue: 0,
  RecordNumber: 619616,
  ExecutionProcessID: 4,
  ThreadID: 5792,
  Channel: 'security',
  Category: 'Process Termination',
  Opcode: 'Info',
  Message: 'A process has exited.',
  host: 'collector.example',
  port: 64545,
  tags: ['branch-office'],
  SubjectUserName: 'jane',
  ProcessId: '0x25e4',
  ProcessName: 'C:\\Windows\\explorer.exe',
  Status: '0x0',
};

test('nxlog: system fields to winlog, the rest is event data, in order', () => {
  const event = normalised(nxlog);
  const expected = {
    '@timestamp': '2026-11-21T09:08:01.500Z',
    'event.dataset': 'windows.security',
    'event.code': '4689',
    'event.action': 'exited-process',
    'event.outcome': 'success',
    message: 'A process has exited.',
    'host.name': 'pc7.corp.example',
    'process.pid': 9700,
    'winlog.channel': 'security',
    'winlog.event_id': '4689',
    'winlog.provider_name': 'Microsoft-Windows-Security-Auditing',
    'winlog.record_id': '619616',
    'winlog.process': { pid: 4, thread: { id: 5792 } },
    'winlog.event_data': {
      SubjectUserName: 'jane',
      ProcessId: '0x25e4',
      ProcessName: 'C:\\Windows\\explorer.exe',
      Status: '0x0',
    },
  };
  expect(pick(event, expected)).toEqual(expected);
  expect(Object.keys((event.winlog as JsonObject).event_data as JsonObject)).toEqual([
    'SubjectUserName',
    'ProcessId',
    'ProcessName',
    'Status',
  ]);
});

const sysmon = {
  ...nxlog,
  EventID: 12,
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  SourceName: 'Microsoft-Windows-Sysmon',
  Keywords: -0x8000000000000000,
};

test.each<[name: string, changes: JsonObject, expected: Record<string, unknown>]>([
  [
    'an event type that nxlog overwrote is taken from the message',
    {
      EventType: 'INFO',
      Message: 'Registry object added or deleted:\r\nRuleName: -\r\nEventType: CreateKey\r\nUtcTime: x',
    },
    { 'winlog.event_data.EventType': 'CreateKey', 'event.action': 'registry-key-created' },
  ],
  [
    'and is left out where no message tells it',
    { EventType: 'INFO' },
    { 'winlog.event_data.EventType': undefined, 'event.action': 'registry-key-changed' },
  ],
  [
    'one that survived is kept',
    { EventType: 'DeleteKey', EventTypeOrignal: 'INFO' },
    { 'winlog.event_data.EventType': 'DeleteKey', 'event.action': 'registry-key-deleted' },
  ],
  [
    'the account that logged is no event data, but its name may be',
    { UserID: 'S-1-5-18', AccountName: 'SYSTEM', AccountType: 'User', Domain: 'NT AUTHORITY' },
    {
      'winlog.user': { identifier: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY', type: 'User' },
      'winlog.event_data.Domain': undefined,
      'winlog.event_data.AccountName': 'SYSTEM',
    },
  ],
  ['a failed audit', { EventType: 'AUDIT_FAILURE' }, { 'event.outcome': 'failure' }],
  [
    'a mask as a rounded number',
    { EventType: 'x', Keywords: -0x7ff0000000000000 },
    { 'event.outcome': 'failure' },
  ],
  [
    'without a zone the configured one counts',
    { '@timestamp': null },
    { '@timestamp': '2026-11-21T08:08:01.000Z' },
  ],
  ['a number may be a text', { EventID: '12' }, { 'winlog.event_id': '12' }],
])('nxlog: %s', (_, changes, expected) => {
  const event = normalised({ ...sysmon, ...changes }, 'json', {}, { timeZone: 'Europe/Athens' });
  expect(pick(event, expected)).toEqual(expected);
});
