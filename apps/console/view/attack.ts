import type { RuleCoverage, RuleRow } from '@tidewatch/api/schemas';
import { plural } from './quantity.ts';

/** Tactics of ATT&CK's enterprise matrix, in its order, as Sigma's tags write them. */
export const tactics = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;

/** How far a technique is covered, least first: a rule exists, its log source flows, it fired. */
export const reaches = ['rule', 'flows', 'fired'] as const;
export type Reach = (typeof reaches)[number];
export const reachWords: Readonly<Record<Reach, string>> = {
  rule: 'rule exists',
  flows: 'log source flows',
  fired: 'fired',
};

export interface Technique {
  /** `T1110` or `T1110.001`. */
  readonly id: string;
  readonly reach: Reach;
  readonly rules: readonly RuleRow[];
}

export interface TacticColumn {
  /** Empty for techniques whose rules name none. */
  readonly tactic: string;
  readonly name: string;
  readonly techniques: readonly Technique[];
}

const nameOf = (tactic: string): string =>
  tactic === ''
    ? 'No tactic named'
    : tactic.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());

/** Tells of a log source, as rules' rows write it, whether events of it come. @param alive data sets that came of late */
export function flowingSources(
  coverage: Pick<RuleCoverage, 'sources'>,
  alive: ReadonlySet<string>,
): (logsource: string) => boolean {
  const flowing = new Set(
    coverage.sources
      .filter(({ datasets }) =>
        datasets.length === 0 ? alive.size > 0 : datasets.some((dataset) => alive.has(dataset)),
      )
      .map(({ logsource: { product, category, service } }) =>
        [product, category, service].map((part) => part ?? '*').join('/'),
      ),
  );
  return (logsource) => flowing.has(logsource);
}

const techniqueOf = (tag: string): string | undefined =>
  /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase();

/** What loaded rules say they find. A technique stands under each tactic that its rules name. */
export function attackMatrix(
  rules: readonly RuleRow[],
  flows: (logsource: string) => boolean,
): TacticColumn[] {
  const found = new Map<string, Map<string, RuleRow[]>>();
  for (const rule of rules) {
    if (rule.state !== 'loaded') continue;
    const named = tactics.filter((tactic) =>
      rule.tags.some((tag) => tag.toLowerCase().replaceAll('_', '-') === `attack.${tactic}`),
    );
    for (const id of rule.tags.map(techniqueOf))
      for (const tactic of id === undefined ? [] : named.length === 0 ? [''] : named) {
        const column = found.get(tactic) ?? new Map<string, RuleRow[]>();
        found.set(tactic, column.set(id as string, [...(column.get(id as string) ?? []), rule]));
      }
  }
  return [...tactics, ''].flatMap((tactic) => {
    const column = found.get(tactic);
    if (column === undefined) return tactic === '' ? [] : [{ tactic, name: nameOf(tactic), techniques: [] }];
    const techniques = [...column]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, its]) => ({ id, rules: its, reach: furthest(its, flows) }));
    return [{ tactic, name: nameOf(tactic), techniques }];
  });
}

function furthest(rules: readonly RuleRow[], flows: (logsource: string) => boolean): Reach {
  if (rules.some(({ matches }) => matches > 0)) return 'fired';
  const runs = rules.some(({ quarantine, logsource }) => quarantine === undefined && flows(logsource));
  return runs ? 'flows' : 'rule';
}

const colours: Readonly<Record<Reach, string>> = { rule: '#c9d1d9', flows: '#8ab8e6', fired: '#e8945a' };

/** A layer of the ATT&CK Navigator, in version 4.5 of its format. */
export function navigatorLayer(matrix: readonly TacticColumn[]): object {
  const best = new Map<string, { reach: Reach; titles: Set<string> }>();
  for (const { id, reach, rules } of matrix.flatMap(({ techniques }) => techniques)) {
    const one = best.get(id) ?? { reach, titles: new Set<string>() };
    if (reaches.indexOf(reach) > reaches.indexOf(one.reach)) one.reach = reach;
    for (const { title } of rules) one.titles.add(title);
    best.set(id, one);
  }
  return {
    name: 'Tidewatch',
    versions: { layer: '4.5' },
    domain: 'enterprise-attack',
    description: 'What the loaded rules find, whether their log sources flow, and what fired.',
    sorting: 3,
    hideDisabled: false,
    techniques: [...best].map(([techniqueID, { reach, titles }]) => ({
      techniqueID,
      score: reaches.indexOf(reach) + 1,
      color: colours[reach],
      comment: `${reachWords[reach]}; ${plural(titles.size, 'rule')}: ${[...titles].sort().join('; ')}`,
      enabled: true,
      showSubtechniques: true,
    })),
    gradient: { colors: reaches.map((reach) => colours[reach]), minValue: 1, maxValue: 3 },
    legendItems: reaches.map((reach) => ({ label: reachWords[reach], color: colours[reach] })),
  };
}
