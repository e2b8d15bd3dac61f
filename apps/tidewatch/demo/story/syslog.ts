import type { Phase, StoryEvent } from './event.ts';
import type { Host } from './office.ts';
import { isoTime, rfc3164Time } from './times.ts';

/** RFC 5424 table 1. */
export const facility = { kern: 0, user: 1, daemon: 3, auth: 4, cron: 9, authpriv: 10, local0: 16 } as const;
/** RFC 5424 table 2. */
export const severity = { error: 3, warning: 4, notice: 5, info: 6 } as const;

export interface SyslogLine {
  readonly at: number;
  readonly phase: Phase;
  readonly host: Host;
  readonly facility: keyof typeof facility;
  readonly severity?: keyof typeof severity;
  /** The program; `pid` follows in brackets where given. */
  readonly program: string;
  readonly pid?: number;
  readonly text: string;
}

const priority = (line: SyslogLine): string =>
  `<${facility[line.facility] * 8 + severity[line.severity ?? 'info']}>`;

/** A line in RFC 3164's form over TCP, as Linux hosts send it. */
export function rfc3164(line: SyslogLine): StoryEvent {
  const tag = line.pid === undefined ? line.program : `${line.program}[${line.pid}]`;
  const payload = `${priority(line)}${rfc3164Time(line.at)} ${line.host.name} ${tag}: ${line.text}`;
  return { at: line.at, phase: line.phase, channel: 'syslog_tcp', payload };
}

/** A line in RFC 5424's form over UDP, as appliances send it. */
export function rfc5424(line: SyslogLine): StoryEvent {
  const header = `${priority(line)}1 ${isoTime(line.at)} ${line.host.name} ${line.program} ${line.pid ?? '-'} - -`;
  return { at: line.at, phase: line.phase, channel: 'syslog_udp', payload: `${header} ${line.text}` };
}

/** A kernel line of the firewall: RFC 3164 over UDP. */
export const kernelLine = (line: Omit<SyslogLine, 'facility' | 'program'>): StoryEvent =>
  ({
    ...rfc3164({ ...line, facility: 'kern', severity: 'warning', program: 'kernel' }),
    channel: 'syslog_udp',
  }) as StoryEvent;
