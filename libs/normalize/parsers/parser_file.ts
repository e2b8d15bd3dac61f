import { z } from 'zod';
import { fieldPath } from '../processors/processor.ts';
import { condition, stepSchema } from '../processors/step.ts';

const words = (text: z.ZodType<string>, says: string, ...examples: string[]) =>
  z
    .union([text, z.array(text).min(1)])
    .transform((given) => [given].flat())
    .describe(says)
    .meta({ examples });

/** What is shorter is in too many lines. */
const literal = z.string().min(3, 'has at least three characters');

const match = z
  .strictObject({
    source: words(
      z.string().min(1),
      'Names of inputs’ sources, or data sets that an input names; `*` stands for any text.',
      'fw-*',
    ).exactOptional(),
    path: words(
      z.string().min(1),
      'Files that records were read from, by their paths; `*` stands for any text.',
      '*/conn.log',
    ).exactOptional(),
    program: words(
      z.string().min(1).toLowerCase(),
      'Programs of syslog lines (`app[pid]:`), in either case; the message is parsed.',
      'dhcpd',
    ).exactOptional(),
    starts_with: words(
      literal,
      'Beginnings of the line, or of the message behind a syslog header.',
      'CEF:',
    ).exactOptional(),
    contains: words(
      literal,
      'Texts in the line or message, at least three characters.',
      '%ASA-',
    ).exactOptional(),
    fields: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .describe('Members that a JSON document has: with this value, or with any where it is `null`.')
      .meta({ examples: [{ kind: 'Event', apiVersion: 'audit.k8s.io/v1' }] })
      .exactOptional(),
  })
  .refine(
    (given) => Object.keys(given).length > 0,
    'needs at least one of source, path, program, starts_with, contains, fields',
  );

const head = {
  name: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z\d_]*(?:\.[a-z\d_]+)*$/, 'is lower case letters, digits, _ and dots, e.g. nginx.error')
    .describe('The data set of its events (`event.dataset`); what stands before the dot is the module.'),
  title: z.string().describe('What it parses, for people.'),
  description: z
    .string()
    .describe('What is worth knowing: versions, settings of the source.')
    .exactOptional(),
  references: z.array(z.string()).describe('Where the format is documented.').exactOptional(),
  native: z
    .literal(true)
    .describe('It is compiled into Tidewatch, which finds its records itself.')
    .exactOptional(),
  match: z
    .union([match, z.array(match).min(1)])
    .transform((given) => [given].flat())
    .describe(
      'Which records it is offered: all that is given of one entry must hold, of several entries any one.',
    )
    .exactOptional(),
  filter: condition
    .describe('KQL that must hold beside `match`: of the document, or of `message` for text.')
    .exactOptional(),
  namespace: fieldPath
    .describe(
      'Where a JSON document stands before the first processor. Default: the name’s part before the dot.',
    )
    .exactOptional(),
};

/** What tells which records a parser takes, without what it does to them. */
export const parserHead = z.object(head);

/** A parser file, YAML or JSON. */
export const parserFile = z
  .strictObject({
    ...head,
    processors: z.array(stepSchema).describe('What is done, one after the other.').default([]),
  })
  .superRefine((parser, context) => {
    if (parser.native === true) return;
    if (parser.match === undefined) context.addIssue('needs `match`: which records it is offered');
    if (parser.processors.length === 0) context.addIssue('needs `processors`');
  });

/** The JSON Schema of a parser file as its author writes it, before defaults. */
export const parserJsonSchema = (): unknown => z.toJSONSchema(parserFile, { io: 'input' });

export type ParserFile = z.output<typeof parserFile>;
export type Match = z.output<typeof match>;
