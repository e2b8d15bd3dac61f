import { type Change, type ChangedRule, diffRules, type LoneRule, type RuleSetDiff } from '@tidewatch/sigma';
import { visibleLine } from '../dead_letters/visible.ts';
import { loadReadable } from './rules.ts';

export interface DiffReport extends RuleSetDiff {
  /** How many documents of the old and of the new set are not rules and so are not compared. */
  readonly rejected: { readonly old: number; readonly new: number };
}

/**
 * Compares the rules of two folders.
 *
 * @throws RULES_UNREADABLE where a folder or one of its files cannot be read
 */
export async function diffFolders(
  before: string,
  after: string,
  options: { readonly placeholders?: string },
): Promise<DiffReport> {
  const old = await loadReadable([before], options.placeholders);
  const now = await loadReadable([after], options.placeholders);
  return {
    ...diffRules(old, now),
    rejected: { old: old.rejected.length, new: now.rejected.length },
  };
}

export const differs = ({ added, removed, changed }: RuleSetDiff): boolean =>
  added.length + removed.length + changed.length > 0;

/** The report for people: a line for each rule that is added or removed, a block for each that is changed, counts. */
export function diffText(report: DiffReport): string {
  return [
    ...report.added.map((rule) => loneLine('added', rule, 'before')),
    ...report.removed.map((rule) => loneLine('removed', rule, 'now')),
    ...report.changed.flatMap(changedLines),
    summaryOf(report),
  ].join('\n');
}

function loneLine(what: string, rule: LoneRule, when: string): string {
  const why = rule.rejected === null ? '' : `; ${when} it is rejected: ${plain(rule.rejected)}`;
  return `${headOf(what, rule)}${why}`;
}

const headOf = (what: string, { level, status, title, id, file }: Omit<LoneRule, 'rejected'>): string =>
  `${what}: ${plain(title)} (${level}, ${plain(status ?? 'no status')}) ${plain(id)} ${file}`;

function changedLines(rule: ChangedRule): string[] {
  const { logic, level, status, title, text } = rule.changes;
  return [
    headOf('changed', rule),
    ...(logic === null
      ? []
      : [
          ...listLine('logic, selections added', logic.selections.added),
          ...listLine('logic, selections removed', logic.selections.removed),
          ...listLine('logic, selections changed', logic.selections.changed),
          ...changeLine('logic, condition', logic.condition),
          ...listLine('logic', logic.attributes),
        ]),
    ...changeLine('level', level),
    ...changeLine('status', status),
    ...changeLine('title', title),
    ...listLine('text', text),
  ];
}

const listLine = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`  ${what}: ${names.map(plain).join(', ')}`];

const changeLine = (what: string, change: Change<string | null> | null): string[] =>
  change === null ? [] : [`  ${what}: ${plain(change.from ?? 'none')} → ${plain(change.to ?? 'none')}`];

function summaryOf({ added, removed, changed, unchanged, rejected }: DiffReport): string {
  const of = (kind: keyof ChangedRule['changes']): number =>
    changed.filter(({ changes: { [kind]: change } }) => change !== null && [change].flat().length > 0).length;
  const kinds = (['logic', 'level', 'status', 'title', 'text'] as const)
    .filter((kind) => of(kind) > 0)
    .map((kind) => `${kind} ${of(kind)}`);
  const detail = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  const left =
    rejected.old + rejected.new === 0
      ? ''
      : `; not compared, because rejected: ${rejected.old} old, ${rejected.new} new documents`;
  return `${added.length} added, ${removed.length} removed, ${changed.length} changed${detail}, ${unchanged} unchanged${left}`;
}

const plain = (text: string): string => visibleLine(text, 300);
