import { type JsonObject, type Outcome, ok } from '@tidewatch/event';
import type { Draft, ParseContext, WrittenDraft } from '../draft.ts';
import { parseNginxAccess } from '../nginx.ts';
import { mapOutcome, offer } from '../parsers/offer.ts';
import { member, objectOf, type Quote, quote, quoteOf, wholeNumber } from '../written.ts';
import { readHeader, type SyslogHeader } from './header.ts';
import type { SyslogFields } from './program.ts';
import { type WrittenHost, writeHost } from './sender.ts';
import { parseSshd, readSshd } from './sshd.ts';

/** One syslog line: its header to `log.syslog.*`, its message to the program's parser. */
export function parseSyslog(line: string, context: ParseContext): Outcome<Draft> {
  return syslogDraft(readHeader(line, context), context, quoteOf(line), line);
}

/**
 * A message whose header is known.
 *
 * @param write for the parts of header and message
 * @param line that they are of, where there is one
 */
export function syslogDraft(
  header: SyslogHeader,
  context: ParseContext,
  write: Quote,
  line?: string,
): Outcome<Draft> {
  const { message, sender, time } = header;
  const { program, parser } = sender;
  if (program?.startsWith('nginx')) {
    const access = parseNginxAccess(message);
    if (access !== undefined) return ok(underHeader(access, writeHeader(header, context, write)));
  }
  if (parser === undefined || context.parsers.asksFor(program as string)) {
    const offered = context.parsers.forText(message, program, context);
    const outcome = offer(offered, () => headed(header, context), context);
    if (outcome !== undefined)
      return mapOutcome(outcome, (draft) => ({ ...draft, time: draft.time ?? time }));
  }
  const { members: log, host } = writeHeader(header, context, write);
  const process = processMember(sender.process, header);
  const { repeated, text } = unfold(message);
  const attempt = parser === parseSshd ? readSshd(text, write) : undefined;
  if (attempt !== undefined) {
    const { event, members, user, ip, domain } = attempt;
    const folded = repeated === undefined ? '' : `,"labels":{"repeated":"${repeated}"}`;
    const written = {
      event,
      members: `,"message":${write(message)}${log}${process}${members}${folded}`,
      related: { user: [user], ip: [ip, host?.ip], hosts: [host?.name, domain] },
      line: line === undefined ? undefined : { text: line, json: write(line) },
    };
    return ok({ dataset: 'linux.sshd', time, written });
  }
  const fields: SyslogFields = { message, event: {}, ...objectOf(log + process) };
  if (parser === undefined) return ok({ dataset: 'linux.syslog', time, fields });
  if (repeated !== undefined) fields.labels = { repeated };
  return ok({ dataset: parser(text, fields), time, fields });
}

/** What a parser from a file starts from: the message, and what its header says. */
export function headed(header: SyslogHeader, context: ParseContext): JsonObject {
  const { message, sender } = header;
  const { members } = writeHeader(header, context, quote);
  const { appname } = sender;
  const name = appname === undefined ? '' : `,"process":{"name":${quote(appname)}`;
  return { message, ...objectOf(members + processMember(name, header)) };
}

/** An access line that came by syslog is also its header's. */
function underHeader(access: WrittenDraft, { members, host }: WrittenHeader): Draft {
  const { written } = access;
  const related = {
    ...written.related,
    ip: [...(written.related.ip ?? []), host?.ip],
    hosts: [host?.name, ...(written.related.hosts ?? [])],
  };
  return { ...access, written: { ...written, members: written.members + members, related } };
}

/** rsyslog folds equal lines into `message repeated 3 times: [ Failed password …]`. */
const folded = /^message repeated (\d{1,6}) times: \[ ?(.*)\]$/s;

function unfold(message: string): { readonly repeated?: string; readonly text: string } {
  const match = message.startsWith('message repeated') ? folded.exec(message) : null;
  return match === null ? { text: message } : { repeated: match[1] ?? '', text: match[2] ?? '' };
}

/** @param process the member's beginning, or nothing */
function processMember(process: string, { procid }: SyslogHeader): string {
  if (process === '') return '';
  const isNumber = procid !== undefined && /^\d{1,10}$/.test(procid);
  return isNumber ? `${process},"pid":${wholeNumber(procid)}}` : `${process}}`;
}

const facilities =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console solaris-cron local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];

/** What the header says, as the members `log` and `host`. */
interface WrittenHeader {
  readonly members: string;
  readonly host: WrittenHost | undefined;
}

function writeHeader(header: SyslogHeader, { hints }: ParseContext, write: Quote): WrittenHeader {
  const { priority, version, sender, procid, msgid, structuredData } = header;
  const { severity, level } = priority === undefined ? noPriority : (priorities[priority] as WrittenPriority);
  const first = `${severity}${member('version', version, write)}`;
  const id = member('procid', procid, write);
  const start =
    first === '' && sender.members !== ''
      ? `${sender.log}${id}`
      : `,"log":{"syslog":{${`${first}${sender.members}${id}`.slice(1)}`;
  const data = structuredData === undefined ? '' : `,"structured_data":${JSON.stringify(structuredData)}`;
  const file = hints.path === undefined ? '' : `,"file":{"path":${quote(hints.path)}}`;
  const log = `${start}${member('msgid', msgid, write)}${data}}${level}${file}}`;
  // The header's host is who wrote the line; the peer may be a relay, and stands in only where there is none.
  const host = sender.host ?? (hints.peer === undefined ? undefined : writeHost(hints.peer));
  return { members: host === undefined ? log : `${log}${host.member}`, host };
}

/** Its members of `log.syslog` and of `log`, each with a comma before it. */
interface WrittenPriority {
  readonly severity: string;
  readonly level: string;
}

const noPriority: WrittenPriority = { severity: '', level: '' };

const priorities = Array.from({ length: 192 }, (_, priority): WrittenPriority => {
  const [facility, severity] = [priority >> 3, priority & 7];
  return {
    severity: `,"priority":${priority},"facility":{"code":${facility},"name":"${facilities[facility]}"},"severity":{"code":${severity},"name":"${severities[severity]}"}`,
    level: `,"level":"${severities[severity]}"`,
  };
});
