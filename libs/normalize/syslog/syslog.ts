import type { JsonObject } from '@tidewatch/event';
import type { Draft, ParseContext } from '../draft.ts';
import { parseNginxAccess } from '../nginx.ts';
import { ipAddress } from '../setters.ts';
import { parseAccounts } from './accounts.ts';
import { parseCron } from './cron.ts';
import { parseKernel } from './firewall.ts';
import { readHeader, type SyslogHeader } from './header.ts';
import type { ProgramParser, SyslogFields } from './program.ts';
import { parseSshd } from './sshd.ts';
import { parseSu } from './su.ts';
import { parseSudo } from './sudo.ts';
import { parseSystemd } from './systemd.ts';

const programs = new Map<string, ProgramParser>([
  ['sshd', parseSshd],
  ['sshd-session', parseSshd],
  ['sshd-auth', parseSshd],
  ['sudo', parseSudo],
  ['su', parseSu],
  ['kernel', parseKernel],
  ['cron', parseCron],
  ['crond', parseCron],
  ['crontab', parseCron],
  ['anacron', parseCron],
  ['systemd', parseSystemd],
  ['systemd-logind', parseSystemd],
  ...['useradd', 'usermod', 'userdel', 'groupadd', 'groupmod', 'groupdel', 'newusers'].map(account),
  ...['gpasswd', 'passwd', 'chpasswd', 'chage', 'chsh', 'chfn', 'adduser', 'deluser'].map(account),
]);

function account(program: string): [string, ProgramParser] {
  return [program, parseAccounts];
}

/** One syslog line: its header to `log.syslog.*`, its message to the program's parser. */
export function parseSyslog(line: string, context: ParseContext): Draft {
  return syslogDraft(readHeader(line, context), context);
}

/** A message whose header is known. */
export function syslogDraft(header: SyslogHeader, context: ParseContext): Draft {
  const program = header.appname?.toLowerCase();
  if (program?.startsWith('nginx')) {
    const access = parseNginxAccess(header.message);
    if (access !== undefined)
      return { ...access, fields: { ...access.fields, ...headerFields(header, context) } };
  }
  const fields: SyslogFields = { message: header.message, event: {}, ...headerFields(header, context) };
  const parser = program === undefined ? undefined : programs.get(program);
  let dataset = 'linux.syslog';
  if (parser !== undefined) {
    setProcess(
      fields,
      header,
      program === 'sshd-session' || program === 'sshd-auth' ? 'sshd' : (program ?? ''),
    );
    dataset = parser(unrepeated(fields), fields);
  } else if (header.appname !== undefined) setProcess(fields, header, header.appname);
  return { dataset, time: header.time, fields, shape: dataset === 'linux.sshd' ? 'sshd' : undefined };
}

/** rsyslog folds equal lines into `message repeated 3 times: [ Failed password …]`. */
const repeated = /^message repeated (\d{1,6}) times: \[ ?(.*)\]$/s;

function unrepeated(fields: SyslogFields): string {
  const { message } = fields;
  if (!message.startsWith('message repeated')) return message;
  const match = repeated.exec(message);
  if (match === null) return message;
  fields.labels = { repeated: match[1] ?? '' };
  return match[2] ?? '';
}

function setProcess(fields: SyslogFields, { procid }: SyslogHeader, name: string): void {
  const process: JsonObject = { name };
  if (procid !== undefined && /^\d{1,10}$/.test(procid)) process.pid = Number(procid);
  fields.process = process;
}

const facilities =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console solaris-cron local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];

function headerFields(header: SyslogHeader, { hints }: ParseContext): JsonObject {
  const syslog: JsonObject = {};
  const log: JsonObject = { syslog };
  const { priority } = header;
  if (priority !== undefined) {
    const severity = severities[priority & 7] as string;
    syslog.priority = priority;
    syslog.facility = { code: priority >> 3, name: facilities[priority >> 3] as string };
    syslog.severity = { code: priority & 7, name: severity };
    log.level = severity;
  }
  for (const key of ['version', 'hostname', 'appname', 'procid', 'msgid'] as const) {
    const value = header[key];
    if (value !== undefined) syslog[key] = value;
  }
  if (header.structuredData !== undefined) syslog.structured_data = header.structuredData;
  if (hints.path !== undefined) log.file = { path: hints.path };
  const host = hostFields(header.hostname, hints.peer);
  return host === undefined ? { log } : { log, host };
}

/** The header's host is who wrote the line; the peer may be a relay, and stands in only where there is none. */
function hostFields(hostname: string | undefined, peer: string | undefined): JsonObject | undefined {
  const name = hostname ?? peer;
  if (name === undefined) return undefined;
  const ip = ipAddress(name);
  return ip === undefined ? { name } : { name, ip: [ip] };
}
