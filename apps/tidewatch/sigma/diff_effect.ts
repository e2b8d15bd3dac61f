import { join } from 'node:path';
import type { Backtest, ComparedSets } from '@tidewatch/api/schemas';
import { focusOn, type RuleSources, selectFrom } from '@tidewatch/detector';
import type { LoadedRules } from '@tidewatch/sigma';
import type { Config } from '../config/schema.ts';
import type { MeasuredRule } from './backtest.ts';
import type { ComparedFolders } from './diff.ts';
import { type BacktestTimes, type Following, followBacktest } from './follow_backtest.ts';

/** A rule that the update touches, with what it found and would have found over the server's events. */
export interface RuleEffect extends MeasuredRule {
  /** Unchanged: it builds on something that is not, or a filter came to it or left it. */
  readonly change: 'added' | 'removed' | 'changed' | 'unchanged';
}

/** What an update of a set of rules would have meant. */
export interface DiffEffect extends Pick<Backtest, 'from' | 'to'> {
  readonly events: number;
  /** Alerts that only the new set makes, and that only the old one makes. */
  readonly gained: number;
  readonly lost: number;
  /** Alerts of the rules below. */
  readonly before: number;
  readonly after: number;
  readonly rules: readonly RuleEffect[];
  /** Ids of rules that differ and that the server's `rules.select` takes from neither set. */
  readonly unselected: readonly string[];
  /** Rules of the new set that the server could not try. */
  readonly rejected: readonly { readonly title: string; readonly reason?: string | undefined }[];
}

/**
 * Has the server on a configuration's data folder run both sets over the events it stores.
 *
 * @returns the unfinished job where it was cancelled or failed
 * @throws NOT_RUNNING, SERVER_REFUSED
 */
export async function measureDiff(
  compared: ComparedFolders,
  folders: readonly [before: string, after: string],
  { data, rules: { select } }: Pick<Config, 'data' | 'rules'>,
  times: BacktestTimes,
  following: Following,
): Promise<DiffEffect | Backtest> {
  const { compare, unselected } = askEffect(compared, folders, select);
  const job = await followBacktest(data, { compare }, times, following);
  return job.state === 'done' ? effectOf(compared, unselected, job) : job;
}

/** What the server is asked to compare, and which differing rules are of no account to it. */
interface AskedEffect {
  readonly compare: ComparedSets;
  readonly unselected: readonly string[];
}

/**
 * Gathers from both sets what differs, with what it builds on, what builds on it and the filters that are added to it.
 *
 * @param select what the server's configuration takes of a set
 */
function askEffect(
  { old, now, report }: ComparedFolders,
  folders: readonly [before: string, after: string],
  select: NonNullable<RuleSources['select']>,
): AskedEffect {
  const { added, removed, changed, silent } = report;
  const renamed: Record<string, string> = {};
  for (const { oldId, id } of changed) if (oldId !== id) renamed[oldId] = id;
  const oldIds = new Map(Object.entries(renamed).map(([from, to]) => [to, from]));
  const differing = [...added, ...removed, ...changed, ...silent.added, ...silent.removed];
  const filters = new Set(differing.filter(({ kind }) => kind === 'filter').map(({ id }) => id));
  const reached = [...old.filters, ...now.filters].flatMap(({ filter, rules }) =>
    filters.has(filter.id) ? rules : [],
  );
  const ids = [...differing.map(({ id }) => id), ...reached];
  const sides = [
    sideOf(old, folders[0], select, [...ids, ...ids.map((id) => oldIds.get(id) ?? id)]),
    sideOf(now, folders[1], select, ids),
  ] as const;
  const taken = new Set([...sides[0].rules.map((id) => renamed[id] ?? id), ...sides[1].rules]);
  return {
    compare: { before: sides[0], after: sides[1], renamed },
    unselected: differing.filter(({ kind, id }) => kind !== 'filter' && !taken.has(id)).map(({ id }) => id),
  };
}

function sideOf(
  set: LoadedRules,
  folder: string,
  select: NonNullable<RuleSources['select']>,
  ids: readonly string[],
): ComparedSets['before'] {
  // As paths of its files begin: without a slash at its end.
  const path = join(folder, '.');
  const { reason } = selectFrom({ paths: [path], placeholders: {}, select }, set.rules, set.correlations);
  const { rules, correlations } = focusOn(ids, set.rules, set.correlations);
  const taken = [...rules, ...correlations].filter((rule) => reason(rule) === undefined);
  const takenIds = new Set(taken.map(({ id }) => id));
  const filters = set.filters.filter(({ rules: to }) => to.some((id) => takenIds.has(id)));
  const documents = [...taken, ...filters.map(({ filter }) => filter)];
  return { sources: [...new Set(documents.map(({ source }) => source))], rules: [...takenIds] };
}

function effectOf(
  { report }: ComparedFolders,
  unselected: readonly string[],
  { from, to, result }: Backtest,
): DiffEffect {
  const { events = 0, rules = [], rejected = [] } = result ?? {};
  const changes = new Map<string, RuleEffect['change']>([
    ...report.added.map(({ id }) => [id, 'added'] as const),
    ...report.removed.map(({ id }) => [id, 'removed'] as const),
    ...report.changed.map(({ id }) => [id, 'changed'] as const),
  ]);
  const touched = rules
    .map((rule): RuleEffect => ({ ...rule, change: changes.get(rule.id) ?? 'unchanged' }))
    .filter((rule) => rule.change !== 'unchanged' || isOther(rule));
  const sum = (numberOf: (rule: RuleEffect) => number): number =>
    touched.reduce((total, rule) => total + numberOf(rule), 0);
  return {
    from,
    to,
    events,
    gained: sum(({ gained }) => gained),
    lost: sum(({ lost }) => lost),
    before: sum(({ before }) => before.alerts),
    after: sum(({ after }) => after.alerts),
    rules: touched,
    unselected,
    rejected,
  };
}

const isOther = ({ gained, lost, before, after }: MeasuredRule): boolean =>
  gained + lost > 0 || before.matches !== after.matches;
