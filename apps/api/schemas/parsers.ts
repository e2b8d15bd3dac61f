import { z } from 'zod';

const issue = z.object({
  path: z.string().describe('Dotted; empty for the file as a whole'),
  message: z.string(),
  line: z.number().exactOptional().describe('From 1'),
  column: z.number().exactOptional().describe('From 1'),
});

/** Why a parser is not in force as its file says. */
export const parserFault = z.object({ file: z.string(), issues: z.array(issue) }).meta({ id: 'ParserFault' });

const row = {
  name: z.string().describe('Also the data set of its events'),
  title: z.string(),
  file: z.string(),
  origin: z.enum(['shipped', 'own']).describe('One of your own goes before what ships under its name'),
  native: z.boolean().describe('It is compiled in; its file describes and tests it'),
  records: z
    .number()
    .describe(
      'Records that it took since it came into force; of one that is compiled in, events of its data set',
    ),
  failures: z
    .number()
    .describe('Records of which a processor could not read all; none of one that is compiled in'),
  microseconds: z
    .number()
    .nullable()
    .describe('Time of one record, from samples; null before the first sample'),
  lastFailure: z.string().nullable(),
  tests: z
    .object({ passed: z.number(), failed: z.number() })
    .nullable()
    .describe(
      'When it was last read; null for what ships, which is tested before it ships, and where there are none',
    ),
};

export const parserList = z
  .object({
    parsers: z.array(z.object(row)),
    faults: z.array(parserFault).describe('What was in force before stays'),
    milliseconds: z.number().describe('How long loading them took'),
  })
  .meta({ id: 'ParserList' });

export const parserDetail = z
  .object({ ...row, source: z.string().describe('The file’s text'), faults: z.array(parserFault) })
  .meta({ id: 'ParserDetail' });

const records = {
  text: z.string().max(2_097_152).exactOptional().describe('Lines, each a record'),
  documents: z
    .array(z.record(z.string(), z.unknown()))
    .max(1_000)
    .exactOptional()
    .describe('JSON documents, instead of `text`'),
  source: z.string().max(256).default('test').describe('Name of the input’s source'),
  dataset: z.string().max(256).exactOptional().describe('Data set that the input names'),
};
const parser = z
  .string()
  .min(1)
  .max(1_048_576)
  .describe('YAML of a parser that is tried before those in force');
const oneOf = ({ text, documents }: { text?: string; documents?: unknown }) =>
  (text === undefined) !== (documents === undefined);

export const parseBody = z
  .strictObject({ ...records, parser: parser.exactOptional() })
  .refine(oneOf, 'has one of `text` and `documents`');

const change = z.object({
  field: z.string(),
  before: z.unknown().exactOptional(),
  after: z.unknown().exactOptional(),
});

const step = z.object({
  step: z.string().describe('The processor, or `do` for a group'),
  level: z.number().describe('How many steps it stands in'),
  result: z.enum(['ok', 'skipped', 'failed', 'done', 'dropped', 'dead_letter']),
  reason: z
    .string()
    .exactOptional()
    .describe('Its condition, where that does not hold; or why it failed or ended the record'),
  changes: z.array(change),
});

export const parseTrial = z
  .object({
    records: z.array(
      z.object({
        event: z.record(z.string(), z.unknown()).exactOptional(),
        dropped: z.string().exactOptional().describe('Why there is no event'),
        dead_letter: z.string().exactOptional().describe('Why it would be put aside'),
        message: z.string().exactOptional(),
        stream: z.string().exactOptional().describe('Where it would go instead of the events'),
        parsers: z
          .array(
            z.object({
              parser: z.string(),
              file: z.string(),
              result: z.enum(['ok', 'declined', 'failed', 'dropped', 'dead_letter']),
              reason: z.string().exactOptional(),
              steps: z.array(step),
            }),
          )
          .describe('In the order in which they were asked; none where one that is compiled in took it'),
      }),
    ),
    left: z
      .number()
      .describe('Records that are not in the answer: beyond the first thousand, or beyond 2 MiB of answer'),
  })
  .meta({ id: 'ParseTrial' });

export const parserTestBody = z.strictObject({
  parser,
  tests: z.string().min(1).max(1_048_576).describe('YAML of its tests, as beside parser files'),
});

export const parserTestResult = z
  .object({
    passed: z.number(),
    failed: z.number(),
    tests: z.array(
      z.object({
        title: z.string(),
        passed: z.boolean(),
        differences: z.array(z.string()),
        warnings: z.array(z.string()).describe('What ECS does not allow of the event’s categorisation'),
        found: z
          .record(z.string(), z.unknown())
          .describe('What became of the record, in the form of the file'),
      }),
    ),
    issues: z.array(issue).describe('What is wrong with the tests themselves'),
  })
  .meta({ id: 'ParserTestResult' });

export const suggestBody = z
  .strictObject({
    ...records,
    name: z
      .string()
      .max(100)
      .regex(/^[a-z][a-z\d_]*(?:\.[a-z\d_]+)*$/)
      .default('custom.log')
      .describe('Name that the parser would have'),
    limit: z.number().int().min(1).max(200).default(20),
  })
  .refine(oneOf, 'has one of `text` and `documents`');

const steps = z.record(z.string(), z.unknown());

export const suggestions = z
  .object({
    records: z.number(),
    understood: z.number().describe('By a parser in force'),
    others: z.number().describe('Of no shape, since there are too many'),
    shapes: z.array(
      z.object({
        count: z.number(),
        share: z.number().describe('Of what is not understood, 0 to 1'),
        program: z.string().exactOptional(),
        shape: z.string().describe('With … for what varies'),
        processor: z.enum(['dissect', 'grok', 'kv', 'document']).exactOptional(),
        pattern: z.string().exactOptional(),
        match: steps.describe('`match` of a parser file'),
        steps: z.array(steps).describe('`processors` of a parser file'),
        examples: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'ParserSuggestions' });
