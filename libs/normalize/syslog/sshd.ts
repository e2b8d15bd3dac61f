import type { JsonObject } from '@tidewatch/event';
import { endpoint, objectAt, parseLong } from '../setters.ts';
import { parsePam, parsePamSummary } from './pam.ts';
import { type ProgramParser, type SyslogFields, setEvent } from './program.ts';

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
const negotiation = /^Unable to negotiate with (\S{1,255}) port (\d{1,5}): (.{1,512})$/s;
const noIdentification =
  /^(?:error: )?(?:Did not receive identification string from|kex_exchange_identification|banner exchange: Connection from) ?(\S{0,255})(?: port (\d{1,5}))?/;

/** OpenSSH's sshd (and sshd-session, since 9.8). */
export const parseSshd: ProgramParser = (message, fields) => {
  parse(message, fields);
  return 'linux.sshd';
};

function parse(message: string, fields: SyslogFields): boolean {
  switch (message.charCodeAt(0)) {
    case 65: // Accepted
    case 70: // Failed
    case 80: // Postponed, Partial, PAM
      return parseLogin(message, fields) || parsePamSummary(message, fields);
    case 73: // Invalid, Illegal
      return parseInvalidUser(message, fields);
    case 67: // Connection
    case 68: // Disconnected, Disconnecting, Did not receive
    case 82: // Received
    case 84: // Timeout
      return parseEnd(message, fields) || parseConnection(message, fields);
    case 112: // pam_unix
      return parsePam(message, fields);
    default:
      return (
        parsePamSummary(message, fields) || parseRefusal(message, fields) || parseConnection(message, fields)
      );
  }
}

function parseLogin(message: string, fields: SyslogFields): boolean {
  const match = login.exec(message);
  if (match === null) return false;
  const [, verb, method = '', invalid, user = '', from = '', port, key] = match;
  const isDecided = verb === 'Accepted' || verb === 'Failed';
  if (!isDecided) setEvent(fields, 'authentication', 'info', 'ssh_login_pending');
  else setEvent(fields, 'authentication', 'start', 'ssh_login', verb === 'Accepted' ? 'success' : 'failure');
  setEnds(fields, user, from, port);
  const sshd: JsonObject = { method };
  if (invalid !== undefined) sshd.invalid_user = true;
  if (key !== undefined) sshd.key = key;
  fields.sshd = sshd;
  return true;
}

function parseInvalidUser(message: string, fields: SyslogFields): boolean {
  const match = invalidUser.exec(message);
  if (match === null) return false;
  // Not `ssh_login`: sshd also writes a Failed line for each try, and a guess must count once.
  setEvent(fields, 'authentication', 'info', 'ssh_invalid_user', 'failure');
  setEnds(fields, match[1], match[2], match[3]);
  fields.sshd = { invalid_user: true };
  return true;
}

function parseEnd(message: string, fields: SyslogFields): boolean {
  const match = ended.exec(message);
  if (match === null) return false;
  const [, , state, user, from, port, reason] = match;
  setEvent(fields, 'session', 'end', 'ssh_disconnect');
  setEnds(fields, user, from, port);
  if (state === 'invalid') fields.sshd = { invalid_user: true };
  if (reason !== undefined && reason !== '') fields.event.reason = reason;
  return true;
}

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
    setEvent(fields, 'session', 'error', 'ssh_negotiation', 'failure');
    setEnds(fields, undefined, failed[1], failed[2]);
    fields.event.reason = failed[3] ?? '';
    return true;
  }
  const scan = noIdentification.exec(message);
  if (scan === null) return false;
  setEvent(fields, 'session', 'error', 'ssh_no_identification', 'failure');
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
