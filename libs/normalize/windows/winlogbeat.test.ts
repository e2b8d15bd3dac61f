import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

test('winlogbeat, with dotted keys: what it says in ECS itself is kept where the event data is silent', () => {
  const event = normalised({
    '@timestamp': '2026-11-21T09:08:01.340Z',
    'event.created': '2026-11-21T09:08:02.000Z',
    'event.action': 'Process Create (rule: ProcessCreate)',
    'winlog.channel': 'Microsoft-Windows-Sysmon/Operational',
    'winlog.event_id': 1,
    'winlog.api': 'wineventlog',
    'winlog.event_data.Image': 'C:\\a.exe',
    'winlog.event_data.ProcessId': '44',
    'winlog.user_data.xml_name': 'X',
    'host.name': 'pc7',
    'host.os.family': 'windows',
    'process.name': 'other.exe',
    'process.args': ['a.exe', '-x'],
    'source.port': 'not a port',
    'tidewatch.data_class': 'public',
  });
  const expected = {
    'event.action': 'process-created',
    'event.created': '2026-11-21T09:08:02.000Z',
    'winlog.event_id': '1',
    'winlog.api': 'wineventlog',
    'winlog.event_data': { Image: 'C:\\a.exe', ProcessId: '44' },
    'winlog.user_data.xml_name': 'X',
    'host.name': 'pc7',
    'host.os.family': 'windows',
    'process.name': 'a.exe',
    'process.args': ['a.exe', '-x'],
    'labels.source_port': 'not a port',
    'tidewatch.data_class': 'unapproved',
  };
  expect(pick(event, expected)).toEqual(expected);
});
