import { parsePam } from './pam.ts';
import { type ProgramParser, type SyslogFields, setEvent } from './program.ts';

const unitSuffix = /\.(?:service|socket|target|timer|mount|scope|slice|path|device|swap)$/;
/** `Started nginx.service - A web server.`, and without the unit before systemd 250: `Started A web server.` */
const job =
  /^(Started|Starting|Stopped|Stopping|Reloaded|Reloading|Finished|Reached target|Failed to start) (.{1,512}?)\.?$/s;
const state =
  /^(\S{1,256}?): (Main process exited|Failed with result|Deactivated successfully|Succeeded|Scheduled restart job)(.{0,512})$/s;
const session =
  /^(?:New session '?([\w-]{1,64})'? of user '?([^\s'.]{1,256})'?|(?:Removed session|Session) '?([\w-]{1,64})'?)(.{0,200})/s;

const types: Readonly<Record<string, string>> = {
  Started: 'start',
  Starting: 'start',
  Stopped: 'end',
  Stopping: 'end',
  Reloaded: 'change',
  Reloading: 'change',
  Finished: 'end',
  'Reached target': 'info',
  'Failed to start': 'start',
};

const stateActions: Readonly<Record<string, string>> = {
  'Main process exited': 'unit_process_exited',
  'Failed with result': 'unit_failed',
  'Deactivated successfully': 'unit_succeeded',
  Succeeded: 'unit_succeeded',
  'Scheduled restart job': 'unit_restart_scheduled',
};

/** systemd's unit messages and systemd-logind's sessions. */
export const parseSystemd: ProgramParser = (message, fields) => {
  if (!parsePam(message, fields) && !parseUnit(message, fields)) parseSession(message, fields);
  return 'linux.systemd';
};

function parseUnit(message: string, fields: SyslogFields): boolean {
  const started = job.exec(message);
  if (started !== null) {
    const [, verb = '', what = ''] = started;
    const failed = verb === 'Failed to start';
    const action = failed ? 'unit_start' : `unit_${verb.toLowerCase().replace(' ', '_')}`;
    setEvent(fields, 'process', types[verb] ?? 'info', action, failed ? 'failure' : 'success');
    fields.service = { name: unitOf(what) };
    return true;
  }
  const changed = state.exec(message);
  if (changed === null) return false;
  const [, unit = '', what = '', detail = ''] = changed;
  const failed = what.startsWith('Failed') || (what.startsWith('Main') && !detail.includes('status=0'));
  const type = what.startsWith('Scheduled') ? 'info' : 'end';
  setEvent(fields, 'process', type, stateActions[what] ?? 'unit_changed', failed ? 'failure' : 'success');
  fields.service = { name: unit };
  if (failed) fields.event.reason = (what + detail).replace(/\.$/, '');
  return true;
}

function unitOf(what: string): string {
  const dash = what.indexOf(' - ');
  const first = dash < 0 ? what : what.slice(0, dash);
  return unitSuffix.test(first) ? first : what;
}

function parseSession(message: string, fields: SyslogFields): void {
  const match = session.exec(message);
  if (match === null) return;
  const [, opened, user, closed, detail = ''] = match;
  if (opened !== undefined) setEvent(fields, 'session', 'start', 'session_opened', 'success');
  else if (message.startsWith('Removed') || detail.includes('logged out'))
    setEvent(fields, 'session', 'end', 'session_closed');
  else return;
  if (user !== undefined) fields.user = { name: user };
  fields.systemd = { session: opened ?? closed ?? '' };
}
