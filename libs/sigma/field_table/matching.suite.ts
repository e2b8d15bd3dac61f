import type { JsonObject } from '@tidewatch/event';
import { expect } from 'vitest';
import { createSigmaEngine } from '../engine.ts';
import { parseRuleFile } from '../parse.ts';

/** Whether a rule of a log source with one selection, both as YAML, matches an event. */
export const matches = (logsource: string, selection: string, event: JsonObject): boolean => {
  const text = `title: T\nlogsource: {${logsource}}\ndetection:\n  s: {${selection}}\n  condition: s\n`;
  const { rules, rejected } = parseRuleFile(text, 'r.yml');
  expect(rejected).toEqual([]);
  return createSigmaEngine(rules).evaluate(event).length === 1;
};

/** An event of a data set. */
export const of = (dataset: string, fields: JsonObject, event: JsonObject = {}): JsonObject => ({
  ...fields,
  event: { dataset, module: dataset.split('.')[0] as string, ...event },
});
