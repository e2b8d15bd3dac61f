import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

const event = (message: string, program = 'sshd[4123]'): ReturnType<typeof normalised> =>
  normalised(`<38>Nov 21 09:08:01 web1 ${program}: ${message}`);

const failure = {
  'event.category': ['authentication'],
  'event.action': 'ssh_login',
  'event.outcome': 'failure',
};
const success = { ...failure, 'event.outcome': 'success' };
const ended = { 'event.category': ['session'], 'event.type': ['end'], 'event.action': 'ssh_disconnect' };

test.each<[message: string, expected: Record<string, unknown>]>([
  [
    'Failed password for root from 203.0.113.7 port 50022 ssh2',
    {
      ...failure,
      'event.type': ['start'],
      'user.name': 'root',
      'source.ip': '203.0.113.7',
      'source.port': 50022,
      'process.name': 'sshd',
      'process.pid': 4123,
      'host.name': 'web1',
      'sshd.method': 'password',
      'sshd.invalid_user': undefined,
      'related.user': ['root'],
      'related.ip': ['203.0.113.7'],
      'related.hosts': ['web1'],
    },
  ],
  [
    'Failed password for invalid user oracle from 2001:db8::bad port 40123 ssh2',
    { ...failure, 'user.name': 'oracle', 'source.ip': '2001:db8::bad', 'sshd.invalid_user': true },
  ],
  [
    'Failed none for invalid user  from 203.0.113.7 port 1 ssh2',
    { ...failure, 'user.name': undefined, 'source.port': 1 },
  ],
  [
    'Failed password for invalid user x from 192.0.2.1 port 22 ssh2 from 203.0.113.7 port 50022 ssh2',
    { ...failure, 'user.name': 'x from 192.0.2.1 port 22 ssh2', 'source.ip': '203.0.113.7' },
  ],
  [
    'Accepted password for alice from 10.0.0.5 port 51234 ssh2',
    { ...success, 'user.name': 'alice', 'source.ip': '10.0.0.5' },
  ],
  [
    'Accepted publickey for alice from fe80::1%eth0 port 51234 ssh2: ED25519 SHA256:4bXkH8dN0vQ',
    {
      ...success,
      'sshd.method': 'publickey',
      'sshd.key': 'ED25519 SHA256:4bXkH8dN0vQ',
      'source.ip': 'fe80::1',
    },
  ],
  [
    'Accepted keyboard-interactive/pam for bob from 10.0.0.5 port 51234 ssh2',
    { ...success, 'sshd.method': 'keyboard-interactive/pam' },
  ],
  [
    'Postponed publickey for alice from 10.0.0.5 port 51234 ssh2 [preauth]',
    { 'event.action': 'ssh_login_pending', 'event.outcome': undefined, 'user.name': 'alice' },
  ],
  [
    'Invalid user admin from 203.0.113.7 port 50022',
    {
      'event.action': 'ssh_invalid_user',
      'event.outcome': 'failure',
      'user.name': 'admin',
      'source.port': 50022,
    },
  ],
  [
    'Invalid user  from 203.0.113.7',
    { 'event.action': 'ssh_invalid_user', 'user.name': undefined, 'source.ip': '203.0.113.7' },
  ],
  [
    'Disconnected from user alice 10.0.0.5 port 51234',
    { ...ended, 'user.name': 'alice', 'source.ip': '10.0.0.5', 'source.port': 51234 },
  ],
  [
    'Disconnected from authenticating user root 203.0.113.7 port 50022 [preauth]',
    { ...ended, 'user.name': 'root', 'source.ip': '203.0.113.7' },
  ],
  [
    'Connection closed by invalid user test 203.0.113.7 port 50022 [preauth]',
    { ...ended, 'user.name': 'test', 'sshd.invalid_user': true, 'source.ip': '203.0.113.7' },
  ],
  [
    'Connection closed by 203.0.113.7 port 50022 [preauth]',
    { ...ended, 'user.name': undefined, 'source.ip': '203.0.113.7' },
  ],
  ['Connection reset by 203.0.113.7 port 50022', { ...ended, 'source.ip': '203.0.113.7' }],
  [
    'Received disconnect from 203.0.113.7 port 50022:11: Bye Bye [preauth]',
    { ...ended, 'source.ip': '203.0.113.7', 'event.reason': 'Bye Bye' },
  ],
  [
    'Disconnecting authenticating user root 203.0.113.7 port 50022: Too many authentication failures [preauth]',
    { ...ended, 'user.name': 'root', 'event.reason': 'Too many authentication failures' },
  ],
  [
    'error: maximum authentication attempts exceeded for invalid user ftp from 203.0.113.7 port 50022 ssh2 [preauth]',
    {
      'event.action': 'ssh_too_many_attempts',
      'user.name': 'ftp',
      'source.ip': '203.0.113.7',
      'sshd.invalid_user': true,
    },
  ],
  [
    'User bob from 203.0.113.7 not allowed because not listed in AllowUsers',
    {
      'event.action': 'ssh_user_not_allowed',
      'user.name': 'bob',
      'event.reason': 'not listed in AllowUsers',
    },
  ],
  [
    'Unable to negotiate with 203.0.113.7 port 50022: no matching host key type found. Their offer: ssh-dss [preauth]',
    { 'event.action': 'ssh_negotiation', 'event.outcome': 'failure', 'source.ip': '203.0.113.7' },
  ],
  [
    'Did not receive identification string from 203.0.113.7 port 50022',
    { 'event.action': 'ssh_no_identification', 'source.ip': '203.0.113.7' },
  ],
  [
    'error: kex_exchange_identification: Connection closed by remote host',
    { 'event.action': 'ssh_no_identification', source: undefined },
  ],
  [
    'Server listening on :: port 22.',
    { 'event.action': 'ssh_listening', 'server.address': '::', 'server.port': 22 },
  ],
  [
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root',
    {
      'event.action': 'pam_authentication',
      'event.outcome': 'failure',
      'user.name': 'root',
      'source.ip': '203.0.113.7',
      'pam.service': 'sshd',
    },
  ],
  [
    'PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=host.example  user=bob',
    { 'event.action': 'pam_authentication', 'user.name': 'bob', 'source.domain': 'host.example' },
  ],
  [
    'error: PAM: Authentication failure for illegal user eve from 203.0.113.7',
    { 'event.action': 'pam_authentication', 'event.reason': 'Authentication failure', 'user.name': 'eve' },
  ],
  [
    'pam_unix(sshd:auth): check pass; user unknown',
    { 'event.outcome': 'failure', 'event.reason': 'user unknown' },
  ],
  [
    'pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)',
    {
      'event.category': ['session'],
      'event.action': 'session_opened',
      'user.name': 'alice',
      'user.id': '1000',
      'pam.by': undefined,
    },
  ],
  [
    'pam_unix(sshd:session): session closed for user alice',
    { 'event.action': 'session_closed', 'event.type': ['end'], 'user.name': 'alice' },
  ],
  [
    'rexec line 14: Deprecated option RSAAuthentication',
    { 'event.action': undefined, 'process.name': 'sshd' },
  ],
])('%s', (message, expected) => {
  const found = event(message);
  expect(found.event.dataset).toBe('linux.sshd');
  expect(found.message).toBe(message);
  expect(pick(found, expected)).toEqual(expected);
});

test('sshd-session, as OpenSSH calls it since 9.8, is sshd', () => {
  const expected = { ...success, 'process.name': 'sshd', 'log.syslog.appname': 'sshd-session' };
  expect(
    pick(event('Accepted password for a from 10.0.0.5 port 1 ssh2', 'sshd-session[9]'), expected),
  ).toEqual(expected);
});

test('a folded line is read as the line it repeats, and says how often', () => {
  const folded = 'message repeated 3 times: [ Failed password for root from 203.0.113.7 port 50022 ssh2]';
  const expected = { ...failure, 'user.name': 'root', 'labels.repeated': '3', message: folded };
  expect(pick(event(folded), expected)).toEqual(expected);
});
