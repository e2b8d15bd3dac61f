import type { JsonObject } from '@tidewatch/event';
import { expect, test } from 'vitest';
import { normalised, pick } from './normalised.suite.ts';

const entry = (fields: JsonObject): JsonObject => ({
  __CURSOR: 's=0f;i=2a;b=7c;m=1;t=2;x=3',
  __REALTIME_TIMESTAMP: '1795252081250999',
  _HOSTNAME: 'web-1',
  _MACHINE_ID: '5b4f',
  _TRANSPORT: 'syslog',
  ...fields,
});

test.each<[name: string, document: JsonObject, expected: Record<string, unknown>]>([
  [
    'a login of sshd',
    entry({
      MESSAGE: 'Accepted password for jane from 203.0.113.7 port 50022 ssh2',
      PRIORITY: '6',
      SYSLOG_FACILITY: '10',
      SYSLOG_IDENTIFIER: 'sshd',
      SYSLOG_PID: '4123',
      _PID: '4123',
      _COMM: 'sshd',
      _EXE: '/usr/sbin/sshd',
      _CMDLINE: 'sshd: jane [priv]',
      _UID: '0',
      _GID: '0',
      _SYSTEMD_UNIT: 'ssh.service',
      _SYSTEMD_SLICE: 'system.slice',
      _SOURCE_REALTIME_TIMESTAMP: '1795252080000000',
    }),
    {
      'event.dataset': 'linux.sshd',
      'event.action': 'ssh_login',
      'event.outcome': 'success',
      'event.created': '2026-11-21T09:08:01.250Z',
      '@timestamp': '2026-11-21T09:08:00.000Z',
      message: 'Accepted password for jane from 203.0.113.7 port 50022 ssh2',
      'user.name': 'jane',
      'user.id': undefined,
      'source.ip': '203.0.113.7',
      'host.name': 'web-1',
      'host.id': '5b4f',
      'log.level': 'informational',
      'log.syslog.facility.name': 'authpriv',
      process: {
        name: 'sshd',
        pid: 4123,
        executable: '/usr/sbin/sshd',
        command_line: 'sshd: jane [priv]',
        user: { id: '0' },
        group: { id: '0' },
      },
      systemd: { unit: 'ssh.service', slice: 'system.slice' },
      journald: { _TRANSPORT: 'syslog' },
    },
  ],
  [
    'a unit that failed',
    entry({
      MESSAGE: 'nginx.service: Failed with result exit-code.',
      PRIORITY: '4',
      SYSLOG_IDENTIFIER: 'systemd',
      _PID: '1',
      UNIT: 'nginx.service',
      MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c',
    }),
    {
      'event.dataset': 'linux.systemd',
      'event.outcome': 'failure',
      'service.name': 'nginx.service',
      'journald.UNIT': 'nginx.service',
      'journald.MESSAGE_ID': 'd9b373ed55a64feb8242e02dbe79a49c',
    },
  ],
  [
    'a program that nobody knows, with bytes and lists',
    entry({ MESSAGE: { base64: 'aGkg/w==' }, _COMM: 'tool', BLOB: [1, 2], TAG: ['a', 'b'], PRIORITY: '9' }),
    {
      'event.dataset': 'linux.journald',
      message: 'hi \ufffd',
      'process.name': 'tool',
      'journald.TAG': ['a', 'b'],
      'journald.BLOB': '\u0001\u0002',
      'log.level': undefined,
    },
  ],
  ['hardly anything', { __REALTIME_TIMESTAMP: 'x', __CURSOR: 'c' }, { message: '', process: undefined }],
])('journald: %s', (_, document, expected) => {
  expect(pick(normalised(document), expected)).toEqual(expected);
});

test('what only looks like an entry is none', () => {
  expect(normalised({ MESSAGE: 'x' }).event.dataset).toBe('generic.json');
});
