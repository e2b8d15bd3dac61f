import { z } from 'zod';
import { readHeader } from '../syslog/header.ts';
import { headed } from '../syslog/syslog.ts';
import { defineProcessor, textField } from './processor.ts';
import { failed, fieldReader, mergeFields, textAt } from './work.ts';

/** Reads a syslog header inside a text. */
export const syslog = defineProcessor({
  name: 'syslog',
  summary:
    'Reads the syslog header of a text (RFC 5424, RFC 3164): to `log.syslog.*`, `host`, `process`, the time, and `message` for what follows.',
  config: z.strictObject({ field: textField }),
  examples: [
    {
      title: 'a line in a document',
      config: { field: 'app.line' },
      before: { app: { line: '<38>Nov 21 09:08:01 web1 sshd[4123]: Connection closed' } },
      after: {
        app: { line: '<38>Nov 21 09:08:01 web1 sshd[4123]: Connection closed' },
        message: 'Connection closed',
        log: {
          syslog: {
            priority: 38,
            facility: { code: 4, name: 'auth' },
            severity: { code: 6, name: 'informational' },
            hostname: 'web1',
            appname: 'sshd',
            procid: '4123',
          },
          level: 'informational',
        },
        host: { name: 'web1' },
        process: { name: 'sshd', pid: 4123 },
        '@timestamp': '2026-11-21T09:08:01.000Z',
      },
    },
    { title: 'no header', config: {}, before: { message: 'just words' }, fails: 'pattern_mismatch' },
  ],
  create({ field }) {
    const read = fieldReader(field);
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      const header = readHeader(text, work.context);
      if (header.priority === undefined && header.time === undefined)
        return failed(`pattern_mismatch: ${field} has no syslog header`);
      mergeFields(work.fields, headed(header, work.context));
      if (header.time !== undefined) work.time = header.time;
      return undefined;
    };
  },
});
