/** A data set that the shipped parsers give events, for the docs and the governance file's completion. */
export interface Dataset {
  readonly name: string;
  readonly description: string;
}

export const datasets: readonly Dataset[] = [
  {
    name: 'windows.security',
    description: 'Windows Security log: logons, processes, accounts, shares, firewall',
  },
  { name: 'windows.sysmon', description: 'Sysmon: processes, network, files, registry, DNS' },
  { name: 'windows.powershell', description: 'PowerShell: modules, script blocks, engine (both channels)' },
  { name: 'windows.system', description: 'Windows System log: services, drivers, time, log cleared' },
  { name: 'windows.taskscheduler', description: 'Task Scheduler: tasks registered, changed, run' },
  { name: 'windows.windows_defender', description: 'Microsoft Defender Antivirus: detections and settings' },
  { name: 'windows.<channel>', description: 'Any other Windows channel, by its name in lower case' },
  { name: 'linux.sshd', description: 'OpenSSH server: logins, disconnects, PAM' },
  { name: 'linux.sudo', description: 'sudo: commands run and refused' },
  { name: 'linux.su', description: 'su: switches of user' },
  {
    name: 'linux.accounts',
    description: 'useradd, usermod, userdel, groupadd, gpasswd, passwd and their like',
  },
  { name: 'linux.cron', description: 'cron and crontab: commands run, tables changed' },
  { name: 'linux.systemd', description: 'systemd and systemd-logind: units, sessions' },
  { name: 'linux.firewall', description: 'iptables, nftables and ufw lines of the kernel' },
  {
    name: 'linux.auditd',
    description: 'Linux audit log: programs run, files, connections, logins, accounts',
  },
  { name: 'linux.syslog', description: 'Any other syslog line' },
  { name: 'linux.journald', description: 'Any other entry of systemd-journald' },
  { name: 'nginx.access', description: 'nginx and Apache access lines in the combined format' },
  {
    name: 'generic.json',
    description: 'JSON that no parser claims, under `generic.*`; ECS documents without a data set',
  },
  { name: 'generic.text', description: 'Text that no parser claims, in `message`' },
];
