import { type JsonObject, type Outcome, ok } from '@tidewatch/event';
import type { Draft, ParseContext, WrittenDraft } from '../draft.ts';
import { parseAudit } from '../linux/auditd.ts';
import { parseNginxAccess } from '../nginx.ts';
import { mapOutcome, offer } from '../parsers/offer.ts';
import { ipAddress } from '../setters.ts';
import { member, objectOf, type Quote, quote, quoteOf } from '../written.ts';
import { parseAccounts } from './accounts.ts';
import { parseCron } from './cron.ts';
import { parseKernel } from './firewall.ts';
import { readHeader, type SyslogHeader } from './header.ts';
import type { ProgramParser, SyslogFields } from './program.ts';
import { parseSshd, readSshd } from './sshd.ts';
import { parseSu } from './su.ts';
import { parseSudo } from './sudo.ts';
import { parseSystemd } from './systemd.ts';

const programs = new Map<string, ProgramParser>([
  ['sshd', parseSshd],
  ['sshd-session', parseSshd],
  ['sshd-auth', parseSshd],
  ['sudo', parseSudo],
  ['su', parseSu],
  ['kernel', (message, fields) => (message.includes('audit(') ? parseAudit : parseKernel)(message, fields)],
  ...['audit', 'auditd', 'audispd', 'audisp-syslog'].map((name): [string, ProgramParser] => [
    name,
    parseAudit,
  ]),
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
export function parseSyslog(line: string, context: ParseContext): Outcome<Draft> {
  return syslogDraft(readHeader(line, context), context, quoteOf(line));
}

/**
 * A message whose header is known.
 *
 * @param write for the parts of header and message
 */
export function syslogDraft(header: SyslogHeader, context: ParseContext, write: Quote): Outcome<Draft> {
  const { message, time } = header;
  const program = header.appname?.toLowerCase();
  if (program?.startsWith('nginx')) {
    const access = parseNginxAccess(message);
    if (access !== undefined) return ok(underHeader(access, writeHeader(header, context, write)));
  }
  const parser = program === undefined ? undefined : programs.get(program);
  if (parser === undefined || context.parsers.asksFor(program as string)) {
    const offered = context.parsers.forText(message, program, context);
    const outcome = offer(offered, () => headed(header, context), context);
    if (outcome !== undefined)
      return mapOutcome(outcome, (draft) => ({ ...draft, time: draft.time ?? time }));
  }
  const isSshd = parser === parseSshd;
  const name = isSshd ? 'sshd' : parser === undefined ? header.appname : program;
  const written = writeHeader(header, context, write);
  const { repeated, text } = unfold(message);
  const attempt = isSshd ? readSshd(text, write) : undefined;
  if (attempt !== undefined) {
    const { event, members, user, ip, domain } = attempt;
    const folded = repeated === undefined ? '' : `,"labels":{"repeated":"${repeated}"}`;
    const related = { user: [user], ip: [ip, written.ip], hosts: [written.name, domain] };
    const all = `,"message":${write(message)}${written.members}${processMember('sshd', header)}${members}${folded}`;
    return ok({ dataset: 'linux.sshd', time, written: { event, members: all, related } });
  }
  const fields: SyslogFields = {
    message,
    event: {},
    ...objectOf(written.members + (name === undefined ? '' : processMember(name, header))),
  };
  if (parser === undefined) return ok({ dataset: 'linux.syslog', time, fields });
  if (repeated !== undefined) fields.labels = { repeated };
  return ok({ dataset: parser(text, fields), time, fields });
}

/** What a parser from a file starts from: the message, and what its header says. */
export function headed(header: SyslogHeader, context: ParseContext): JsonObject {
  const { message, appname } = header;
  const { members } = writeHeader(header, context, quote);
  return {
    message,
    ...objectOf(members + (appname === undefined ? '' : processMember(appname, header))),
  };
}

/** An access line that came by syslog is also its header's. */
function underHeader(access: WrittenDraft, { members, ip, name }: WrittenHeader): Draft {
  const { written } = access;
  const related = {
    ...written.related,
    ip: [...(written.related.ip ?? []), ip],
    hosts: [name, ...(written.related.hosts ?? [])],
  };
  return { ...access, written: { ...written, members: written.members + members, related } };
}

/** rsyslog folds equal lines into `message repeated 3 times: [ Failed password …]`. */
const folded = /^message repeated (\d{1,6}) times: \[ ?(.*)\]$/s;

function unfold(message: string): { readonly repeated?: string; readonly text: string } {
  const match = message.startsWith('message repeated') ? folded.exec(message) : null;
  return match === null ? { text: message } : { repeated: match[1] ?? '', text: match[2] ?? '' };
}

function processMember(name: string, { procid }: SyslogHeader): string {
  const pid = procid !== undefined && /^\d{1,10}$/.test(procid) ? `,"pid":${Number(procid)}` : '';
  return `,"process":{"name":${quote(name)}${pid}}`;
}

const facilities =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console solaris-cron local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];

/** What the header says, as the members `log` and `host`; the host's name and address also by themselves, as JSON. */
interface WrittenHeader {
  readonly members: string;
  readonly name: string | undefined;
  readonly ip: string | undefined;
}

function writeHeader(header: SyslogHeader, { hints }: ParseContext, write: Quote): WrittenHeader {
  const { priority, version, hostname, appname, procid, msgid, structuredData } = header;
  const data = structuredData === undefined ? '' : `,"structured_data":${JSON.stringify(structuredData)}`;
  const syslog = `${priorityMembers(priority)}${member('version', version, write)}${member('hostname', hostname, write)}${member('appname', appname, write)}${member('procid', procid, write)}${member('msgid', msgid, write)}${data}`;
  const level = priority === undefined ? '' : `,"level":"${severities[priority & 7]}"`;
  const file = hints.path === undefined ? '' : `,"file":{"path":${quote(hints.path)}}`;
  const log = `,"log":{"syslog":{${syslog.slice(1)}}${level}${file}}`;
  // The header's host is who wrote the line; the peer may be a relay, and stands in only where there is none.
  const host = hostname ?? hints.peer;
  if (host === undefined) return { members: log, name: undefined, ip: undefined };
  const address = ipAddress(host);
  const name = host === hostname ? write(host) : quote(host);
  const ip = address && quote(address);
  return { members: `${log},"host":{"name":${name}${ip === undefined ? '' : `,"ip":[${ip}]`}}`, name, ip };
}

function priorityMembers(priority: number | undefined): string {
  if (priority === undefined) return '';
  const [facility, severity] = [priority >> 3, priority & 7];
  return `,"priority":${priority},"facility":{"code":${facility},"name":"${facilities[facility]}"},"severity":{"code":${severity},"name":"${severities[severity]}"}`;
}
