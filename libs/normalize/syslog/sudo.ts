import type { JsonObject } from '@tidewatch/event';
import { objectAt } from '../setters.ts';
import { parsePam } from './pam.ts';
import { type ProgramParser, type SyslogFields, setEvent } from './program.ts';

/**
 * sudo's own line (sudoers(5), "Log format"): `alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls`,
 * with a reason in front of TTY where the command was refused.
 */
export const parseSudo: ProgramParser = (message, fields) => {
  if (!parsePam(message, fields)) parseCommand(message, fields);
  return 'linux.sudo';
};

function parseCommand(message: string, fields: SyslogFields): void {
  const head = / *(\S{1,256}) : /y;
  const match = head.exec(message);
  if (match === null) return;
  const body = message.slice(match[0].length);
  // The command is last, and may itself hold ` ; USER=`: what stands before it is sudo's.
  const at = body.indexOf('COMMAND=');
  const parts = (at < 0 ? body : body.slice(0, at)).split(' ; ');
  const values = new Map<string, string>();
  const reasons: string[] = [];
  for (const part of parts) {
    const pair = /^([A-Z]{1,16})=(.*)$/s.exec(part);
    if (pair === null) reasons.push(part.trim());
    else values.set(pair[1] ?? '', (pair[2] ?? '').trimEnd());
  }
  const reason = reasons.filter((text) => text !== '').join('; ');
  if (at < 0 && values.size === 0) return;

  setEvent(fields, 'process', 'start', 'sudo_command', reason === '' ? 'success' : 'failure');
  if (reason !== '') fields.event.reason = reason;
  const user: JsonObject = { name: match[1] ?? '' };
  const runAs = values.get('USER');
  if (runAs !== undefined) user.effective = { name: runAs };
  fields.user = user;
  setProcess(fields, at < 0 ? undefined : body.slice(at + 8), values);
}

function setProcess(
  fields: SyslogFields,
  command: string | undefined,
  values: ReadonlyMap<string, string>,
): void {
  const process = objectAt(fields, 'process');
  if (command !== undefined) process.command_line = command;
  const directory = values.get('PWD');
  if (directory !== undefined && directory !== 'unknown') process.working_directory = directory;
  const sudo: JsonObject = {};
  const terminal = values.get('TTY');
  if (terminal !== undefined) sudo.tty = terminal;
  const environment = values.get('ENV');
  if (environment !== undefined) sudo.environment = environment;
  if (terminal !== undefined || environment !== undefined) fields.sudo = sudo;
  const group = values.get('GROUP');
  if (group !== undefined) fields.group = { name: group };
}
