import {
  type ComparableSet,
  diffRules,
  type LoadedRules,
  planCorrelations,
  type RuleSetDiff,
} from '@tidewatch/sigma';
import { loadReadable } from './rules.ts';

export interface DiffReport extends Omit<RuleSetDiff, 'rejected'> {
  /** How many documents of the old and of the new set are not in force and so are not compared. */
  readonly rejected: { readonly old: number; readonly new: number };
  /** Those of the new set whose fault is new. */
  readonly faults: RuleSetDiff['rejected'];
}

/** Both sets as they were loaded, and how they differ. */
export interface ComparedFolders {
  readonly old: LoadedRules;
  readonly now: LoadedRules;
  readonly report: DiffReport;
}

/**
 * Compares the rules of two folders: rules on single events, correlations, filters.
 *
 * @throws RULES_UNREADABLE where a folder or one of its files cannot be read
 */
export async function diffFolders(
  before: string,
  after: string,
  options: { readonly placeholders?: string },
): Promise<ComparedFolders> {
  const old = await loadReadable([before], options.placeholders);
  const now = await loadReadable([after], options.placeholders);
  const sets = [comparable(old), comparable(now)] as const;
  const { rejected: faults, ...diff } = diffRules(...sets);
  const rejected = { old: sets[0].rejected.length, new: sets[1].rejected.length };
  return { old, now, report: { ...diff, rejected, faults } };
}

function comparable({ rules, correlations, filters, rejected, skipped }: LoadedRules): ComparableSet {
  const { silent, rejected: unplanned } = planCorrelations(rules, correlations);
  const unfit = new Set(unplanned.map(({ id }) => id));
  return {
    rules: [
      ...rules,
      ...correlations.filter(({ id }) => !unfit.has(id)),
      ...filters.map(({ filter }) => filter),
    ],
    filters,
    silent,
    // An expired filter is as good as none.
    rejected: [...rejected, ...unplanned, ...skipped],
  };
}

export const differs = ({ added, removed, changed, faults }: DiffReport): boolean =>
  added.length + removed.length + changed.length + faults.length > 0;
