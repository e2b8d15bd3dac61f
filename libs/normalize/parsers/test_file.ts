import type { JsonObject } from '@tidewatch/event';
import { z } from 'zod';

const event = z.record(z.string(), z.json());

const test = z
  .strictObject({
    title: z.string().describe('What the record shows.'),
    line: z
      .string()
      .describe('The record as text, as the input gets it; a multi-line one as it is.')
      .exactOptional(),
    document: event.describe('The record as JSON, instead of `line`.').exactOptional(),
    base64: z
      .base64()
      .describe('The record’s bytes, instead of `line`: for what is not text.')
      .exactOptional(),
    source: z.string().describe('Name of the input’s source.').default('test'),
    dataset: z.string().describe('Data set that the input names.').exactOptional(),
    path: z.string().describe('File that the record came from.').exactOptional(),
    header: z
      .string()
      .describe('Lines of the file’s header that the input hands on with the record.')
      .exactOptional(),
    peer: z.string().describe('Address of the sender.').exactOptional(),
    received: z.iso
      .datetime({ offset: true })
      .describe('When the input took it.')
      .default('2026-11-21T09:08:05.250Z'),
    time_zone: z.string().describe('Zone of stamps without one.').default('UTC'),
    event: event
      .describe(
        'The whole event, in nested or dotted names, but for what Tidewatch itself adds: event.id, ingested and original (where it is the line), the data set and its module where it is the parser’s, event.kind where it is `event`, ecs, tidewatch.',
      )
      .exactOptional(),
    dropped: z.string().describe('Instead of `event`: the reason why there is none.').exactOptional(),
    dead_letter: z.string().describe('Instead of `event`: the reason why it is set aside.').exactOptional(),
    stream: z.string().describe('Stream that it is redirected to.').exactOptional(),
  })
  .superRefine((given, context) => {
    const inputs = [given.line, given.document, given.base64].filter((input) => input !== undefined);
    if (inputs.length !== 1) context.addIssue('has one of `line`, `document` and `base64`');
    const outcomes = [given.event, given.dropped, given.dead_letter].filter(
      (outcome) => outcome !== undefined,
    );
    if (outcomes.length > 1) context.addIssue('has one of `event`, `dropped` and `dead_letter`');
  });

/** `NAME.test.yml` beside the parser file `NAME.yml`: records and what becomes of each. */
export const parserTestFile = z.strictObject({
  tests: z.array(test).min(1).describe('Records, each by itself and in order.'),
});

/** The JSON Schema of a test file as its author writes it, before defaults. */
export const parserTestJsonSchema = (): unknown => z.toJSONSchema(parserTestFile, { io: 'input' });

export type ParserTest = z.output<typeof test>;
export type ParserTestFile = z.output<typeof parserTestFile>;

/** What became of one test. */
export interface TestResult {
  readonly title: string;
  /** Nothing differs, and there is nothing to be warned of. */
  readonly passed: boolean;
  /** Where it failed: each field that differs, as `source.ip: expected "192.0.2.7", got nothing`. */
  readonly differences: readonly string[];
  /** What ECS does not allow of `event.category`, `type`, `kind` and `outcome`: no reason to keep people's own parsers back. */
  readonly warnings: readonly string[];
  /** What became of the record, in the form of the file. */
  readonly found: Found;
}

export interface Found {
  readonly event?: JsonObject;
  readonly dropped?: string;
  readonly dead_letter?: string;
  readonly stream?: string;
}
