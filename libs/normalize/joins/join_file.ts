import { z } from 'zod';
import { oneOrMore } from '../processors/processor.ts';
import { type StepFile, stepSchema } from '../processors/step.ts';

/** What a join may do: complete events, never end them, hand them on or read their text again. */
const allowed = new Set([
  ...['remember', 'recall', 'forget', 'set', 'copy', 'move', 'remove', 'append', 'convert', 'lower', 'upper'],
  ...[
    'trim',
    'template',
    'concat',
    'labels',
    'lookup',
    'list',
    'cidr',
    'split',
    'join',
    'replace',
    'calculate',
  ],
]);
const around = new Set(['if', 'do', 'else', 'ignore_failure', 'on_failure', 'note']);

/** The first processor among steps that joins may not have. */
function refused(steps: readonly StepFile[]): string | undefined {
  for (const step of steps) {
    const name = Object.keys(step).find((key) => !around.has(key) && !allowed.has(key));
    const inside = name ?? refused([...(step.do ?? []), ...(step.else ?? []), ...(step.on_failure ?? [])]);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** A file of joins, YAML or JSON: what events of any parser are completed with. */
export const joinFile = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(/^[a-z][a-z\d_]*$/, 'is lower case letters, digits and _, e.g. windows_logons')
    .describe('Its name.'),
  title: z.string().describe('What is joined, for people.'),
  description: z.string().describe('What is worth knowing.').exactOptional(),
  joins: z
    .array(
      z.strictObject({
        dataset: oneOrMore(z.string()).describe(
          'Data sets whose events take the steps; no others cost anything.',
        ),
        code: oneOrMore(z.string()).describe('Only events with one of these `event.code`.').exactOptional(),
        steps: z
          .array(stepSchema)
          .min(1)
          .superRefine((steps, context) => {
            const name = refused(steps);
            if (name !== undefined)
              context.addIssue(`${name} does not stand in joins, where there are ${[...allowed].join(', ')}`);
          })
          .describe('What is done, one after the other; where a step fails, the next one goes on.'),
      }),
    )
    .min(1)
    .describe('What is done with which events, in order.'),
});

export type JoinFile = z.output<typeof joinFile>;

/** Says what stands in a file of joins, for editors. */
export const joinJsonSchema = (): unknown => z.toJSONSchema(joinFile, { io: 'input' });
