import { parseKql } from '@tidewatch/query';
import { z } from 'zod';
import { processors } from '../processors/index.ts';
import { fieldPath } from '../processors/processor.ts';

/** KQL over the event under construction. */
export const condition = z.string().superRefine((text, context) => {
  const parsed = parseKql(text);
  if (!parsed.ok) context.addIssue(`is not KQL: ${parsed.error.message}`);
});

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

type StepSchema = z.ZodType<StepFile>;

/** One step as it stands in a file: one processor, or `do`; with what goes for all of them. */
export interface StepFile {
  readonly if?: string;
  readonly do?: readonly StepFile[];
  readonly else?: readonly StepFile[];
  readonly ignore_failure?: boolean;
  readonly on_failure?: readonly StepFile[];
  readonly note?: string;
  /** The processor's configuration, by its name. */
  readonly [processor: string]: unknown;
}

const own = ['if', 'do', 'else', 'ignore_failure', 'on_failure', 'note'];
/** Asked for late: processors with steps inside need the schema of a step. */
const named = () =>
  Object.fromEntries(
    [...processors].map(([name, { config, summary }]) => [name, config.describe(summary).exactOptional()]),
  );

export const stepSchema: StepSchema = z.lazy(() =>
  z
    .strictObject({
      if: condition
        .describe('The step is taken only where this KQL holds of the event so far.')
        .exactOptional(),
      do: z.array(stepSchema).describe('With `if`: steps taken where it holds.').exactOptional(),
      else: z.array(stepSchema).describe('With `if`: steps taken where it does not hold.').exactOptional(),
      ignore_failure: z.boolean().describe('Where the step fails, the next one goes on.').exactOptional(),
      on_failure: z
        .array(stepSchema)
        .describe('Where the step fails, these are taken instead.')
        .exactOptional(),
      note: z.string().describe('For readers.').exactOptional(),
      ...named(),
    })
    .superRefine((step, context) => {
      const given = Object.keys(step).filter((key) => !own.includes(key));
      if (given.length + (step.do === undefined ? 0 : 1) !== 1)
        context.addIssue('names one processor, or has `if` and `do`');
      if (step.if === undefined && (step.do !== undefined || step.else !== undefined))
        context.addIssue('`do` and `else` need `if`');
    }),
) as unknown as StepSchema;

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
