import { expect, test } from 'vitest';
import { normalised, pick } from '../normalised.suite.ts';

test.each<[program: string, message: string, expected: Record<string, unknown>]>([
  [
    'systemd[1]',
    'Started nginx.service - A high performance web server.',
    {
      'event.category': ['process'],
      'event.type': ['start'],
      'event.action': 'unit_started',
      'event.outcome': 'success',
      'service.name': 'nginx.service',
    },
  ],
  [
    'systemd[1]',
    'Started A high performance web server.',
    { 'event.action': 'unit_started', 'service.name': 'A high performance web server' },
  ],
  [
    'systemd[1]',
    'Stopping cron.service - Regular background program processing daemon...',
    { 'event.action': 'unit_stopping', 'event.type': ['end'], 'service.name': 'cron.service' },
  ],
  [
    'systemd[1]',
    'Failed to start backup.service - Nightly backup.',
    { 'event.action': 'unit_start', 'event.outcome': 'failure', 'service.name': 'backup.service' },
  ],
  [
    'systemd[1]',
    'backup.service: Main process exited, code=exited, status=1/FAILURE',
    {
      'event.action': 'unit_process_exited',
      'event.outcome': 'failure',
      'service.name': 'backup.service',
      'event.reason': 'Main process exited, code=exited, status=1/FAILURE',
    },
  ],
  [
    'systemd[1]',
    'backup.service: Deactivated successfully.',
    { 'event.outcome': 'success', 'service.name': 'backup.service' },
  ],
  [
    'systemd[1]',
    "backup.service: Failed with result 'exit-code'.",
    { 'event.outcome': 'failure', 'event.reason': "Failed with result 'exit-code'" },
  ],
  [
    'systemd-logind[600]',
    'New session 42 of user alice.',
    {
      'event.category': ['session'],
      'event.action': 'session_opened',
      'user.name': 'alice',
      'systemd.session': '42',
    },
  ],
  [
    'systemd-logind[600]',
    'Session 42 logged out. Waiting for processes to exit.',
    { 'event.action': 'session_closed', 'systemd.session': '42' },
  ],
  [
    'systemd-logind[600]',
    'Removed session 42.',
    { 'event.action': 'session_closed', 'systemd.session': '42' },
  ],
  ['systemd[1]', 'Reached target Multi-User System.', { 'event.action': 'unit_reached_target' }],
  ['systemd[1]', 'Hello, world', { 'event.action': undefined }],
])('%s: %s', (program, message, expected) => {
  const event = normalised(`<30>Nov 21 09:08:01 web1 ${program}: ${message}`);
  expect(event.event.dataset).toBe('linux.systemd');
  expect(pick(event, expected)).toEqual(expected);
});
