import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';
import { evtx } from './evtx_document.suite.ts';

test.each([
  ['Microsoft-Windows-Sysmon/Operational', 'windows.sysmon'],
  ['Security', 'windows.security'],
  ['security', 'windows.security'],
  ['Windows PowerShell', 'windows.powershell'],
  ['Microsoft-Windows-PowerShell/Operational', 'windows.powershell'],
  ['PowerShellCore/Operational', 'windows.powershell'],
  ['Microsoft-Windows-Windows Defender/Operational', 'windows.windows_defender'],
  ['Microsoft-Windows-TaskScheduler/Operational', 'windows.taskscheduler'],
  ['Microsoft-Windows-Bits-Client/Operational', 'windows.bits_client'],
  [
    'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall',
    'windows.windows_firewall_with_advanced_security_firewall',
  ],
  ['', 'windows.unknown'],
])('channel %s is %s', (channel, dataset) => {
  expect(normalised(evtx({ Channel: channel }, {})).event.dataset).toBe(dataset);
});

test.each<[name: string, channel: string, id: number, data: JsonObject, expected: Record<string, unknown>]>([
  [
    'module logging',
    'Microsoft-Windows-PowerShell/Operational',
    4103,
    {
      ContextInfo:
        '        Severity = Informational\r\n        Host Application = powershell.exe -nop\r\n        User = CORP\\jane\r\n',
      Payload: 'x',
    },
    { 'event.action': 'command-invoked', 'process.command_line': 'powershell.exe -nop', 'user.name': 'jane' },
  ],
  [
    'script block',
    'Microsoft-Windows-PowerShell/Operational',
    4104,
    { ScriptBlockText: 'iex', ScriptBlockId: 'e-1', MessageNumber: '1', MessageTotal: '2' },
    {
      'event.action': 'script-block-logged',
      'powershell.sequence': 1,
      'powershell.total': 2,
      'winlog.event_data.ScriptBlockText': 'iex',
    },
  ],
  [
    'pipeline',
    'Windows PowerShell',
    800,
    { Data: ['cmd', 'DetailTotal=1\n\tUserId=CORP\\jane\n\tHostApplication=C:\\x.exe -a\n'] },
    { 'process.command_line': 'C:\\x.exe -a', 'user.domain': 'CORP' },
  ],
  [
    'service installed',
    'System',
    7045,
    { ServiceName: 'u', ImagePath: 'C:\\u.exe', AccountName: 'LocalSystem' },
    {
      'event.action': 'service-installed',
      'service.name': 'u',
      'winlog.service': { path: 'C:\\u.exe', account: 'LocalSystem' },
    },
  ],
  [
    'service state',
    'System',
    7036,
    { param1: 'Windows Update', param2: 'stopped' },
    { 'service.name': 'Windows Update', 'service.state': 'stopped' },
  ],
  ['log cleared', 'System', 104, {}, { 'event.action': 'event-log-cleared' }],
  [
    'task',
    'Microsoft-Windows-TaskScheduler/Operational',
    106,
    { TaskName: '\\Up', UserContext: 'CORP\\jane' },
    { 'event.action': 'task-registered', 'winlog.task_name': '\\Up', 'user.name': 'jane' },
  ],
  [
    'malware',
    'Microsoft-Windows-Windows Defender/Operational',
    1116,
    { 'Threat Name': 'Trojan:Win32/X', Path: 'file:_C:\\x', 'Detection User': 'CORP\\jane' },
    {
      'event.kind': 'alert',
      'event.category': ['malware'],
      'threat.indicator.name': 'Trojan:Win32/X',
      'winlog.threat.path': 'file:_C:\\x',
      'user.name': 'jane',
    },
  ],
])('%s', (_, channel, id, data, expected) => {
  expect(pick(normalised(evtx({ Channel: channel, EventID: id }, { EventData: data })), expected)).toEqual(
    expected,
  );
});
