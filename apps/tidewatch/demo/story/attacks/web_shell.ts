import type { Draft } from '../event.ts';
import { linuxProcess } from '../linux.ts';
import { webServer } from '../office.ts';
import { browsers, nginxLine } from '../web.ts';
import { type Cast, offset } from './cast.ts';

const phase = 'web_shell';
export const shell = '/uploads/2026/berth-photo.php';
const commands = ['id', 'whoami', 'uname -a', 'cat /etc/passwd', 'ls -la /srv/intranet', 'ip addr'] as const;

/** A script goes up as a photo; then it is asked to run commands, and the web server's child starts shells. */
export function webShell({ random, attacker }: Cast, from: number): Draft[] {
  const agent = browsers[1];
  const request = (at: number, method: 'GET' | 'POST', target: string, status: number) =>
    nginxLine(at, phase, { from: attacker, method, target, status, bytes: random.int(20, 900), agent });
  const drafts: Draft[] = [
    request(from, 'POST', '/upload.php', 200),
    request(from + offset(0, 4), 'GET', '/uploads/2026/berth-photo.aspx', 404),
    request(from + offset(0, 9), 'GET', shell, 200),
  ];
  let at = from + offset(0, 15);
  for (const command of commands) {
    at += random.int(4_000, 15_000);
    drafts.push(
      request(at, 'GET', `${shell}?cmd=${encodeURIComponent(command)}`, 200),
      linuxProcess(random, at - 30, phase, {
        host: webServer,
        user: 'www-data',
        executable: '/usr/bin/dash',
        commandLine: `sh -c ${command}`,
        parent: '/usr/sbin/php-fpm8.2',
        parentCommandLine: 'php-fpm: pool www',
        directory: '/srv/www/uploads/2026',
      }),
    );
  }
  return drafts;
}
