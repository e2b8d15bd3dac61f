import type { Json } from '@tidewatch/event';
import { z } from 'zod';
import { grokNames } from './grok_names.ts';
import { compileGrok, type GrokCapture, type GrokType } from './grok_pattern.ts';
import { linearRegex } from './linear_regex.ts';
import { defineProcessor, oneOrMore, textField } from './processor.ts';
import { failed, fieldReader, isNoValue, textAt, type Work, workWriter } from './work.ts';

const pattern = z
  .string()
  .describe(
    'A regular expression with `%{NAME:field}` or `%{NAME:field:int}` for parts; types are int, long, float, double, boolean. Anchored only where `^` and `$` say so.',
  )
  .meta({ examples: ['^%{IP:source.ip} %{WORD:http.request.method} %{NUMBER:http.response.bytes:int}$'] });

const settings = z.strictObject({
  field: textField,
  patterns: z.array(pattern).min(1).describe('The first that fits is taken.'),
  definitions: z
    .record(z.string().regex(/^\w+$/), z.string())
    .describe(
      `Names of one’s own, and what they stand for; they go before those that are known: ${Object.keys(grokNames).join(' ')}.`,
    )
    .default({}),
});

const given = z.union([
  oneOrMore(pattern).transform((patterns) => ({ field: 'message', patterns, definitions: {} })),
  settings,
]);

/** Takes parts of a text by named regular expressions. */
export const grok = defineProcessor({
  name: 'grok',
  summary: 'Takes parts of a text as fields, by names of expressions; in time linear to the text.',
  config: given.superRefine(({ patterns, definitions }, context) => {
    for (const text of patterns) {
      const compiled = compileGrok(text, definitions);
      if (!compiled.ok) context.addIssue(`“${text}”: ${compiled.issue}`);
    }
  }),
  examples: [
    {
      title: 'names, with types',
      config: '^%{IP:source.ip}:%{INT:source.port:int} %{USER:user.name} %{GREEDYDATA:event.reason}',
      before: { message: '192.0.2.7:4711 alice was refused' },
      after: {
        message: '192.0.2.7:4711 alice was refused',
        source: { ip: '192.0.2.7', port: 4711 },
        user: { name: 'alice' },
        event: { reason: 'was refused' },
      },
    },
    {
      title: 'several patterns, and a name of one’s own',
      config: {
        field: 'event.reason',
        patterns: ['^code %{CODE:event.code}$', '^%{CODE:event.code}: '],
        definitions: { CODE: '[A-Z]+-\\d+' },
      },
      before: { event: { reason: 'AB-12: full' } },
      after: { event: { reason: 'AB-12: full', code: 'AB-12' } },
    },
    {
      title: 'what looks like an address and is none',
      config: '^%{IP:source.ip}$',
      before: { message: '999.0.2.7' },
      fails: 'pattern_mismatch',
    },
  ],
  create({ field, patterns, definitions }) {
    const read = fieldReader(field);
    const compiled = patterns.map((text) => {
      const grok = compileGrok(text, definitions);
      if (!grok.ok) throw new TypeError(grok.issue);
      const writers = grok.captures.map(({ path }) => workWriter(path));
      return { regex: linearRegex(grok.source), captures: grok.captures, writers };
    });
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      for (const { regex, captures, writers } of compiled) {
        const match = regex.exec(text);
        if (match !== null && take(match, captures, writers, work)) return undefined;
      }
      return failed(`pattern_mismatch: ${field} has another shape`);
    };
  },
});

function take(
  match: RegExpExecArray,
  captures: readonly GrokCapture[],
  writers: readonly ((work: Work, value: Json) => void)[],
  work: Work,
): boolean {
  for (const { group, holds } of captures) {
    const text = match[group];
    if (text !== undefined && !holds(text)) return false;
  }
  for (let i = 0; i < captures.length; i++) {
    const { group, type } = captures[i] as GrokCapture;
    const text = match[group];
    if (text !== undefined && !isNoValue(text)) writers[i]?.(work, typed(text, type));
  }
  return true;
}

/** What is not of the type stays text, for the envelope to judge. */
function typed(text: string, type: GrokType): Json {
  if (type === 'string') return text;
  if (type === 'boolean') return /^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
  const number = Number(text);
  if (type === 'int' || type === 'long') return Number.isSafeInteger(number) ? number : text;
  return Number.isFinite(number) ? number : text;
}
