import { z } from 'zod';
import { groupNames, groupPath, linearRegex, regexIssue } from './linear_regex.ts';
import { defineProcessor, fieldPath, oneOrMore, textField } from './processor.ts';
import { failed, fieldReader, isNoValue, textAt, workWriter } from './work.ts';

const pattern = z
  .string()
  .superRefine((text, context) => {
    const issue = regexIssue(text) ?? namesIssue(text);
    if (issue !== undefined) context.addIssue(issue);
  })
  .describe(
    'JavaScript’s regular expressions with named groups; `__` in a name stands for a dot. No look-around, no back-references.',
  )
  .meta({ examples: ['^(?<user__name>\\w+) from (?<source__ip>[\\d.]+)$'] });

function namesIssue(text: string): string | undefined {
  const names = groupNames(text).filter((name) => name !== undefined);
  if (names.length === 0) return 'names no field: (?<source__ip>…)';
  const wrong = names.find((name) => !fieldPath.safeParse(groupPath(name)).success);
  return wrong === undefined ? undefined : `the group ${wrong} is not a path of a field`;
}

/** Takes parts of a text by regular expressions. */
export const regex = defineProcessor({
  name: 'regex',
  summary: 'Takes the named groups of a regular expression as fields, in time linear to the text.',
  config: z.union([
    pattern,
    z.strictObject({
      field: textField,
      pattern: oneOrMore(pattern).describe('A pattern, or several: the first that fits.'),
    }),
  ]),
  examples: [
    {
      title: 'parts of a text',
      config: '(?<user__name>\\w+) logged in(?: from (?<source__ip>[\\d.]+))?',
      before: { message: 'at ten alice logged in from 192.0.2.7' },
      after: {
        message: 'at ten alice logged in from 192.0.2.7',
        user: { name: 'alice' },
        source: { ip: '192.0.2.7' },
      },
    },
    {
      title: 'a text of another shape',
      config: { field: 'event.reason', pattern: ['^code (?<event__code>\\d+)', '^(?<event__code>\\d+):'] },
      before: { event: { reason: 'none' } },
      fails: 'pattern_mismatch',
    },
  ],
  create(config) {
    const { field, pattern: given } =
      typeof config === 'string' ? { field: 'message', pattern: [config] } : config;
    const read = fieldReader(field);
    const patterns = given.map((source) => ({
      regex: linearRegex(source),
      writers: groupNames(source).map((name) =>
        name === undefined ? undefined : workWriter(groupPath(name)),
      ),
    }));
    return (work) => {
      const text = textAt(read, work);
      if (text === undefined) return failed(`field_missing: ${field}`);
      for (const { regex, writers } of patterns) {
        const match = regex.exec(text);
        if (match === null) continue;
        for (let i = 0; i < writers.length; i++) {
          const value = match[i + 1];
          if (value !== undefined && !isNoValue(value)) writers[i]?.(work, value);
        }
        return undefined;
      }
      return failed(`pattern_mismatch: ${field} has another shape`);
    };
  },
});
