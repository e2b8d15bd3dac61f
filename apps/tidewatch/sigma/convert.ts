import { writeFile } from 'node:fs/promises';
import {
  type Converted,
  convertRule,
  type Refusal,
  type SigmaRule,
  toDsl,
  toLucene,
  toMonitor,
  type Warning,
} from '@tidewatch/sigma';
import { reasonOf, startErrors } from '../errors.ts';
import { loadForCommand } from './rules.ts';

export type ConversionFormat = 'dsl' | 'lucene' | 'monitor';

export interface ConvertOptions {
  readonly format: ConversionFormat;
  readonly placeholders?: string;
  /** Files of processing pipelines. */
  readonly pipeline?: readonly string[];
  /** Pattern of the indices that a monitor searches. */
  readonly index: string;
}

/** What `tidewatch sigma convert` reports, in the order of the rules. */
export interface ConversionReport {
  readonly converted: readonly {
    readonly id: string;
    readonly title: string;
    readonly level: string;
    readonly file: string;
    /** An object for `dsl` and `monitor`, text for `lucene`. */
    readonly query: unknown;
    readonly warnings: readonly Warning[];
  }[];
  readonly refused: readonly Refused[];
}

interface Refused {
  readonly id: string | null;
  readonly title: string | null;
  readonly file: string;
  /** 1-based lines; null where the rule as a whole is meant. */
  readonly problems: readonly {
    readonly code: string;
    readonly line: number | null;
    readonly reason: string;
  }[];
}

/**
 * Converts every rule of the paths. What did not load is refused too: it is no rule to convert.
 *
 * @throws PIPELINE_INVALID
 */
export async function convertRules(
  paths: readonly string[],
  { format, placeholders, pipeline, index }: ConvertOptions,
): Promise<ConversionReport> {
  const { rules, correlations, rejected } = await loadForCommand(paths, placeholders, pipeline);
  const broken = rejected.find(({ file }) => pipeline?.includes(file));
  if (broken !== undefined)
    throw startErrors.PIPELINE_INVALID({ file: broken.file, line: broken.line ?? 1, reason: broken.reason });
  const converted: ConversionReport['converted'][number][] = [];
  const refused: Refused[] = [
    ...rejected.map(({ id, title, file, code, line, reason }) => ({
      id,
      title,
      file,
      problems: [{ code, line, reason }],
    })),
    ...correlations.map(({ id, title, file }) => ({ id, title, file, problems: [correlationProblem] })),
  ];
  for (const rule of rules) {
    const { id, title, level, file } = rule;
    const result = convertRule(rule, format === 'lucene' ? 'lucene' : 'dsl');
    if (!result.ok) refused.push({ id, title, file, problems: result.refusals satisfies readonly Refusal[] });
    else {
      const query = written(rule, result.query, format, index);
      converted.push({ id, title, level, file, query, warnings: result.warnings });
    }
  }
  return { converted, refused };
}

const correlationProblem = {
  code: 'correlation',
  line: null,
  reason: 'A correlation is no query of single events; the rules it builds on can be converted.',
};

type Query = Extract<Converted, { ok: true }>['query'];

function written(rule: SigmaRule, query: Query, format: ConversionFormat, index: string): unknown {
  if (format === 'lucene') return toLucene(query);
  return format === 'dsl' ? toDsl(query, rule.id) : toMonitor(rule, query, index);
}

/** The queries as text: one alone as it is read best, several on a line each. */
export function queriesAsText({ converted }: ConversionReport): string[] {
  const indent = converted.length === 1 ? 2 : 0;
  return converted.map(({ query }) =>
    typeof query === 'string' ? query : JSON.stringify(query, null, indent),
  );
}

/** What is to be known of the queries: refusals, then warnings, `file:line: …`. */
export function remarksAsText({ converted, refused }: ConversionReport): string[] {
  const at = (file: string, line: number | null): string => (line === null ? file : `${file}:${line}`);
  return [
    ...refused.flatMap(({ file, problems }) =>
      problems.map(({ line, reason }) => `${at(file, line)}: refused: ${reason}`),
    ),
    ...converted.flatMap(({ file, warnings }) =>
      warnings.map(({ line, reason }) => `${at(file, line)}: warning: ${reason}`),
    ),
  ];
}

/** Whether there was nothing to convert: no rule at all, or a path that was named and cannot be read. */
export const unreadable = ({ converted, refused }: ConversionReport, paths: readonly string[]): boolean =>
  converted.length + refused.length === 0 ||
  refused.some(
    ({ file, problems }) => paths.includes(file) && problems.some(({ code }) => code === 'unreadable'),
  );

/** @throws FILE_NOT_WRITABLE */
export async function writeQueries(file: string, lines: readonly string[]): Promise<void> {
  await writeFile(file, lines.map((line) => `${line}\n`).join('')).catch((error: unknown) => {
    throw startErrors.FILE_NOT_WRITABLE({ file, reason: reasonOf(error) });
  });
}
