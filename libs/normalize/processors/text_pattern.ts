import { z } from 'zod';
import { linearRegex, regexIssue } from './linear_regex.ts';

const expression = /^\/(.+)\/$/s;

/** What is looked for in a text: the text itself, or `/a regular expression/`. */
export const textPattern = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const source = expression.exec(text)?.[1];
    const issue = source === undefined ? undefined : regexIssue(source);
    if (issue !== undefined) context.addIssue(issue);
  })
  .meta({ examples: [',', '/\\s*;\\s*/'] });

/** How a text is taken apart or changed at all places of a pattern. */
export function compileTextPattern(pattern: string) {
  const source = expression.exec(pattern)?.[1];
  if (source !== undefined) return linearRegex(source, 'g');
  return {
    replace: (text: string, replacement: string) => text.replaceAll(pattern, () => replacement),
    split: (text: string) => text.split(pattern),
  };
}
