import { endpoint, objectAt } from '../setters.ts';
import { member, objectOf, type Quote, quote } from '../written.ts';
import { type SyslogFields, setEvent, type WrittenMessage } from './program.ts';

const module = /^pam_[a-z\d_]{1,32}\(([\w.-]{1,32}):([a-z]{1,16})\): /;
const session =
  /^session (opened|closed) for user ([^\s(]{1,256})(?:\(uid=(\d{1,10})\))?(?: by ([^\s(]{0,256}))?/;
const failure = /^(?:\d{1,4} more )?authentication failures?;(.*)$/s;
const unknownUser = /^check pass; user unknown/;
const changed = /^password changed for (\S{1,256})/;

/** A session that was opened or closed, as JSON: the lines that PAM writes most. Undefined where it is another. */
export function readPamSession(message: string, write: Quote): WrittenMessage | undefined {
  const head = module.exec(message);
  if (head === null) return undefined;
  const match = session.exec(message.slice(head[0].length));
  if (match === null) return undefined;
  const [, service = '', kind = ''] = head;
  const [, state, name = '', id, by] = match;
  const type = state === 'opened' ? 'start' : 'end';
  const user = write(name);
  const who = `,"user":{"name":${user}${member('id', id, write)}}`;
  const pam = `,"pam":{"service":"${service}","kind":"${kind}"${by === '' ? '' : member('by', by, write)}}`;
  return {
    event: `,"category":["session"],"type":["${type}"],"action":"session_${state}","outcome":"success"`,
    members: pam + who,
    user,
  };
}

/** Reads what PAM modules write in the name of any program: `pam_unix(sshd:auth): …`. False where it is not that. */
export function parsePam(message: string, fields: SyslogFields): boolean {
  const written = readPamSession(message, quote);
  if (written !== undefined) {
    Object.assign(fields, objectOf(written.members));
    Object.assign(fields.event, objectOf(written.event));
    return true;
  }
  const head = module.exec(message);
  if (head === null) return false;
  const [, service = '', kind = ''] = head;
  fields.pam = { service, kind };
  return parseBody(message.slice(head[0].length), fields);
}

/** sshd also writes `PAM 2 more authentication failures; …` and `PAM: Authentication failure for …` itself. */
export function parsePamSummary(message: string, fields: SyslogFields): boolean {
  if (message.startsWith('PAM ')) return parseBody(message.slice(4), fields);
  const match = /^(?:error: )?PAM: (.{1,200}?) for (?:illegal user )?(\S{1,256}) from (\S{1,255})$/.exec(
    message,
  );
  if (match === null) return false;
  const [, reason = '', user = '', from = ''] = match;
  setEvent(fields, 'authentication', 'start', 'pam_authentication', 'failure');
  fields.event.reason = reason;
  fields.user = { name: user };
  setSource(fields, from);
  return true;
}

const setSource = endpoint('source');

function parseBody(body: string, fields: SyslogFields): boolean {
  const failed = failure.exec(body);
  if (failed !== null) {
    setEvent(fields, 'authentication', 'start', 'pam_authentication', 'failure');
    setFailure(failed[1] ?? '', fields);
    return true;
  }
  if (unknownUser.test(body)) {
    setEvent(fields, 'authentication', 'start', 'pam_authentication', 'failure');
    fields.event.reason = 'user unknown';
    return true;
  }
  const password = changed.exec(body);
  if (password === null) return false;
  setEvent(fields, 'iam', ['user', 'change'], 'password_changed', 'success');
  fields.user = { target: { name: password[1] ?? '' } };
  return true;
}

const pairs = / (user|ruser|rhost|uid)=(\S{1,256})/g;

/** ` logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root` */
function setFailure(rest: string, fields: SyslogFields): void {
  const pam = objectAt(fields, 'pam');
  for (const [, key, value = ''] of rest.matchAll(pairs)) {
    if (key === 'user') fields.user = { name: value };
    else if (key === 'rhost') setSource(fields, value);
    else pam[key === 'uid' ? 'uid' : 'remote_user'] = value;
  }
}
