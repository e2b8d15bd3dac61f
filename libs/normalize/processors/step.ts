import { parseKql } from '@tidewatch/query';
import { z } from 'zod';
import { processors } from './index.ts';

/** KQL over the event under construction. */
export const condition = z.string().superRefine((text, context) => {
  const parsed = parseKql(text);
  if (!parsed.ok) context.addIssue(`is not KQL: ${parsed.error.message}`);
});

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
