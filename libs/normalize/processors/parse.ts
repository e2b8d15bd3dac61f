import { isObject, type Json, type Outcome } from '@tidewatch/event';
import { z } from 'zod';
import { parseKnownDocument, parseKnownText } from '../document.ts';
import { type Draft, maxDepth, type ParseContext, withFields } from '../draft.ts';
import { defineProcessor, fieldPath } from './processor.ts';
import { copyOf, failed, fieldReader, mergeFields, type StepResult, takeField, type Work } from './work.ts';

/** Hands on to other parsers. */
export const parse = defineProcessor({
  name: 'parse',
  summary:
    'Offers a line or document inside the record to all parsers, and takes over what one of them makes of it, data set and time included.',
  config: z.strictObject({
    field: fieldPath.describe('The line as text, or a document as text or object.'),
    keep: z.boolean().describe('Whether the field stays once it was parsed.').default(false),
  }),
  examples: [
    {
      title: 'a line in a container’s document',
      config: { field: 'docker.log' },
      before: {
        docker: { log: '<38>Nov 21 09:08:01 web1 app[7]: started', stream: 'stdout' },
      },
      after: {
        docker: { stream: 'stdout' },
        message: 'started',
        log: {
          syslog: {
            priority: 38,
            facility: { code: 4, name: 'auth' },
            severity: { code: 6, name: 'informational' },
            hostname: 'web1',
            appname: 'app',
            procid: '7',
          },
          level: 'informational',
        },
        host: { name: 'web1' },
        process: { name: 'app', pid: 7 },
        event: {},
        '@timestamp': '2026-11-21T09:08:01.000Z',
      },
    },
    { title: 'nobody’s line', config: { field: 'a' }, before: { a: 'just words' }, fails: 'no_parser' },
  ],
  create({ field, keep }) {
    const read = fieldReader(field);
    const keys = field.split('.');
    return (work) => {
      const value = read(work.fields);
      if (value === undefined || value === null || value === '') return failed(`field_missing: ${field}`);
      if (work.depth >= maxDepth) return failed('too_deep: parsers hand on to one another');
      // Path and peer are those of the record around it.
      const { dataset } = work.context.hints;
      const context: ParseContext = {
        ...work.context,
        hints: dataset === undefined ? {} : { dataset },
        depth: work.depth + 1,
      };
      const outcome = offered(value, context);
      if (outcome === undefined) return failed(`no_parser: nobody claims ${field}`);
      if (outcome.status === 'dropped' || outcome.status === 'dead_letter') return outcome;
      if (!keep) takeField(work.fields, keys);
      if (outcome.status === 'redirected') work.stream = outcome.stream;
      return take(outcome.value, work);
    };
  },
});

function offered(value: Json, context: ParseContext): Outcome<Draft> | undefined {
  if (isObject(value)) return parseKnownDocument({ value: copyOf(value), dotted: true }, context);
  return typeof value === 'string' ? parseKnownText(value, context) : undefined;
}

function take(draft: Draft, work: Work): StepResult {
  const { dataset, time, created, tags, fields } = withFields(draft);
  mergeFields(work.fields, fields);
  work.dataset = dataset;
  if (time !== undefined) work.time = time;
  if (created !== undefined) work.created = created;
  if (tags?.includes('parser_failed') === true) {
    const { error } = fields;
    return failed(isObject(error) ? String(error.message) : `parser_failed: ${dataset}`);
  }
  return undefined;
}
