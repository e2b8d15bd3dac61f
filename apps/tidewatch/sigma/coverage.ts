import { readFile } from 'node:fs/promises';
import { datasets, parserFiles } from '@tidewatch/normalize';
import { ecsFields } from '@tidewatch/normalize/ecs';
import { validateYaml } from '@tidewatch/plugin';
import { coverageOf, type LoadedRules, type LogSource, type SourceCoverage } from '@tidewatch/sigma';
import { z } from 'zod';
import { visibleLine } from '../dead_letters/visible.ts';
import { startErrors } from '../errors.ts';
import { loadReadable } from './rules.ts';

/** What `tidewatch sigma coverage` and the API report. */
export interface CoverageReport {
  readonly sources: readonly SourceCoverage[];
  readonly total: CoverageTotal;
  /** How many documents are no rules, and so not counted. */
  readonly rejected: number;
}

export interface CoverageTotal extends Pick<SourceCoverage, 'rules' | 'all' | 'some' | 'none' | 'missing'> {
  /** Of these, rules of log sources that a parser writes events of. */
  readonly parsed: number;
}

export interface CoverageReportOptions {
  /** Parts of log sources, e.g. `linux/auditd`: only those that have all parts of one. */
  readonly logsource?: readonly string[];
  readonly placeholders?: string;
  /** Folders of parser files, beside the parsers that are built in. */
  readonly parsers: readonly string[];
}

/**
 * Says for each log source of some folders' rules whether the fields that they ask for have a place in events as they
 * are after normalisation.
 *
 * @throws RULES_UNREADABLE where a folder or one of its files cannot be read
 * @throws PARSERS_UNREADABLE likewise, of parsers
 */
export async function ruleCoverage(
  paths: readonly string[],
  { logsource, placeholders, parsers }: CoverageReportOptions,
): Promise<CoverageReport> {
  const loaded = await loadReadable(paths, placeholders);
  return coverageReport(loaded, await parserNames(parsers), logsource);
}

/** @param parsers names of parsers from files, which are those of data sets */
export function coverageReport(
  { rules, rejected }: Pick<LoadedRules, 'rules' | 'rejected'>,
  parsers: readonly string[],
  logsource?: readonly string[],
): CoverageReport {
  const wanted = logsource?.map((words) => words.split('/').filter((word) => word !== ''));
  const asked =
    wanted === undefined
      ? rules
      : rules.filter((rule) => wanted.some((words) => words.every((word) => has(rule.logsource, word))));
  const names = [...datasets.map(({ name }) => name), ...parsers];
  const sources = coverageOf(asked, {
    isEcs: (field) => ecs.has(field) || open.some((name) => field.startsWith(`${name}.`)),
    isParsed: (dataset) => names.some((name) => covers(name, dataset)),
  });
  return { sources, total: totalOf(sources), rejected: rejected.length };
}

const ecs = new Set(Object.values(ecsFields).flatMap((names) => names.split(' ')));
/** Fields of ECS that hold whatever is put below them, such as `labels`. */
const open = `${ecsFields.object} ${ecsFields.flattened}`
  .split(' ')
  .filter((name) => ![...ecs].some((other) => other.startsWith(`${name}.`)));

const has = ({ product, category, service }: LogSource, word: string): boolean =>
  [product, category, service].includes(word);

/** A name like `windows.<channel>` stands for all data sets of its module. */
const covers = (name: string, dataset: string): boolean => {
  if (name === dataset || name.startsWith(`${dataset}.`)) return true;
  const [module, rest] = name.split('.');
  return rest?.startsWith('<') === true && dataset.startsWith(`${module}.`);
};

const named = z.looseObject({ name: z.string() });

/** The data sets that parser files give their events; a file that is not right is `tidewatch test parsers`' to report. */
async function parserNames(folders: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const folder of folders) {
    const files = await parserFiles(folder).catch((error: Error) => {
      throw startErrors.PARSERS_UNREADABLE({ folder, reason: error.message });
    });
    for (const file of files) {
      const read = validateYaml(await readFile(file, 'utf8'), named);
      if (read.ok) names.push(read.value.name);
    }
  }
  return names;
}

function totalOf(sources: readonly SourceCoverage[]): CoverageTotal {
  const sum = (count: (source: SourceCoverage) => number): number =>
    sources.reduce((total, source) => total + count(source), 0);
  const missing = new Map<string, number>();
  for (const source of sources)
    for (const { field, rules } of source.missing) missing.set(field, (missing.get(field) ?? 0) + rules);
  return {
    rules: sum(({ rules }) => rules),
    all: sum(({ all }) => all),
    some: sum(({ some }) => some),
    none: sum(({ none }) => none),
    parsed: sum(({ rules, parsed }) => (parsed.length === 0 ? 0 : rules)),
    missing: [...missing]
      .map(([field, rules]) => ({ field, rules }))
      .sort((a, b) => b.rules - a.rules || (a.field < b.field ? -1 : 1)),
  };
}

/** So many missing fields, and data sets, of a log source are written out. */
const shown = 5;

/** A row for each log source, and the counts. */
export function coverageText({ sources, total, rejected }: CoverageReport): string {
  const head = ['log source', 'rules', 'all', 'some', 'none', 'parsed by', 'missing fields'];
  const rows = sources.map((source) => [
    nameOf(source.logsource),
    ...[source.rules, source.all, source.some, source.none].map(String),
    listed(source.parsed) || '-',
    listed(source.missing.map(({ field, rules }) => `${field} (${rules})`)),
  ]);
  const table = [head, ...rows].map((row) => row.map((text) => visibleLine(text, 200)));
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column >= 1 && column <= 4 ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const left = rejected === 0 ? '' : `; ${rejected} rejected, see \`tidewatch sigma check\``;
  return [
    ...(rows.length === 0 ? [] : lines),
    `${total.rules} rules: ${total.all} with all fields, ${total.some} with some, ${total.none} with none; ` +
      `${total.parsed} of log sources that a parser writes${left}`,
  ].join('\n');
}

const nameOf = ({ product, category, service }: LogSource): string =>
  [product, category, service].filter((part) => part !== undefined).join('/') || '(any)';

function listed(words: readonly string[]): string {
  const more = words.length - shown;
  return words.slice(0, shown).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
