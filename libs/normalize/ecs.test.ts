import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import type { Warning } from './draft.ts';
import { normalised, pick } from './normalised.suite.ts';

const base = { '@timestamp': '2026-11-21T09:08:01.000Z', ecs: { version: '8.11.0' } };

test.each<[name: string, document: JsonObject, expected: Record<string, unknown>]>([
  [
    'nested and dotted keys are one',
    {
      ...base,
      'host.name': 'web1',
      host: { ip: ['192.0.2.1'] },
      event: { dataset: 'app.audit', category: ['web'] },
      'event.action': 'x',
    },
    {
      'host.name': 'web1',
      'host.ip': ['192.0.2.1'],
      'event.dataset': 'app.audit',
      'event.module': 'app',
      'event.action': 'x',
      'event.category': ['web'],
    },
  ],
  [
    'without a data set it is generic',
    { ...base, message: 'm' },
    { 'event.dataset': 'generic.json', message: 'm' },
  ],
  [
    'the data stream names it',
    { ...base, data_stream: { dataset: 'system.auth' } },
    { 'event.dataset': 'system.auth' },
  ],
  [
    'a name that is none is not taken',
    { ...base, event: { dataset: '../etc' } },
    { 'event.dataset': 'generic.json' },
  ],
  [
    'numbers and booleans that were sent as texts',
    {
      ...base,
      'source.port': '443',
      'process.exit_code': '-1',
      'file.size': 7,
      'event.risk_score': '1.5',
      'dll.code_signature.valid': 'true',
    },
    {
      'source.port': 443,
      'process.exit_code': -1,
      'file.size': 7,
      'event.risk_score': 1.5,
      'dll.code_signature.valid': true,
      labels: undefined,
    },
  ],
  [
    'texts that were sent as numbers',
    { ...base, 'user.id': 1000, tags: ['a', 1] },
    { 'user.id': '1000', tags: ['a', '1'] },
  ],
  [
    'wrong types go to labels as text',
    {
      ...base,
      'source.ip': 'localhost',
      'source.port': 'http',
      host: 'web1',
      'file.size': 1.5,
      'process.pid': { a: 1 },
      'event.start': 'noon',
      user: ['x'],
    },
    {
      source: {},
      host: undefined,
      labels: {
        source_ip: 'localhost',
        source_port: 'http',
        host: 'web1',
        file_size: '1.5',
        process_pid: '{"a":1}',
        event_start: 'noon',
        user: '["x"]',
      },
    },
  ],
  [
    'labels are texts without dots',
    { ...base, labels: { a: 1, b: { c: 'd' } } },
    { labels: { a: '1', b: '{"c":"d"}' } },
  ],
  [
    'addresses lose their zone',
    { ...base, 'source.ip': 'fe80::1%eth0', 'related.ip': ['::ffff:10.0.0.1'] },
    { 'source.ip': 'fe80::1', 'related.ip': ['10.0.0.1', 'fe80::1'] },
  ],
  ['unknown fields stay', { ...base, custom: { a: [1, { b: 2 }] } }, { 'custom.a': [1, { b: 2 }] }],
  [
    'what is Tidewatch’s own to say is not taken from a sender',
    {
      ...base,
      'event.id': 'theirs',
      'event.ingested': '2020-01-01T00:00:00Z',
      tidewatch: { data_class: 'public', source: 'x' },
    },
    {
      'labels.event_id': 'theirs',
      'event.ingested': '2026-11-21T09:08:05.250Z',
      tidewatch: { source: 'test', data_class: 'unapproved' },
    },
  ],
  [
    'the sender’s own original and creation are kept',
    { ...base, event: { original: 'raw', created: '2026-11-21T09:08:02Z' } },
    { 'event.original': 'raw', 'event.created': '2026-11-21T09:08:02.000Z' },
  ],
  [
    'fields of ECS beside a time are ECS',
    { '@timestamp': 1795252081000, process: { name: 'x' } },
    { '@timestamp': '2026-11-21T09:08:01.000Z', 'process.name': 'x', generic: undefined },
  ],
])('%s', (_, document, expected) => {
  expect(pick(normalised(document), expected)).toEqual(expected);
});

test('each wrong type and each hostile key is counted', () => {
  const warnings: Warning[] = [];
  const document =
    '{"ecs":{"version":"8"},"@timestamp":"2026-11-21T09:08:01Z","source.port":"x","a.__proto__.b":1,"__proto__":{"c":1}}';
  const event = normalised(document, 'json', {}, { onWarning: (warning) => warnings.push(warning) });
  expect(warnings.sort()).toEqual(['hostile_key', 'hostile_key', 'wrong_type']);
  expect(event.labels).toEqual({ source_port: 'x' });
  expect(({} as JsonObject).b ?? ({} as JsonObject).c).toBeUndefined();
});

test.each<[name: string, document: JsonObject, expected: Record<string, unknown>]>([
  [
    'kept under its own name, with its message and time',
    { message: 'm', ts: 1795252081.5, level: 'info', 'a.b': 1, labels: ['x'] },
    {
      '@timestamp': '2026-11-21T09:08:01.500Z',
      message: 'm',
      generic: { ts: 1795252081.5, level: 'info', a: { b: 1 }, labels: ['x'] },
      'event.dataset': 'generic.json',
      'event.kind': 'event',
    },
  ],
  [
    'a message that is no text stays where it was',
    { message: { a: 1 } },
    { message: undefined, 'generic.message.a': 1, tags: ['timestamp_missing'] },
  ],
  ['keys that meet', { a: 1, 'a.b': 2 }, { generic: { a: 1 } }],
  ['keys of dots', { '.': 1, 'a.': 2, '': 3 }, { generic: { _: 1, a_: 2, '': 3 } }],
])('other JSON: %s', (_, document, expected) => {
  expect(pick(normalised(document), expected)).toEqual(expected);
});

const line = '<38>Nov 21 09:08:01 web1 sshd[4123]: Failed password for root from 203.0.113.7 port 50022 ssh2';
test.each<[name: string, document: JsonObject, expected: Record<string, unknown>]>([
  [
    'alone',
    { message: line },
    {
      'event.action': 'ssh_login',
      'event.original': line,
      'event.dataset': 'linux.sshd',
      generic: undefined,
      ecs: { version: '9.5.0-dev' },
    },
  ],
  [
    'in filebeat’s envelope',
    {
      '@timestamp': '2026-11-21T09:08:03Z',
      message: line,
      agent: { type: 'filebeat' },
      host: { name: 'shipper', os: { type: 'linux' } },
      log: { file: { path: '/var/log/auth.log' } },
      ecs: { version: '8' },
    },
    {
      '@timestamp': '2026-11-21T09:08:01.000Z',
      'host.name': 'web1',
      'host.os.type': 'linux',
      'agent.type': 'filebeat',
      'log.file.path': '/var/log/auth.log',
      'log.syslog.priority': 38,
      'event.action': 'ssh_login',
    },
  ],
  [
    'that is parsed already stays as it is',
    { ...base, message: line, event: { category: ['x'], dataset: 'system.auth' } },
    { 'event.dataset': 'system.auth', 'event.category': ['x'], 'event.action': undefined },
  ],
  [
    'of no known form',
    { '@timestamp': '2026-11-21T09:08:03Z', message: 'hello' },
    {
      message: 'hello',
      'event.dataset': 'generic.json',
      '@timestamp': '2026-11-21T09:08:03.000Z',
      generic: undefined,
    },
  ],
])('a shipped line %s', (_, document, expected) => {
  expect(pick(normalised(document), expected)).toEqual(expected);
});
