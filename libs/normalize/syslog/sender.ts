import { Recent } from '../enrich/recent.ts';
import { parseAudit } from '../linux/auditd.ts';
import { ipAddress } from '../setters.ts';
import { member, quote } from '../written.ts';
import { parseAccounts } from './accounts.ts';
import { parseCron } from './cron.ts';
import { parseKernel } from './firewall.ts';
import type { ProgramParser } from './program.ts';
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

/** A program on a host, and what events say of both, as JSON: the same for all of its lines. */
export interface Sender {
  readonly hostname: string | undefined;
  readonly appname: string | undefined;
  /** The program's name in lower case. */
  readonly program: string | undefined;
  /** Absent where the program is not compiled in. */
  readonly parser: ProgramParser | undefined;
  /** Its members of `log.syslog`, each with a comma before it, and from the beginning of `log` on. */
  readonly members: string;
  readonly log: string;
  /** Absent where there is no host name. */
  readonly host: WrittenHost | undefined;
  /** The beginning of the member `process`, or nothing. */
  readonly process: string;
}

/** The member `host`; its name and address also by themselves, as JSON. */
export interface WrittenHost {
  readonly member: string;
  readonly name: string;
  readonly ip: string | undefined;
}

export function createSender(hostname: string | undefined, appname: string | undefined): Sender {
  const program = appname?.toLowerCase();
  const parser = program === undefined ? undefined : programs.get(program);
  const name = parser === parseSshd ? 'sshd' : parser === undefined ? appname : program;
  const members = member('hostname', hostname, quote) + member('appname', appname, quote);
  return {
    hostname,
    appname,
    program,
    parser,
    members,
    log: `,"log":{"syslog":{${members.slice(1)}`,
    host: hostname === undefined ? undefined : writeHost(hostname),
    process: name === undefined ? '' : `,"process":{"name":${quote(name)}`,
  };
}

export function writeHost(host: string): WrittenHost {
  const address = ipAddress(host);
  const name = quote(host);
  const ip = address && quote(address);
  return { member: `,"host":{"name":${name}${ip === undefined ? '' : `,"ip":[${ip}]`}}`, name, ip };
}

/** Senders by the text that names them. */
const senders = new Recent<string, Sender>(1_000);

/** The sender whose host and program a text names, if lines of it came lately. */
export const recentSender = (text: string): Sender | undefined => senders.get(text);

/** @param text what names host and program; it may be cut out of a long one */
export function rememberSender(text: string, hostname: string, appname: string): Sender {
  const sender = createSender(cutOut(hostname), cutOut(appname));
  senders.set(cutOut(text), sender);
  return sender;
}

/** What is cut out of a longer text would keep all of it. */
const cutOut = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');
