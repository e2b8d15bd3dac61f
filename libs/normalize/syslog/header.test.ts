import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

const stamp = '2026-11-21T09:08:01.000Z';

test.each<[line: string, expected: Record<string, unknown>]>([
  [
    '<165>1 2026-11-21T09:08:01.003000Z db1.example postgres 812 CONN [origin@32473 ip="192.0.2.9"][x@1 a="1" a="2"] \ufeffconnection received',
    {
      '@timestamp': '2026-11-21T09:08:01.003Z',
      'log.syslog.priority': 165,
      'log.syslog.facility': { code: 20, name: 'local4' },
      'log.syslog.severity': { code: 5, name: 'notice' },
      'log.level': 'notice',
      'log.syslog.version': '1',
      'log.syslog.hostname': 'db1.example',
      'log.syslog.appname': 'postgres',
      'log.syslog.procid': '812',
      'log.syslog.msgid': 'CONN',
      'log.syslog.structured_data': { 'origin@32473': { ip: '192.0.2.9' }, 'x@1': { a: ['1', '2'] } },
      'process.pid': 812,
      message: 'connection received',
    },
  ],
  [
    String.raw`<14>1 2026-11-21T10:08:01+01:00 - - - - [e@1 v="a\"b\\c\]d=]"] text`,
    {
      '@timestamp': stamp,
      'log.syslog.structured_data': { 'e@1': { v: 'a"b\\c]d=]' } },
      'host.name': '192.0.2.200',
      'process.name': undefined,
      message: 'text',
    },
  ],
  [
    '<14>1 - host app - - -',
    { tags: ['timestamp_missing'], 'host.name': 'host', 'process.name': 'app', message: '' },
  ],
  [
    '<34>Nov 21 09:08:01 mail postfix/smtpd[2211]: connect from unknown[203.0.113.9]',
    {
      '@timestamp': stamp,
      'host.name': 'mail',
      'process.name': 'postfix/smtpd',
      'process.pid': 2211,
      'log.syslog.facility.name': 'auth',
      message: 'connect from unknown[203.0.113.9]',
    },
  ],
  [
    'Nov  1 09:08:01 mail app: no priority',
    { '@timestamp': '2026-11-01T09:08:01.000Z', 'log.syslog.priority': undefined },
  ],
  ['<13>Nov 21 2026 09:08:01 asa1 app: year in front', { '@timestamp': stamp, 'host.name': 'asa1' }],
  [
    '<13>Nov 21 09:08:01 2025 asa1 app: year behind',
    { '@timestamp': '2025-11-21T09:08:01.000Z', 'host.name': 'asa1' },
  ],
  [
    '<13>Nov 21 10:08:01.500 CET sw1 app: zone and fraction',
    { '@timestamp': '2026-11-21T09:08:01.500Z', 'host.name': 'sw1' },
  ],
  [
    '<13>Nov 21 09:08:01 +02:00 sw1 app: offset',
    { '@timestamp': '2026-11-21T07:08:01.000Z', 'host.name': 'sw1' },
  ],
  [
    '2026-11-21T10:08:01.123456+01:00 web1 app[7]: as rsyslog writes files',
    { '@timestamp': '2026-11-21T09:08:01.123Z', 'host.name': 'web1', 'process.pid': 7 },
  ],
  [
    '<13>Nov 21 09:08:01 app[7]: without host',
    { 'host.name': '192.0.2.200', 'process.name': 'app', message: 'without host' },
  ],
  ['<13>Nov 21 09:08:01 192.0.2.77 app: address', { 'host.name': '192.0.2.77', 'host.ip': ['192.0.2.77'] }],
  ['<13>just text', { message: 'just text', tags: ['timestamp_missing'], 'log.syslog.priority': 13 }],
  [
    '<13>Feb 30 09:08:01 h app: no such day',
    { tags: ['timestamp_missing'], '@timestamp': '2026-11-21T09:08:05.250Z' },
  ],
  ['<192>Nov 21 09:08:01 h app: no such priority', { 'log.syslog.priority': undefined }],
  [
    '<34>1 2026-11-21T09:08:01Z h app - - [broken text',
    { 'log.syslog.version': undefined, 'log.syslog.priority': 34 },
  ],
])('%s', (line, expected) => {
  const event = normalised(line, 'syslog', { peer: '192.0.2.200' });
  expect(event.event.dataset).toBe('linux.syslog');
  expect(pick(event, expected)).toEqual(expected);
});

test.each<[rest: string, expected: Record<string, unknown>]>([
  ['web7 app[7]:   text', { 'process.name': 'app', 'process.pid': 7, message: 'text' }],
  ['web7 app[007]: text', { 'log.syslog.procid': '007', 'process.pid': 7, message: 'text' }],
  ['web7 app[7]:', { 'process.name': 'app', 'process.pid': 7, message: '' }],
  ['web7 app[7]:text', { 'process.name': undefined, message: 'app[7]:text' }],
  ['web7 app[x7]: text', { 'process.name': undefined, message: 'app[x7]: text' }],
  ['web7 app[12345678901]: text', { 'process.name': undefined, message: 'app[12345678901]: text' }],
  ['web7 App[7]: text', { 'process.name': 'App', 'log.syslog.appname': 'App', message: 'text' }],
  ['web7 app: text', { 'process.pid': undefined, 'process.name': 'app', message: 'text' }],
])('after lines of the same sender: %s', (rest, expected) => {
  normalised('Nov 21 09:08:01 web7 app[1]: first', 'syslog');
  const event = normalised(`Nov 21 09:08:01 ${rest}`, 'syslog', { peer: '192.0.2.200' });
  expect(event.host).toEqual({ name: 'web7' });
  expect(pick(event, expected)).toEqual(expected);
});

test('the configured zone reads stamps that have none', () => {
  const event = normalised('<13>Nov 21 11:08:01 h app: x', 'syslog', {}, { timeZone: 'Europe/Athens' });
  expect(event['@timestamp']).toBe(stamp);
});

test('hostile names in structured data reach no prototype', () => {
  const event = normalised('<13>1 - h a - - [__proto__ polluted="1"][x __proto__="1" a.b="2"] m', 'syslog');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(pick(event, { 'log.syslog.structured_data': 0 })).toEqual({
    'log.syslog.structured_data': { x: { a_b: '2' } },
  });
});

test.each([
  '2026-11-21T09:08:01.123456789Z stdout F hello',
  '2026-11-21T09:08:01.123456789Z stderr F',
  '2026-11-21T09:08:01.123456789Z stdout F 203.0.113.7 - - [21/Nov/2026:09:08:01 +0000] "GET / HTTP/1.1" 200 1',
  '2026-11-21T09:08:01.123456Z 7 [Warning] [MY-010055] [Server] hello',
  '2026-11-21T09:08:01.123+01:00  INFO 4711 --- [main] org.example.App : hello',
  '2026-11-21T09:08:01.123Z [ERROR] hello',
  '2026-11-21T09:08:01.123Z [http-1] DEBUG hello',
])('is not taken for syslog: %s', (line) => {
  expect(normalised(line, 'auto').event.dataset).toBe('generic.text');
});
