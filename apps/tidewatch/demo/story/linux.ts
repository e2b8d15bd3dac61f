import type { Activities, Activity, Phase, StoryEvent } from './event.ts';
import { bastion, buildServer, type Host, linuxHosts, linuxUsers, workstations } from './office.ts';
import type { Random } from './random.ts';
import { rfc3164 } from './syslog.ts';
import { isoTime } from './times.ts';

/** Lines of one host's authentication log in one phase. */
export const authLog =
  (host: Host, phase: Phase) =>
  (
    at: number,
    program: string,
    pid: number | undefined,
    text: string,
    facility: 'auth' | 'authpriv' = 'authpriv',
  ) =>
    rfc3164({ at, phase, host, facility, program, ...(pid === undefined ? {} : { pid }), text });

export interface LinuxProcess {
  readonly host: Host;
  readonly user: string;
  readonly executable: string;
  readonly commandLine: string;
  readonly parent: string;
  readonly parentCommandLine?: string;
  readonly directory?: string;
}

/** A program start as an endpoint agent reports it: already in ECS. */
export function linuxProcess(random: Random, at: number, phase: Phase, start: LinuxProcess): StoryEvent {
  const name = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const pid = random.int(1_000, 60_000);
  return {
    at,
    phase,
    channel: 'ecs_http',
    payload: {
      '@timestamp': isoTime(at),
      ecs: { version: '9.0.0' },
      event: {
        kind: 'event',
        module: 'endpoint',
        dataset: 'endpoint.process',
        category: ['process'],
        type: ['start'],
        action: 'exec',
      },
      host: { name: start.host.name, ip: [start.host.address], os: { type: 'linux', family: 'debian' } },
      message: `${start.user} started ${start.commandLine}`,
      process: {
        pid,
        executable: start.executable,
        name: name(start.executable),
        command_line: start.commandLine,
        working_directory: start.directory ?? '/',
        parent: {
          pid: random.int(300, 999),
          executable: start.parent,
          name: name(start.parent),
          command_line: start.parentCommandLine ?? start.parent,
        },
      },
      user: { name: start.user },
    },
  };
}

const phase = 'baseline';
const operators = linuxUsers.slice(0, 2);
const routineCommands = [
  '/usr/bin/systemctl status nginx',
  '/usr/bin/systemctl reload nginx',
  '/usr/bin/apt-get update',
  '/usr/bin/journalctl -u nginx --since today',
  '/usr/bin/tail -n 100 /var/log/syslog',
  '/usr/sbin/logrotate -d /etc/logrotate.conf',
] as const;

/** A colleague logs in with a key, works, and leaves. */
const keyLogin: Activity = (random, at) => {
  const host = random.pick(linuxHosts);
  const user = random.pick(linuxUsers);
  const from = user.name === 'svc-deploy' ? buildServer.address : random.pick(workstations).address;
  const pid = random.int(2_000, 60_000);
  const port = random.int(40_000, 60_000);
  const line = authLog(host, phase);
  const leaves = at + random.int(20_000, 400_000);
  const print = `SHA256:${random.hex(32)}`;
  return [
    line(
      at,
      'sshd',
      pid,
      `Accepted publickey for ${user.name} from ${from} port ${port} ssh2: ED25519 ${print}`,
      'auth',
    ),
    line(
      at + 40,
      'sshd',
      pid,
      `pam_unix(sshd:session): session opened for user ${user.name}(uid=${user.uid}) by (uid=0)`,
    ),
    line(
      at + 90,
      'systemd-logind',
      612,
      `New session ${random.int(100, 9_000)} of user ${user.name}.`,
      'auth',
    ),
    line(
      leaves,
      'sshd',
      pid,
      `Received disconnect from ${from} port ${port}:11: disconnected by user`,
      'auth',
    ),
    line(leaves + 20, 'sshd', pid, `pam_unix(sshd:session): session closed for user ${user.name}`),
  ];
};

