import { parseRuleFile } from '../parse.ts';
import type { Pattern } from '../pattern.ts';
import { deferring } from '../placeholder.ts';
import type { RejectedRule, Selection, SigmaRule } from '../rule.ts';
import { applyPipelines, type ProcessedRules } from './apply.ts';
import { type Pipeline, parsePipeline } from './pipeline.ts';
import { shownText } from './texts.ts';

const indent = (text: string, by: number): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n');

/** For tests: a pipeline of one transformation, or of what `transformations` lists. */
export function pipelineOf(body: string, head = ''): Pipeline {
  const list = body.trim().startsWith('-') ? body.trim() : `- ${indent(body, 2).trim()}`;
  const parsed = parsePipeline(`${head}transformations:\n${indent(list, 2)}\n`, 'pipeline.yml');
  if (!parsed.ok) throw new Error(`${parsed.rejected.line}: ${parsed.rejected.reason}`);
  return parsed.pipeline;
}

/** For tests: why a pipeline is refused. */
export function refusalOf(source: string): RejectedRule {
  const parsed = parsePipeline(source, 'pipeline.yml');
  if (parsed.ok) throw new Error('it is not refused');
  return parsed.rejected;
}

/** For tests: a rule with these items in its selection `s`. */
export const ruleOf = (items: string, head = '', condition = 's'): string =>
  `title: A rule\nid: rule-1\n${head}${head.includes('logsource') ? '' : 'logsource: { product: windows, category: process_creation }\n'}detection:\n  s:\n${indent(items, 4)}\n  condition: ${condition}\n`;

/** For tests: what comes of the rules of a file, placeholders waiting for the pipelines. */
export function processed(source: string, ...pipelines: readonly Pipeline[]): ProcessedRules {
  const { rules, correlations, rejected } = parseRuleFile(source, 'rule.yml', deferring(new Map()));
  if (rejected.length > 0) throw new Error(rejected.map(({ reason }) => reason).join('\n'));
  return applyPipelines({ rules, correlations, pipelines });
}

/** For tests: the selections of the only rule, in short; a rejection as `code:line reason`. */
export function shown({ rules: [rule], rejected }: ProcessedRules): string {
  if (rule === undefined)
    return rejected.map(({ code, line, reason }) => `${code}:${line} ${reason}`).join('\n');
  return [...rule.detection.selections].map(([name, each]) => `${name}: ${inShort(each)}`).join('; ');
}

/** For tests: the condition of the only rule. */
export const conditionOf = ({ rules: [rule] }: ProcessedRules): string | undefined =>
  (rule as SigmaRule | undefined)?.detection.conditionText;

function inShort(selection: Selection): string {
  if (selection.kind !== 'item')
    return `(${selection.of.map(inShort).join(selection.kind === 'and' ? ' and ' : ' or ')})`;
  const values = selection.values.map(({ pattern }) => patternInShort(pattern));
  return `${selection.field ?? '*'}=${values.join(',')}`;
}

function patternInShort(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'text':
      return `<${shownText(pattern.tokens)}>`;
    case 'any':
      return `{${pattern.patterns.map(patternInShort).join(' ')}}`;
    case 'fieldref':
      return `->${pattern.field}`;
    case 'regex':
      return `/${pattern.source}/${pattern.flags}`;
    case 'compare':
      return `${pattern.operator} ${pattern.number}`;
    default:
      return pattern.kind;
  }
}
