import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { any, evtx, matches, sysmon } from './logsource_fixture.ts';

describe('routing', () => {
  it.each<[logsource: string, selection: string, event: JsonObject, expected: boolean]>([
    ['{product: windows, service: security}', any, evtx('Security', 1, { f: 'x' }), true],
    ['{product: windows, service: security}', any, evtx('security', 1, { f: 'x' }), true],
    ['{product: windows, service: security}', any, evtx('System', 1, { f: 'x' }), false],
    ['{product: windows, service: unheard-of}', any, evtx('System', 1, { f: 'x' }), true],
    ['{product: windows}', any, evtx('System', 1, { f: 'x' }), true],
    ['{product: linux}', any, evtx('System', 1, { f: 'x' }), false],
    ['{product: windows, category: process_creation}', any, evtx(sysmon, 1, { f: 'x' }), true],
    ['{product: windows, category: process_creation}', any, evtx(sysmon, 3, { f: 'x' }), false],
    ['{product: windows, category: process_creation}', any, evtx('Security', 1, { f: 'x' }), false],
    [
      '{product: windows, category: process_creation}',
      'Image: x',
      evtx('Security', 4688, { NewProcessName: 'X' }),
      true,
    ],
    [
      '{product: windows, category: process_creation}',
      'ParentImage: x',
      evtx('security', 4688, { ParentProcessName: 'X' }),
      true,
    ],
    [
      '{product: windows, category: process_creation}',
      'Image: x',
      evtx('Security', 4689, { NewProcessName: 'X' }),
      false,
    ],
    ['{category: process_creation}', any, evtx(sysmon, 1, { f: 'x' }), true],
    ['{product: windows, category: my_own}', any, evtx(sysmon, 1, { f: 'x' }), true],
    [
      '{product: windows, category: registry_add}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'CreateKey' }),
      true,
    ],
    [
      '{product: windows, category: registry_add}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'DeleteKey' }),
      false,
    ],
    ['{product: windows, category: registry_add}', any, evtx(sysmon, 12, { f: 'x' }), true],
    [
      '{product: windows, category: registry_delete}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'DeleteValue' }),
      true,
    ],
    [
      '{product: windows, category: registry_event}',
      any,
      evtx(sysmon, 12, { f: 'x', EventType: 'DeleteKey' }),
      true,
    ],
    [
      '{category: antivirus}',
      'Signature: x',
      evtx('Microsoft-Windows-Windows Defender/Operational', 1116, { 'Threat Name': 'X' }),
      true,
    ],
    [
      '{category: antivirus}',
      'Filename: x',
      evtx('Microsoft-Windows-Windows Defender/Operational', 1116, { Path: 'X' }),
      true,
    ],
    [
      '{category: antivirus}',
      'Filename: x',
      evtx('Microsoft-Windows-Windows Defender/Operational', 5001, { Path: 'X' }),
      false,
    ],
    ['{category: webserver}', any, evtx('Application', 1, { f: 'x' }), false],
    [
      '{product: linux, category: process_creation}',
      any,
      evtx('Linux-Sysmon/Operational', 1, { f: 'x' }),
      true,
    ],
    [
      '{product: windows, category: process_creation}',
      any,
      evtx('Linux-Sysmon/Operational', 1, { f: 'x' }),
      false,
    ],
    ['{product: rpc_firewall, category: application}', 'EventLog: RPCFW', evtx('RPCFW', 3, {}), true],
    ['{product: linux, service: sshd}', any, { f: 'x', event: { dataset: 'linux.sshd' } }, true],
    ['{product: linux, service: auth}', any, { f: 'x', event: { dataset: 'linux.sshd' } }, true],
    ['{product: linux, service: sudo}', any, { f: 'x', event: { dataset: 'linux.sshd' } }, false],
    ['{product: linux, service: sshd}', any, { f: 'x', event: { dataset: 'linux.auth' } }, true],
    [
      '{product: linux, service: sshd}',
      any,
      { f: 'x', event: { dataset: 'linux.auth' }, process: { name: 'sudo' } },
      false,
    ],
    [
      '{product: linux, service: sudo}',
      any,
      { f: 'x', event: { dataset: 'linux.auth' }, process: { name: 'sudo' } },
      true,
    ],
    ['{product: linux}', any, { f: 'x', event: { dataset: 'linux.syslog' } }, true],
    ['{product: windows}', any, { f: 'x', event: { dataset: 'linux.syslog' } }, false],
    ['{product: linux}', any, { f: 'x', host: { os: { type: 'linux' } } }, true],
    ['{product: macos}', any, { f: 'x', host: { os: { type: 'linux' } } }, false],
    ['{category: webserver}', any, { f: 'x', event: { dataset: 'nginx.access' } }, true],
    ['{service: nginx}', any, { f: 'x', 'event.dataset': 'nginx.access' }, true],
    ['{category: proxy}', any, { f: 'x', event: { dataset: 'nginx.access' } }, false],
    [
      '{product: aws, service: cloudtrail}',
      any,
      { event: { dataset: 'aws.cloudtrail' }, aws: { cloudtrail: { f: 'x' } } },
      true,
    ],
    ['{product: okta, service: okta}', any, { f: 'x', event: { module: 'okta' } }, true],
    ['{product: okta}', any, { f: 'x' }, true],
    ['{category: database}', any, { f: 'x', event: { dataset: 'unheard.of' } }, true],
  ])('%s, %s on %j: %s', (logsource, selection, event, expected) => {
    expect(matches(logsource, selection, event)).toBe(expected);
  });

  it('reads the EventType that nxlog wrote over from the message, and does not guess without one', () => {
    const event = { EventID: 12, Channel: sysmon, EventType: 'INFO', f: 'x' };
    const add = '{product: windows, category: registry_add}';
    const message = (type: string) => ({
      ...event,
      Message: `Registry:\r\nEventType: ${type}\r\nUtcTime: x`,
    });
    expect(matches(add, any, message('CreateKey'))).toBe(true);
    expect(matches(add, 'EventType: CreateKey', message('CreateKey'))).toBe(true);
    expect(matches(add, any, message('DeleteKey'))).toBe(false);
    expect(matches(add, any, event)).toBe(true);
    expect(matches(add, 'EventType: INFO', event)).toBe(false);
  });
});
