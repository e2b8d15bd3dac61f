import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

test.each<[program: string, message: string, expected: Record<string, unknown>]>([
  [
    'useradd[31]',
    'new user: name=eve, UID=1004, GID=1004, home=/home/eve, shell=/bin/bash, from=/dev/pts/0',
    {
      'event.category': ['iam'],
      'event.type': ['user', 'creation'],
      'event.action': 'user_added',
      'event.outcome': 'success',
      'user.target.name': 'eve',
      'user.target.id': '1004',
      'group.id': '1004',
      'user.name': undefined,
      'process.name': 'useradd',
      'related.user': ['eve'],
    },
  ],
  [
    'useradd[31]',
    'new group: name=eve, GID=1004',
    { 'event.action': 'group_added', 'group.name': 'eve', 'group.id': '1004' },
  ],
  [
    'useradd[31]',
    "failed adding user 'eve', exit code: 9",
    { 'event.action': 'user_added', 'event.outcome': 'failure', 'user.target.name': 'eve' },
  ],
  [
    'usermod[32]',
    "add 'eve' to group 'sudo'",
    {
      'event.action': 'group_member_added',
      'event.type': ['group', 'change'],
      'user.target.name': 'eve',
      'group.name': 'sudo',
    },
  ],
  [
    'usermod[32]',
    "add 'eve' to shadow group 'sudo'",
    { 'event.action': 'group_member_added', 'group.name': 'sudo' },
  ],
  [
    'usermod[32]',
    "change user 'eve' shell from '/bin/sh' to '/bin/bash'",
    { 'event.action': 'user_changed', 'user.target.name': 'eve' },
  ],
  [
    'usermod[32]',
    "change user 'eve' password",
    { 'event.action': 'password_changed', 'user.target.name': 'eve' },
  ],
  [
    'usermod[32]',
    "change user name 'eve' to 'adm'",
    { 'event.action': 'user_changed', 'user.target.name': 'eve', 'user.changes.name': 'adm' },
  ],
  ['usermod[32]', "lock user 'eve' password", { 'event.action': 'user_locked', 'user.target.name': 'eve' }],
  ['usermod[32]', "unlock user 'eve' password", { 'event.action': 'user_unlocked' }],
  [
    'userdel[33]',
    "delete user 'eve'",
    { 'event.action': 'user_removed', 'event.type': ['user', 'deletion'], 'user.target.name': 'eve' },
  ],
  [
    'userdel[33]',
    "delete 'eve' from group 'sudo'",
    { 'event.action': 'group_member_removed', 'group.name': 'sudo' },
  ],
  [
    'userdel[33]',
    "removed group 'eve' owned by 'eve'",
    { 'event.action': 'group_removed', 'group.name': 'eve' },
  ],
  [
    'groupadd[34]',
    'group added to /etc/group: name=devs, GID=1009',
    { 'event.action': 'group_added', 'group.name': 'devs', 'group.id': '1009' },
  ],
  [
    'groupadd[34]',
    'group added to /etc/gshadow: name=devs',
    { 'event.action': 'group_added', 'group.id': undefined },
  ],
  [
    'groupdel[35]',
    "group 'devs' removed from /etc/group",
    { 'event.action': 'group_removed', 'group.name': 'devs' },
  ],
  [
    'groupmod[36]',
    'group changed in /etc/group (group devs/1009, new name: ops)',
    { 'event.action': 'group_changed', 'group.name': 'devs', 'group.id': '1009' },
  ],
  [
    'gpasswd[37]',
    'user eve added by root to group docker',
    {
      'event.action': 'group_member_added',
      'user.name': 'root',
      'user.target.name': 'eve',
      'group.name': 'docker',
    },
  ],
  [
    'gpasswd[37]',
    'user eve removed by root from group docker',
    { 'event.action': 'group_member_removed', 'user.name': 'root' },
  ],
  [
    'passwd[38]',
    'pam_unix(passwd:chauthtok): password changed for eve',
    { 'event.action': 'password_changed', 'event.category': ['iam'], 'user.target.name': 'eve' },
  ],
  [
    'passwd[38]',
    "password for 'eve' changed by 'root'",
    { 'event.action': 'password_changed', 'user.name': 'root', 'user.target.name': 'eve' },
  ],
  [
    'chage[39]',
    'changed password expiry for eve',
    { 'event.action': 'user_changed', 'user.target.name': 'eve' },
  ],
  [
    'chsh[40]',
    "changed user 'eve' shell to '/bin/zsh'",
    { 'event.action': 'user_changed', 'user.target.name': 'eve' },
  ],
  ['useradd[31]', 'constructor of nothing', { 'event.action': undefined, user: undefined }],
])('%s: %s', (program, message, expected) => {
  const event = normalised(`<86>Nov 21 09:08:01 web1 ${program}: ${message}`);
  expect(event.event.dataset).toBe('linux.accounts');
  expect(pick(event, expected)).toEqual(expected);
});
