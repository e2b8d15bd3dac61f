import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

const switched = (outcome: string): Record<string, unknown> => ({
  'event.category': ['authentication'],
  'event.action': 'switch_user',
  'event.outcome': outcome,
  'user.name': 'alice',
  'user.effective.name': 'root',
});

test.each<[message: string, expected: Record<string, unknown>]>([
  ['(to root) alice on pts/0', { ...switched('success'), 'su.tty': 'pts/0', 'process.name': 'su' }],
  ['FAILED SU (to root) alice on pts/0', { ...switched('failure'), 'su.tty': 'pts/0' }],
  ['(to root) alice on none', { ...switched('success'), 'su.tty': 'none' }],
  ['Successful su for root by alice', switched('success')],
  ['FAILED su for root by alice', switched('failure')],
  ['+ /dev/pts/0 alice:root', { ...switched('success'), 'su.tty': '/dev/pts/0' }],
  ['- /dev/pts/0 alice:root', switched('failure')],
  [
    'pam_unix(su:session): session opened for user root(uid=0) by alice(uid=1000)',
    { 'event.action': 'session_opened', 'user.name': 'root', 'pam.by': 'alice' },
  ],
  [
    'pam_unix(su-l:auth): authentication failure; logname=alice uid=1000 euid=0 tty=pts/0 ruser=alice rhost=  user=root',
    {
      'event.action': 'pam_authentication',
      'user.name': 'root',
      'pam.remote_user': 'alice',
      'pam.service': 'su-l',
    },
  ],
  ['something else', { 'event.action': undefined }],
])('%s', (message, expected) => {
  const event = normalised(`<86>Nov 21 09:08:01 web1 su[77]: ${message}`);
  expect(event.event.dataset).toBe('linux.su');
  expect(pick(event, expected)).toEqual(expected);
});
