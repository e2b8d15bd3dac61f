import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

const run = {
  'event.category': ['process'],
  'event.type': ['start'],
  'event.action': 'sudo_command',
  'event.outcome': 'success',
};
const refused = { ...run, 'event.outcome': 'failure' };

test.each<[message: string, expected: Record<string, unknown>]>([
  [
    '   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt update',
    {
      ...run,
      'user.name': 'alice',
      'user.effective.name': 'root',
      'process.name': 'sudo',
      'process.command_line': '/usr/bin/apt update',
      'process.working_directory': '/home/alice',
      'sudo.tty': 'pts/0',
      'related.user': ['alice', 'root'],
      message: 'alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt update',
    },
  ],
  [
    'bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/cat /etc/shadow',
    {
      ...refused,
      'event.reason': 'user NOT in sudoers',
      'user.name': 'bob',
      'process.command_line': '/bin/cat /etc/shadow',
    },
  ],
  [
    'bob : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/bash',
    { ...refused, 'event.reason': '3 incorrect password attempts' },
  ],
  [
    'bob : command not allowed ; TTY=pts/1 ; PWD=/home/bob ; USER=www-data ; COMMAND=/usr/bin/id',
    { ...refused, 'event.reason': 'command not allowed', 'user.effective.name': 'www-data' },
  ],
  [
    'alice : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/bin/sh -c echo a ; USER=nobody ; COMMAND=b',
    {
      ...run,
      'user.effective.name': 'root',
      'process.command_line': '/bin/sh -c echo a ; USER=nobody ; COMMAND=b',
    },
  ],
  [
    'deploy : PWD=/ ; USER=postgres ; GROUP=backup ; ENV=PGHOST=db1 ; COMMAND=/usr/bin/pg_dump',
    { ...run, 'group.name': 'backup', 'sudo.environment': 'PGHOST=db1', 'process.working_directory': '/' },
  ],
  [
    'mallory : unable to resolve host ; a password is required ; TTY=unknown ; PWD=unknown ; USER=root ; COMMAND=list',
    {
      ...refused,
      'event.reason': 'unable to resolve host; a password is required',
      'process.working_directory': undefined,
    },
  ],
  [
    'pam_unix(sudo:auth): authentication failure; logname=bob uid=1001 euid=0 tty=/dev/pts/1 ruser=bob rhost=  user=bob',
    {
      'event.action': 'pam_authentication',
      'event.outcome': 'failure',
      'user.name': 'bob',
      'pam.uid': '1001',
      source: undefined,
    },
  ],
  [
    'pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)',
    { 'event.action': 'session_opened', 'user.name': 'root', 'user.id': '0', 'pam.by': 'alice' },
  ],
  ['no such form', { 'event.action': undefined, user: undefined }],
])('%s', (message, expected) => {
  const event = normalised(`2026-11-21T09:08:01+00:00 web1 sudo: ${message}`);
  expect(event.event.dataset).toBe('linux.sudo');
  expect(pick(event, expected)).toEqual(expected);
});
