import { endpoint, ipAddress, objectAt, parseLong } from '../setters.ts';
import { member, type Quote, wholeNumber } from '../written.ts';
import { parsePam, parsePamSummary, readPamSession } from './pam.ts';
import { type ProgramParser, type SyslogFields, setEvent, type WrittenMessage } from './program.ts';

/*
 * The name of the user comes from the attacker and may hold ` from 192.0.2.1 port 22`. So the names are matched
 * greedily: what counts is the last address of the line, which sshd wrote.
 */
const login =
  /^(Accepted|Failed|Postponed|Partial) (\S{1,64}) for (invalid user )?(.{0,512}) from (\S{1,255}) port (\d{1,5})(?: ssh\d?)?(?:: (.{1,1024}))?(?: \[preauth\])?$/s;
const invalidUser = /^(?:Invalid|Illegal) user (.{0,512}) from (\S{1,255})(?: port (\d{1,5}))?$/s;
const ended =
  /^(Connection closed|Connection reset|Disconnected|Received disconnect|Timeout, client not responding|Disconnecting)\b(?: (?:by|from))?(?: (authenticating|invalid))?(?: user (.{0,512}))? (\S{1,255}) port (\d{1,5})(?:(?::\d{1,3})?: (.{0,512}?))?(?: \[preauth\])?$/s;
const tooMany =
  /^(?:error: )?maximum authentication attempts exceeded for (invalid user )?(.{0,512}) from (\S{1,255}) port (\d{1,5})/s;
const notAllowed = /^User (.{0,512}) from (\S{1,255}) not allowed because (.{1,512})$/s;
const listening = /^Server listening on (\S{1,255}) port (\d{1,5})/;
const negotiation = /^Unable to negotiate with (\S{1,255}) port (\d{1,5}): (.{1,512}?)(?: \[preauth\])?$/s;
const noIdentification =
  /^(?:error: )?(?:Did not receive identification string from|kex_exchange_identification|banner exchange: Connection from) ?(\S{0,255})(?: port (\d{1,5}))?/;

/** Reads the lines that sshd writes most; undefined where it is another. */
export function readSshd(message: string, write: Quote): WrittenMessage | undefined {
  switch (message.charCodeAt(0)) {
    case 65: // Accepted
    case 70: // Failed
    case 80: // Postponed, Partial
      return readLogin(message, write);
    case 73: // Invalid, Illegal
      return readInvalidUser(message, write);
    case 67: // Connection
    case 68: // Disconnected, Disconnecting
    case 82: // Received
    case 84: // Timeout
      return readEnd(message, write);
    case 112: // pam_unix
      return readPamSession(message, write);
    default:
      return undefined;
  }
}

const loginEvent = ',"category":["authentication"],"type":["start"],"action":"ssh_login"';
const loginEvents: Readonly<Record<string, string>> = {
  Accepted: `${loginEvent},"outcome":"success"`,
  Failed: `${loginEvent},"outcome":"failure"`,
};
const pendingEvent = ',"category":["authentication"],"type":["info"],"action":"ssh_login_pending"';
// Not `ssh_login`: sshd also writes a Failed line for each try, and a guess must count once.
const invalidUserEvent =
  ',"category":["authentication"],"type":["info"],"action":"ssh_invalid_user","outcome":"failure"';
const endEvent = ',"category":["session"],"type":["end"],"action":"ssh_disconnect"';

function readLogin(message: string, write: Quote): WrittenMessage | undefined {
  const match = login.exec(message);
  if (match === null) return undefined;
  const [, verb = '', method = '', invalid, user, from = '', port, key] = match;
  const flag = invalid === undefined ? '' : ',"invalid_user":true';
  const sshd = `,"sshd":{"method":${write(method)}${flag}${member('key', key, write)}}`;
  return attempt(loginEvents[verb] ?? pendingEvent, user, from, port, sshd, write);
}

function readInvalidUser(message: string, write: Quote): WrittenMessage | undefined {
  const match = invalidUser.exec(message);
  if (match === null) return undefined;
  return attempt(
    invalidUserEvent,
    match[1],
    match[2] ?? '',
    match[3],
    ',"sshd":{"invalid_user":true}',
    write,
  );
}

function readEnd(message: string, write: Quote): WrittenMessage | undefined {
  const match = ended.exec(message);
  if (match === null) return undefined;
  const [, , state, user, from = '', port, reason] = match;
  const event = reason === undefined || reason === '' ? endEvent : `${endEvent},"reason":${write(reason)}`;
  return attempt(event, user, from, port, state === 'invalid' ? ',"sshd":{"invalid_user":true}' : '', write);
}

function attempt(
  event: string,
  user: string | undefined,
  from: string,
  port: string | undefined,
  sshd: string,
  write: Quote,
): WrittenMessage {
  const name = user === undefined || user === '' ? undefined : write(user);
  const address = ipAddress(from);
  const end = write(address ?? from);
  const users = name === undefined ? '' : `,"user":{"name":${name}}`;
  const ports = port === undefined ? '' : `,"port":${wholeNumber(port)}`;
  const key = address === undefined ? 'domain' : 'ip';
  const members = `${users},"source":{"${key}":${end}${ports}}${sshd}`;
  return address === undefined
    ? { event, members, user: name, domain: end }
    : { event, members, user: name, ip: end };
}

/** The rest of what OpenSSH's sshd (and sshd-session, since 9.8) writes. */
export const parseSshd: ProgramParser = (message, fields) => {
  // `||` ends with the first that knows the message.
  parsePam(message, fields) ||
    parsePamSummary(message, fields) ||
    parseRefusal(message, fields) ||
    parseConnection(message, fields);
  return 'linux.sshd';
};

function parseRefusal(message: string, fields: SyslogFields): boolean {
  const attempts = tooMany.exec(message);
  if (attempts !== null) {
    setEvent(fields, 'authentication', 'info', 'ssh_too_many_attempts', 'failure');
    setEnds(fields, attempts[2], attempts[3], attempts[4]);
    if (attempts[1] !== undefined) fields.sshd = { invalid_user: true };
    return true;
  }
  const refused = notAllowed.exec(message);
  if (refused === null) return false;
  setEvent(fields, 'authentication', 'info', 'ssh_user_not_allowed', 'failure');
  setEnds(fields, refused[1], refused[2]);
  fields.event.reason = refused[3] ?? '';
  return true;
}

function parseConnection(message: string, fields: SyslogFields): boolean {
  const server = listening.exec(message);
  if (server !== null) {
    setEvent(fields, 'process', 'start', 'ssh_listening', 'success');
    fields.server = { address: server[1] ?? '', port: Number(server[2]) };
    return true;
  }
  const failed = negotiation.exec(message);
  if (failed !== null) {
    setEvent(fields, 'network', ['protocol', 'end'], 'ssh_negotiation', 'failure');
    setEnds(fields, undefined, failed[1], failed[2]);
    fields.event.reason = failed[3] ?? '';
    return true;
  }
  const scan = noIdentification.exec(message);
  if (scan === null) return false;
  setEvent(fields, 'network', 'end', 'ssh_no_identification', 'failure');
  setEnds(fields, undefined, scan[1]?.replace(/:$/, ''), scan[2]);
  return true;
}

const setSource = endpoint('source');

function setEnds(fields: SyslogFields, user?: string, from?: string, port?: string): void {
  if (user !== undefined && user !== '') fields.user = { name: user };
  if (from === undefined || from === '') return;
  setSource(fields, from);
  const number = port === undefined ? undefined : parseLong(port);
  if (number !== undefined) objectAt(fields, 'source').port = number;
}
