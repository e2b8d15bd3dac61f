import { levels } from '@tidewatch/event';
import type { Change, ChangedRule, FilterReach, LoneRule, RuleRef, ValuesChange } from '@tidewatch/sigma';
import { visibleLine } from '../dead_letters/visible.ts';
import { foundText, type MeasuredRule, sampleLines, spanOf } from './backtest.ts';
import type { DiffReport } from './diff.ts';
import type { DiffEffect } from './diff_effect.ts';
import { count } from './follow_backtest.ts';

/** So many values or names are shown in a line. */
const shownValues = 5;

/**
 * The report for people: a line for each rule that is added or removed, a block for each that is changed, counts; and
 * where it was measured, what each finds and what all find.
 */
export function diffText(report: DiffReport, effect?: DiffEffect): string {
  const effectOf = linesOf(effect);
  const { added, removed, changed, silent, faults } = report;
  return [
    ...added.flatMap((rule) => [...loneLines('added', rule), ...effectOf(rule.id)]),
    ...removed.flatMap((rule) => [...loneLines('removed', rule), ...effectOf(rule.id)]),
    ...changed.flatMap((rule) => [...changedLines(rule), ...effectOf(rule.id)]),
    ...silent.added.map(
      (rule) => `${headOf('silent now', rule)}; correlations build on it, and it makes no alerts of its own`,
    ),
    ...silent.removed.map((rule) => `${headOf('no longer silent', rule)}; it makes alerts of its own again`),
    ...faults.map(
      ({ file, line, title, reason }) =>
        `rejected: ${title === null ? '' : `${plain(title)}, `}${file}${line === null ? '' : `:${line}`}: ${plain(reason)}`,
    ),
    ...(effect?.rules ?? []).flatMap((rule) =>
      rule.change === 'unchanged'
        ? [`affected: ${plain(rule.title)} (${rule.level}) ${plain(rule.id)}: ${foundText(rule)}`]
        : [],
    ),
    summaryOf(report),
    ...(effect === undefined ? [] : effectSummary(effect)),
  ].join('\n');
}

function linesOf(effect: DiffEffect | undefined): (id: string) => readonly string[] {
  const measured = new Map(effect?.rules.map((rule) => [rule.id, rule]));
  const unselected = new Set(effect?.unselected);
  return (id) => {
    const rule = measured.get(id);
    if (rule !== undefined)
      return foundNothing(rule) ? [] : [`  ${foundText(rule)}`, ...sampleLines(rule).map(plain)];
    return unselected.has(id) ? ['  the server’s `rules.select` does not take it'] : [];
  };
}

const foundNothing = ({ before, after }: MeasuredRule): boolean => before.matches + after.matches === 0;

function effectSummary(effect: DiffEffect): string[] {
  const { events, gained, lost, before, after, rejected, rules } = effect;
  const quiet = rules.filter(foundNothing).length;
  return [
    ...rejected.map(({ title, reason = '' }) => `not measured: ${plain(title)}: ${plain(reason)}`),
    `${count(events)} events, ${spanOf(effect)}: +${count(gained)} alerts, −${count(lost)} (${count(before)} → ${count(after)}); ${count(quiet)} of these rules find nothing in either version`,
  ];
}

function loneLines(what: 'added' | 'removed', rule: LoneRule): string[] {
  const { rejected, replacedBy, filters } = rule;
  const when = what === 'added' ? 'before' : 'now';
  const why = rejected === null ? '' : `; ${when} it is not in force: ${plain(rejected)}`;
  const instead =
    replacedBy === null ? '' : `; ${replacedBy.how} ${plain(replacedBy.title)} ${plain(replacedBy.id)}`;
  return [`${headOf(what, rule)}${instead}${why}`, ...reachLines(filters)];
}

const headOf = (what: string, { kind, level, status, title, id, file }: RuleRef): string =>
  `${what}: ${plain(title)} (${kind === 'rule' ? '' : `${kind}, `}${level}, ${plain(status ?? 'no status')}) ${plain(id)} ${file}`;

function changedLines(rule: ChangedRule): string[] {
  const { id, logic, level, status, title, tags, text } = rule.changes;
  return [
    headOf('changed', rule),
    ...changeLine('id', id),
    ...changeLine('level', level, level === null ? '' : `, ${direction(level)}`),
    ...changeLine('status', status),
    ...changeLine('title', title),
    ...(tags === null ? [] : [valuesLine('', tags)]),
    ...(logic === null
      ? []
      : [
          ...changeLine('condition', logic.condition),
          ...listLine('selections added', logic.selections.added),
          ...listLine('selections removed', logic.selections.removed),
          ...logic.selections.changed.flatMap(({ name, items }) =>
            items.length === 0
              ? [`  ${plain(name)}: only order or grouping`]
              : items.map((item) => valuesLine(`${name}: `, item)),
          ),
          ...logic.attributes.map((attribute) => valuesLine('', attribute)),
        ]),
    ...listLine('text', text),
    ...reachLines(rule.filters),
  ];
}

const direction = ({ from, to }: Change<RuleRef['level']>): string =>
  levels.indexOf(to) > levels.indexOf(from) ? 'raised' : 'lowered';

function reachLines(filters: FilterReach | null): string[] {
  if (filters === null) return [];
  const titles = (rules: FilterReach['added']): string[] => rules.map(({ title }) => title);
  return [
    ...listLine(`filters ${filters.added.length} rules`, titles(filters.added)),
    ...listLine(`filters ${filters.removed.length} rules no more`, titles(filters.removed)),
  ];
}

function listLine(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shownValues ? ` and ${names.length - shownValues} more` : '';
  return [`  ${what}: ${names.slice(0, shownValues).map(plain).join(', ')}${more}`];
}

const changeLine = (what: string, change: Change<string | null> | null, more = ''): string[] =>
  change === null
    ? []
    : [`  ${what}: ${plain(change.from ?? 'none')} → ${plain(change.to ?? 'none')}${more}`];

/** `Image|endswith: + \a.exe, − \b.exe`; one value for another is `a → b`. */
function valuesLine(where: string, { name, added, removed }: ValuesChange): string {
  const head = `  ${plain(where)}${plain(name)}`;
  const [is, was] = [added[0], removed[0]];
  if (added.length === 1 && removed.length === 1) return `${head}: ${value(was)} → ${value(is)}`;
  if (added.length + removed.length === 0) return `${head}: only order or grouping`;
  const signed = [...added.map((each) => `+ ${value(each)}`), ...removed.map((each) => `− ${value(each)}`)];
  const more = signed.length > shownValues ? ` and ${signed.length - shownValues} more` : '';
  return `${head}: ${signed.slice(0, shownValues).join(', ')}${more}`;
}

const value = (text: string | undefined): string => visibleLine(text ?? '', 120);

function summaryOf({ added, removed, changed, unchanged, rejected }: DiffReport): string {
  const of = (kind: keyof ChangedRule['changes']): number =>
    changed.filter(({ changes: { [kind]: change } }) => change !== null && [change].flat().length > 0).length;
  const kinds = (['id', 'logic', 'level', 'status', 'title', 'tags', 'text'] as const)
    .filter((kind) => of(kind) > 0)
    .map((kind) => `${kind} ${of(kind)}`);
  const detail = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  const left =
    rejected.old + rejected.new === 0
      ? ''
      : `; not compared, because not in force: ${rejected.old} old, ${rejected.new} new documents`;
  return `${added.length} added, ${removed.length} removed, ${changed.length} changed${detail}, ${unchanged} unchanged${left}`;
}

const plain = (text: string): string => visibleLine(text, 300);
