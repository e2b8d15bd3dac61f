import type { JsonObject } from '@tidewatch/event';
import { createSigmaEngine, type SigmaEngine } from './engine.ts';
import { parseRuleFile } from './parse.ts';
import type { Placeholders } from './placeholder.ts';

/** For tests: a rule for any log source with this detection, as indented YAML. */
export const ruleWith = (detection: string, head = ''): string =>
  `title: A rule\nid: rule-1\nlogsource:\n  product: any\n${head}detection:\n${detection.replace(/^\n/, '')}\n`;

/** For tests: an engine of one file; a rejection fails the test with its reason. */
export function engineOf(source: string, placeholders: Placeholders = new Map()): SigmaEngine {
  const { rules, rejected } = parseRuleFile(source, 'rule.yml', placeholders);
  if (rejected.length > 0) throw new Error(rejected.map(({ reason }) => reason).join('\n'));
  return createSigmaEngine(rules, {
    onFault: (_, error) => {
      throw error;
    },
  });
}

/** For tests: whether a selection of these items matches the event, by index and by full scan alike. */
export function matches(items: string, event: JsonObject, placeholders: Placeholders = new Map()): boolean {
  const indented = items
    .trim()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  const engine = engineOf(ruleWith(`  selection:\n${indented}\n  condition: selection`), placeholders);
  const found = engine.evaluate(event).length === 1;
  if (found !== (engine.scan(event).length === 1)) throw new Error('the index and the full scan differ');
  return found;
}
