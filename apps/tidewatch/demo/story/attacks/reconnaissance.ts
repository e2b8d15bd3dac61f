import type { Draft } from '../event.ts';
import { authLog } from '../linux.ts';
import { firewallLine } from '../network.ts';
import { bastion } from '../office.ts';
import { nginxLine } from '../web.ts';
import type { Cast } from './cast.ts';

const phase = 'reconnaissance';
const scanner = 'Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:map_codes)';
const probes = [
  '/admin/',
  '/phpmyadmin/index.php',
  '/.git/config',
  '/.env',
  '/backup.zip',
  '/server-status',
  '/documents/..%2f..%2f..%2f..%2fetc%2fpasswd',
  '/index.php?page=../../../../etc/passwd',
  '/search?q=1%27%20UNION%20SELECT%20username,password%20FROM%20users--',
  '/upload.php',
] as const;

/** The intruder looks the public servers over: a web scanner, closed ports, a first name or two on SSH. */
export function reconnaissance({ random, attacker }: Cast, from: number): Draft[] {
  const drafts: Draft[] = [];
  let at = from;
  for (const target of probes) {
    at += random.int(300, 1_800);
    const status = target === '/upload.php' ? 200 : 404;
    drafts.push(
      nginxLine(at, phase, {
        from: attacker,
        method: 'GET',
        target,
        status,
        bytes: random.int(150, 600),
        agent: scanner,
      }),
    );
  }
  for (const port of [21, 3_306, 3_389, 8_443]) {
    const packet = {
      verdict: 'DENY',
      from: 'wan0',
      to: 'dmz0',
      source: attacker,
      destination: bastion.address,
      port,
    } as const;
    at += random.int(200, 900);
    drafts.push(firewallLine(random, at, phase, packet));
  }
  const line = authLog(bastion, phase);
  for (const name of ['test', 'oracle']) {
    at += random.int(800, 2_500);
    drafts.push(
      line(
        at,
        'sshd',
        random.int(2_000, 60_000),
        `Invalid user ${name} from ${attacker} port ${random.int(40_000, 60_000)}`,
        'auth',
      ),
    );
  }
  return drafts;
}
