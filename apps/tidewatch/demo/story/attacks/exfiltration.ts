import type { Draft } from '../event.ts';
import { linuxProcess } from '../linux.ts';
import { webServer } from '../office.ts';
import { browsers, nginxLine } from '../web.ts';
import { type Cast, offset } from './cast.ts';
import { shell } from './web_shell.ts';

const phase = 'exfiltration';
const folder = '/uploads/2026';
const parts = 3;

/** The intranet is packed into parts that look like photos, and fetched: only how much of it is odd. */
export function exfiltration({ random, attacker }: Cast, from: number): Draft[] {
  const request = (at: number, target: string, bytes: number) =>
    nginxLine(at, phase, { from: attacker, method: 'GET', target, status: 200, bytes, agent: browsers[1] });
  const pack = `tar czf - /srv/intranet | split -n ${parts} - /srv/www${folder}/quay.`;
  const drafts: Draft[] = [
    request(from, `${shell}?cmd=${encodeURIComponent(pack)}`, random.int(20, 90)),
    linuxProcess(random, from - 30, phase, {
      host: webServer,
      user: 'www-data',
      executable: '/usr/bin/dash',
      commandLine: `sh -c ${pack}`,
      parent: '/usr/sbin/php-fpm8.2',
      parentCommandLine: 'php-fpm: pool www',
      directory: `/srv/www${folder}`,
    }),
  ];
  for (const [i, letter] of ['a', 'b', 'c'].entries()) {
    const at = from + offset(0, 12 + 6 * i) + random.int(0, 3_000);
    drafts.push(request(at, `${folder}/quay.a${letter}`, random.int(180_000_000, 230_000_000)));
  }
  return drafts;
}
