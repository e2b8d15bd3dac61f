import type { Draft } from '../event.ts';
import { authLog } from '../linux.ts';
import { firewallLine } from '../network.ts';
import { bastion } from '../office.ts';
import { type Cast, offset } from './cast.ts';

const phase = 'password_guessing';
const guessedNames = ['admin', 'ubuntu', 'oracle', 'git', 'backup', 'ftpuser', 'jenkins'] as const;

/** Four minutes of guessing at the bastion's SSH, and then the right password of `it-ops2`. */
export function passwordGuessing({ random, attacker }: Cast, from: number): Draft[] {
  const line = authLog(bastion, phase);
  const drafts: Draft[] = [];
  const open = (at: number) =>
    firewallLine(random, at, phase, {
      verdict: 'ACCEPT',
      from: 'wan0',
      to: 'dmz0',
      source: attacker,
      destination: bastion.address,
      port: 22,
    });
  for (let at = from; at < from + offset(4); at += random.int(4_000, 9_000)) {
    const pid = random.int(2_000, 60_000);
    const origin = `from ${attacker} port ${random.int(40_000, 60_000)}`;
    const guess = random.pick(['root', 'it-ops2', 'it-ops2', ...guessedNames]);
    const unknown = guess !== 'root' && guess !== 'it-ops2';
    drafts.push(open(at - 200));
    if (unknown) drafts.push(line(at, 'sshd', pid, `Invalid user ${guess} ${origin}`, 'auth'));
    const who = unknown ? `invalid user ${guess}` : guess;
    drafts.push(line(at + 900, 'sshd', pid, `Failed password for ${who} ${origin} ssh2`, 'auth'));
    drafts.push(
      line(
        at + 1_400,
        'sshd',
        pid,
        `Connection closed by authenticating user ${guess} ${origin.slice(5)} [preauth]`,
        'auth',
      ),
    );
  }
  const at = from + offset(4, 20);
  const pid = random.int(2_000, 60_000);
  drafts.push(
    open(at - 300),
    line(
      at,
      'sshd',
      pid,
      `Accepted password for it-ops2 from ${attacker} port ${random.int(40_000, 60_000)} ssh2`,
      'auth',
    ),
    line(
      at + 60,
      'sshd',
      pid,
      'pam_unix(sshd:session): session opened for user it-ops2(uid=1002) by (uid=0)',
    ),
  );
  return drafts;
}