const sudo: Activity = (random, at) => {
  const user = random.pick(operators);
  const line = authLog(random.pick(linuxHosts), phase);
  const closes = at + random.int(200, 4_000);
  const command = random.pick(routineCommands);
  return [
    line(
      at,
      'sudo',
      undefined,
      ` ${user.name} : TTY=pts/${random.int(0, 3)} ; PWD=/home/${user.name} ; USER=root ; COMMAND=${command}`,
    ),
    line(
      at + 15,
      'sudo',
      undefined,
      `pam_unix(sudo:session): session opened for user root(uid=0) by ${user.name}(uid=${user.uid})`,
    ),
    line(closes, 'sudo', undefined, 'pam_unix(sudo:session): session closed for user root'),
  ];
};

const becomeService: Activity = (random, at) => {
  const line = authLog(buildServer, phase);
  const pid = random.int(2_000, 60_000);
  return [
    line(at, 'su', pid, '(to svc-deploy) it-ops1 on pts/1', 'auth'),
    line(
      at + 10,
      'su',
      pid,
      'pam_unix(su-l:session): session opened for user svc-deploy(uid=1010) by it-ops1(uid=1001)',
    ),
  ];
};

const cronJobs = [
  ['root', 'cd / && run-parts --report /etc/cron.hourly'],
  ['root', '/usr/local/bin/rotate-backups --keep 14'],
  ['www-data', '/usr/bin/php /srv/intranet/cron.php > /dev/null'],
  ['svc-deploy', '/opt/build/bin/fetch-tags --quiet'],
] as const;

const cron: Activity = (random, at) => {
  const [user, command] = random.pick(cronJobs);
  const host = random.pick(linuxHosts);
  const pid = random.int(2_000, 60_000);
  const session = `pam_unix(cron:session): session`;
  const cronLine = (offset: number, text: string, facility: 'cron' | 'authpriv') =>
    rfc3164({ at: at + offset, phase, host, facility, program: 'CRON', pid, text });
  return [
    cronLine(0, `${session} opened for user ${user} by (uid=0)`, 'authpriv'),
    cronLine(3, `(${user}) CMD (${command})`, 'cron'),
    linuxProcess(random, at + 5, phase, {
      host,
      user,
      executable: '/usr/bin/dash',
      commandLine: `/bin/sh -c ${command}`,
      parent: '/usr/sbin/cron',
      parentCommandLine: '/usr/sbin/CRON -f',
    }),
    cronLine(random.int(300, 5_000), `${session} closed for user ${user}`, 'authpriv'),
  ];
};

const units = [
  'apt-daily.service',
  'fstrim.service',
  'logrotate.service',
  'man-db.service',
  'sysstat-collect.service',
] as const;

const unitRun: Activity = (random, at) => {
  const unit = random.pick(units);
  const host = random.pick(linuxHosts);
  const line = (offset: number, text: string) =>
    rfc3164({ at: at + offset, phase, host, facility: 'daemon', program: 'systemd', pid: 1, text });
  return [
    line(0, `Starting ${unit} - routine maintenance...`),
    line(random.int(100, 3_000), `${unit}: Deactivated successfully.`),
  ];
};

/** Somebody mistypes a password inside the house, then gets it right. */
const mistyped: Activity = (random, at) => {
  const user = random.pick(linuxUsers);
  const from = random.pick(workstations).address;
  const pid = random.int(2_000, 60_000);
  const port = random.int(40_000, 60_000);
  const line = authLog(bastion, phase);
  const tries = `${user.name} from ${from} port ${port} ssh2`;
  return [
    line(at, 'sshd', pid, `Failed password for ${tries}`, 'auth'),
    line(at + random.int(2_000, 9_000), 'sshd', pid, `Accepted password for ${tries}`, 'auth'),
  ];
};

/** Everyday life of the Linux hosts: activities with how often each is chosen. */
export const linuxActivities: Activities = [
  [4, keyLogin],
  [3, sudo],
  [1, becomeService],
  [6, cron],
  [4, unitRun],
  [0.5, mistyped],
];
