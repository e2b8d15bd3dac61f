import { isHostileKey, type JsonObject } from '@tidewatch/event';
import { z } from 'zod';
import type { Enrichers } from '../enrich/enrichers.ts';
import type { Memory } from './memory.ts';
import type { Noise } from './noise.ts';
import type { StepFile } from './step.ts';
import type { Step } from './work.ts';

/** What a processor does to an event, shown in the docs and run as a test. */
export interface Example {
  readonly title: string;
  readonly config: unknown;
  /** Fields before; `message` is the text of the record. */
  readonly before: JsonObject;
  /** Fields after, with `@timestamp` where the processor sets the time. */
  readonly after?: JsonObject;
  /** Where it fails: the reason's beginning. */
  readonly fails?: string;
  /** Where it ends the record. */
  readonly ends?: 'done' | 'dropped' | 'dead_letter';
}

/** What a processor is made with. */
export interface Making {
  /** Compiles steps that stand inside a processor's own configuration. */
  readonly steps: (steps: readonly unknown[]) => Step;
  /** What else processors may use: tables, enrichment, other parsers, state. */
  readonly resources: Resources;
}

/** What a process lends its parsers. Each may be missing: in `tidewatch parse` there is no stream of events. */
export interface Resources {
  /** Folder that relative paths of a parser's files start from. */
  readonly folder: string;
  /** Streams that events may be redirected to; absent where nobody knows. */
  readonly streams?: readonly string[];
  /** The parser's name; absent where steps stand by themselves. */
  readonly parser?: string;
  /** What is known of values beside events; absent where nothing is loaded, and processors that ask find nothing. */
  readonly enrichers?: Enrichers;
  /** What `remember` and `recall` share. */
  readonly memory?: Memory;
  /** What noise processors share with the process. */
  readonly noise?: Noise;
  /** Sees what each step does; only where somebody wants to know. */
  readonly watch?: Watch;
}

/** Sees the steps of parsers that are compiled with it. */
export interface Watch {
  /** Stands around one step, without its condition and what is done where it fails. */
  readonly taken: (file: StepFile, step: Step) => Step;
  /** A step whose condition does not hold. */
  readonly skipped: (file: StepFile) => undefined;
}

/** One kind of step in parser files: a file of its own in this folder. */
export interface Processor<Schema extends z.ZodType = z.ZodType> {
  /** The key in parser files. */
  readonly name: string;
  /** One sentence for the reference docs. */
  readonly summary: string;
  /** Every key has a description. What a pattern can be wrong in, the schema says. */
  readonly config: Schema;
  readonly examples: readonly Example[];
  readonly create: (config: z.output<Schema>, making: Making) => Step;
}

/** Defines a processor, with its configuration's type taken from its schema. */
export function defineProcessor<Schema extends z.ZodType>(processor: Processor<Schema>): Processor<Schema> {
  return processor;
}

/** A field's path, e.g. `source.ip`. */
export const fieldPath = z
  .string()
  .max(256)
  .regex(/^[@A-Za-z_][\w@-]*(?:\.[\w@/:-]+)*$/, 'is not a path of a field such as source.ip')
  .refine((path) => path.split('.').every((key) => !isHostileKey(key)), 'is not a name for a field');

/** One or several. */
export const oneOrMore = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema, z.array(schema).min(1)]).transform((given) => [given].flat() as z.output<Schema>[]);

/** The field that a processor of texts reads. */
export const textField = fieldPath.describe('What is read.').default('message');

/** Paths by path: from, to. */
export const pathPairs = (says: string, ...examples: Record<string, string>[]) =>
  z.record(fieldPath, fieldPath).describe(says).meta({ examples });

/** One path or several. */
export const paths = (says: string) => oneOrMore(fieldPath).describe(says);

/** A reason that is counted. */
export const reasonCode = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z\d_]*$/, 'is lower case letters, digits and _, e.g. health_check');
