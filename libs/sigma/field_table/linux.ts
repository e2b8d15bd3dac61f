import type { SourceEntry } from './entry.ts';

/** Sysmon for Linux comes in the form of the Windows event log. */
const sysmon = 'windows.linux_sysmon';
const audit = ['auditd.log', 'linux.auditd'];

/** What Linux and macOS log; the events of a category are told by `event.category` and `event.type`. */
export const linux: readonly SourceEntry[] = [
  { logsource: { product: 'linux' }, datasets: ['linux', 'system', 'auditd'] },
  {
    // One event holds all records of an audit message: a field that several of them have is a list.
    logsource: { product: 'linux', service: 'auditd' },
    datasets: audit,
    namespaces: ['auditd.log', 'auditd.data'],
    own: 'type SYSCALL a0 a1 a2 a3 a4 a5 a6 a7 comm exe key name nametype unit euid auid uid cwd proctitle success acct op res',
    fields: {
      type: ['auditd.log.record_type', 'auditd.message_type'],
      SYSCALL: ['auditd.log.syscall', 'auditd.data.syscall'],
      exe: 'process.executable',
      comm: 'process.name',
      cwd: 'process.working_directory',
      pid: 'process.pid',
      ppid: 'process.parent.pid',
      name: ['auditd.paths.name', 'file.path'],
      nametype: 'auditd.paths.nametype',
      euid: 'user.effective.id',
      uid: 'user.id',
      unit: 'service.name',
      acct: ['user.target.name', 'user.name'],
    },
  },
  {
    logsource: { product: 'linux', category: 'process_creation' },
    datasets: [...audit, sysmon],
  },
  {
    logsource: { product: 'linux', category: 'network_connection' },
    datasets: [...audit, sysmon],
  },
  {
    logsource: { product: 'linux', category: 'file_event' },
    datasets: [...audit, sysmon],
  },
  { logsource: { product: 'linux', service: 'sshd' }, datasets: ['linux.sshd', 'system.auth'] },
  {
    logsource: { product: 'linux', service: 'auth' },
    datasets: ['linux.sshd', 'linux.sudo', 'linux.su', 'linux.accounts', 'system.auth'],
  },
  {
    logsource: { product: 'linux', service: 'sudo' },
    datasets: ['linux.sudo', 'system.auth'],
    fields: {
      USER: ['user.effective.name', 'user.target.name', 'user.changes.name'],
      COMMAND: 'process.command_line',
      PWD: 'process.working_directory',
      TTY: 'sudo.tty',
    },
  },
  { logsource: { product: 'linux', service: 'cron' }, datasets: ['linux.cron', 'system.syslog'] },
  {
    logsource: { product: 'linux', service: 'syslog' },
    datasets: ['linux.syslog', 'linux.systemd', 'linux.journald', 'system.syslog'],
  },
  {
    logsource: { product: 'linux', service: 'clamav' },
    datasets: ['linux.clamav', 'linux.syslog'],
  },
  {
    logsource: { product: 'linux', service: 'guacamole' },
    datasets: ['linux.guacamole', 'linux.syslog'],
  },
  {
    logsource: { product: 'linux', service: 'vsftpd' },
    datasets: ['linux.vsftpd', 'linux.syslog'],
  },
  {
    logsource: { product: 'macos', category: 'process_creation' },
    datasets: [],
  },
  {
    logsource: { product: 'macos', category: 'file_event' },
    datasets: [],
  },
];
