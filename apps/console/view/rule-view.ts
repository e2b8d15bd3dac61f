import type { RuleRow, RuleVerdicts } from '@tidewatch/api/schemas';
import { type Level, levels } from '@tidewatch/event';
import { plural } from './quantity.ts';

export type ShownState = RuleRow['state'] | 'quarantined';
export const ruleViews = ['all', 'loaded', 'rejected', 'quarantined', 'costly', 'noisy', 'skipped'] as const;
export type RuleView = (typeof ruleViews)[number];

const stateOrder = { quarantined: 0, rejected: 1, loaded: 2, skipped: 3 } as const;
const rank = (level: Level): number => levels.indexOf(level);

export const stateOf = (rule: RuleRow): ShownState =>
  rule.quarantine === undefined ? rule.state : 'quarantined';
export const reasonOf = (rule: RuleRow): string | undefined =>
  rule.quarantine?.reason ?? rule.reason ?? rule.hampered;
/** Seconds of processing. */
export const costOf = ({ cost }: RuleRow): number =>
  cost === undefined ? 0 : cost.seconds + cost.explainingSeconds;
/** Two documents may have one id, of which the second is rejected. */
export const ruleKey = (rule: Pick<RuleRow, 'file' | 'id'>): string => `${rule.file} ${rule.id}`;

export type Verdict = RuleVerdicts['rules'][number];
export const verdictsById = (verdicts: RuleVerdicts | undefined): ReadonlyMap<string, Verdict> =>
  new Map(verdicts?.rules.map((one) => [one.id, one]));

/** Rules count their matches since the server's start: what alerts remember of those before comes in beside. */
export const withKeptAlerts = (
  rules: readonly RuleRow[],
  verdicts: ReadonlyMap<string, Verdict>,
): readonly RuleRow[] =>
  rules.map((rule) => {
    const kept = verdicts.get(rule.id);
    if (kept === undefined || rule.state !== 'loaded') return rule;
    return {
      ...rule,
      matches: Math.max(rule.matches, kept.alerts),
      lastMatch: Math.max(rule.lastMatch ?? 0, kept.last),
    };
  });

/** Share of closed alerts that were false positives, 0 to 1; null where none was closed. */
export const falsePositiveRate = (verdict: Verdict | undefined): number | null =>
  verdict === undefined || verdict.closed === 0 ? null : verdict.falsePositives / verdict.closed;

export const verdictWords = (verdict: Verdict | undefined): string =>
  verdict === undefined || verdict.closed === 0
    ? 'None of its alerts was closed yet.'
    : `${plural(verdict.falsePositives, 'false positive')} of ${plural(verdict.closed, 'closed alert')}.`;

/** What fits the words and the view: those that do not run first, then by matches; by cost or false positives where asked. */
export function chosenRules(
  rules: readonly RuleRow[],
  view: RuleView,
  words: string,
  verdicts: ReadonlyMap<string, Verdict>,
): RuleRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const noise = ({ id }: RuleRow): number => verdicts.get(id)?.falsePositives ?? 0;
  const weight = (rule: RuleRow): number =>
    view === 'costly' ? costOf(rule) : view === 'noisy' ? noise(rule) : 0;
  const fits = (rule: RuleRow): boolean =>
    view === 'all' || (view === 'costly' || view === 'noisy' ? weight(rule) > 0 : stateOf(rule) === view);
  return rules
    .filter((rule) => {
      if (!fits(rule)) return false;
      const text =
        `${rule.title} ${rule.id} ${rule.file} ${rule.logsource} ${rule.level} ${rule.tags.join(' ')} ${reasonOf(rule) ?? ''}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .sort(
      (a, b) =>
        weight(b) - weight(a) ||
        stateOrder[stateOf(a)] - stateOrder[stateOf(b)] ||
        b.matches - a.matches ||
        rank(b.level) - rank(a.level) ||
        (a.title < b.title ? -1 : 1),
    );
}
