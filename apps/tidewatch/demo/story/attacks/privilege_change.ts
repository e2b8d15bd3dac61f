import type { Draft } from '../event.ts';
import { accountCreated, groupMemberAdded } from '../eventlog.ts';
import { authLog } from '../linux.ts';
import { bastion, domainController, fileServer, sidOf } from '../office.ts';
import { type Cast, offset, recorder } from './cast.ts';

const phase = 'privilege_change';

/**
 * On the bastion the intruder makes an account and puts it into the sudo group; five seconds into the fifth minute
 * that account turns root.
 */
export function bastionPrivileges({ random, intruder }: Cast, from: number): Draft[] {
  const line = authLog(bastion, phase);
  const run = (at: number, user: string, command: string) =>
    line(at, 'sudo', undefined, ` ${user} : TTY=pts/1 ; PWD=/home/${user} ; USER=root ; COMMAND=${command}`);
  const added = from + offset(4, 35);
  const joined = from + offset(4, 45);
  const rooted = from + offset(5, 2);
  const [addPid, modPid] = [random.int(2_000, 60_000), random.int(2_000, 60_000)];
  return [
    run(added - 40, 'it-ops2', `/usr/sbin/useradd -m -s /bin/bash ${intruder}`),
    line(added, 'useradd', addPid, `new group: name=${intruder}, GID=1044`),
    line(
      added + 10,
      'useradd',
      addPid,
      `new user: name=${intruder}, UID=1044, GID=1044, home=/home/${intruder}, shell=/bin/bash, from=/dev/pts/1`,
    ),
    run(joined - 40, 'it-ops2', `/usr/sbin/usermod -aG sudo ${intruder}`),
    line(joined, 'usermod', modPid, `add '${intruder}' to group 'sudo'`),
    line(joined + 5, 'usermod', modPid, `add '${intruder}' to shadow group 'sudo'`),
    run(rooted, intruder, '/bin/bash'),
    line(
      rooted + 10,
      'sudo',
      undefined,
      `pam_unix(sudo:session): session opened for user root(uid=0) by ${intruder}(uid=1044)`,
    ),
    run(rooted + 3_000, intruder, '/usr/bin/tee /etc/sudoers.d/90-maintenance'),
    run(rooted + 9_000, intruder, '/usr/bin/cat /etc/shadow'),
  ];
}

/** In the domain: a new account, member of the file server's administrators and of Domain Admins. */
export function domainPrivileges({ intruder }: Cast, from: number): Draft[] {
  const draft = recorder(phase);
  const admins = { name: 'Administrators', sid: 'S-1-5-32-544', scope: 'local' } as const;
  const domainAdmins = {
    name: 'Domain Admins',
    sid: sidOf('Administrator').replace(/500$/, '512'),
    scope: 'global',
  } as const;
  return [
    draft(from, accountCreated(domainController, 'Administrator', intruder)),
    draft(from + offset(0, 12), groupMemberAdded(fileServer, 'Administrator', intruder, admins)),
    draft(from + offset(0, 31), groupMemberAdded(domainController, 'Administrator', intruder, domainAdmins)),
  ];
}
