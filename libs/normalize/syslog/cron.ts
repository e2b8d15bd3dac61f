import { objectAt } from '../setters.ts';
import { parsePam } from './pam.ts';
import { type ProgramParser, setEvent } from './program.ts';

const line = /^\((\S{1,256})\) ([A-Za-z][A-Za-z ]{0,30}?) \((.*)\)$/s;

/** `(root) CMD (run-parts /etc/cron.hourly)`, `(alice) REPLACE (alice)`; also anacron's and crontab's lines. */
export const parseCron: ProgramParser = (message, fields) => {
  if (parsePam(message, fields)) return 'linux.cron';
  const match = line.exec(message);
  if (match === null) return 'linux.cron';
  const [, name = '', verb = '', rest = ''] = match;
  if (verb === 'CMD') {
    setEvent(fields, 'process', 'start', 'cron_command', 'success');
    fields.user = { name };
    objectAt(fields, 'process').command_line = rest.trim();
  } else if (
    verb === 'REPLACE' ||
    verb === 'DELETE' ||
    verb === 'RELOAD' ||
    verb === 'BEGIN EDIT' ||
    verb === 'END EDIT'
  ) {
    const type = verb === 'REPLACE' ? 'change' : verb === 'DELETE' ? 'deletion' : 'info';
    setEvent(fields, 'configuration', type, `cron_${verb.toLowerCase().replace(' ', '_')}`);
    fields.user = { name, target: { name: rest.replace(/^crontabs\//, '') } };
  } else if (verb === 'LIST') {
    setEvent(fields, 'configuration', 'access', 'cron_list');
    fields.user = { name, target: { name: rest } };
  }
  return 'linux.cron';
};
