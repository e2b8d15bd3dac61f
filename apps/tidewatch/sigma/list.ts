import { levels } from '@tidewatch/event';
import {
  parseLevels,
  type RuleSelection,
  recommendedSelection,
  type SigmaRule,
  selectRules,
} from '@tidewatch/sigma';
import { visibleLine } from '../dead_letters/visible.ts';
import { startErrors } from '../errors.ts';
import { loadReadable } from './rules.ts';

export interface RuleList {
  readonly rules: readonly Pick<
    SigmaRule,
    'id' | 'level' | 'status' | 'logsource' | 'title' | 'tags' | 'file'
  >[];
  /** How many rules there are to choose from, and how many documents are no rules. */
  readonly of: number;
  readonly rejected: number;
  /** What was asked for and no rule fits, in words. */
  readonly unused: readonly string[];
}

/** What `tidewatch sigma list` takes, as it is written. */
export interface ListOptions {
  readonly recommended?: boolean;
  readonly level?: readonly string[];
  readonly status?: readonly string[];
  readonly product?: readonly string[];
  readonly category?: readonly string[];
  readonly service?: readonly string[];
  readonly tag?: readonly string[];
  readonly folder?: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/**
 * The selection that options ask for; what is given goes before what is recommended.
 *
 * @throws UNKNOWN_LEVEL
 */
export function selectionOf({ recommended, level, ...options }: ListOptions): RuleSelection {
  const { status, product, category, service, tag, folder, include, exclude } = options;
  const words = level?.join(',');
  const wanted = words === undefined ? undefined : parseLevels(words);
  if (wanted === null) throw startErrors.UNKNOWN_LEVEL({ words, levels: levels.join(', ') });
  const asked = {
    levels: wanted,
    statuses: status,
    products: product,
    categories: category,
    services: service,
    tags: tag,
    folders: folder,
    include,
    exclude,
  };
  const given = Object.entries(asked).filter(([, values]) => values !== undefined);
  return { ...(recommended ? recommendedSelection : {}), ...Object.fromEntries(given) };
}

/**
 * Lists the rules of some folders that a selection asks for.
 *
 * @throws RULES_UNREADABLE where a folder or one of its files cannot be read
 */
export async function listRules(
  paths: readonly string[],
  selection: RuleSelection,
  placeholders?: string,
): Promise<RuleList> {
  const { rules, rejected } = await loadReadable(paths, placeholders);
  const selected = selectRules(rules, selection);
  return {
    rules: selected.rules.map(({ id, level, status, logsource, title, tags, file }) => ({
      id,
      level,
      status,
      logsource,
      title,
      tags,
      file,
    })),
    of: rules.length,
    rejected: rejected.length,
    unused: selected.unused.map(({ part, value }) => `No rule fits ${value} (${part}).`),
  };
}

/** A table of id, level, status, log source and title, and the counts. */
export function listText({ rules, of, rejected }: RuleList): string {
  const rows = rules.map(({ id, level, status, logsource: { product, category, service }, title }) => [
    id,
    level,
    status ?? '-',
    [product, category, service].filter((part) => part !== undefined).join('/'),
    title,
  ]);
  const table = [['id', 'level', 'status', 'log source', 'title'], ...rows].map((row) =>
    row.map((text) => visibleLine(text, 200)),
  );
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));
  const byLevel = [...levels]
    .reverse()
    .map((level) => [level, rules.filter((rule) => rule.level === level).length] as const)
    .filter(([, count]) => count > 0)
    .map(([level, count]) => `${count} ${level}`);
  const detail = byLevel.length === 0 ? '' : `: ${byLevel.join(', ')}`;
  const left = rejected === 0 ? '' : `; ${rejected} rejected, see \`tidewatch sigma check\``;
  return [...(rows.length === 0 ? [] : lines), `${rules.length} of ${of} rules${detail}${left}`].join('\n');
}
