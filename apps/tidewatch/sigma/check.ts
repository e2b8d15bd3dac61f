import { planCorrelations } from '@tidewatch/sigma';
import { loadForCommand } from './rules.ts';

/** What `tidewatch sigma check` reports. Lines are 1-based, null where the file as a whole is meant. */
export interface RuleReport {
  /** Rules on single events, and correlations. */
  readonly loaded: number;
  readonly rejected: readonly {
    readonly file: string;
    readonly line: number | null;
    readonly code: string;
    readonly reason: string;
  }[];
  /** Filters in force. */
  readonly filters: number;
  /** Filters that have expired. */
  readonly skipped: RuleReport['rejected'];
  /** What is allowed and likely a mistake. */
  readonly warnings: RuleReport['rejected'];
  readonly seconds: number;
}

export async function checkRules(
  paths: readonly string[],
  options: { readonly placeholders?: string; readonly pipeline?: readonly string[] },
): Promise<RuleReport> {
  const started = performance.now();
  const { rules, correlations, filters, rejected, skipped, warnings } = await loadForCommand(
    paths,
    options.placeholders,
    options.pipeline,
  );
  // What a correlation builds on is known only when all rules are.
  const unplanned = planCorrelations(rules, correlations).rejected;
  const row = ({ file, line, code, reason }: RuleReport['rejected'][number]) => ({
    file,
    line,
    code,
    reason,
  });
  return {
    loaded: rules.length + correlations.length - unplanned.length,
    rejected: [...rejected, ...unplanned].map(row),
    filters: filters.length,
    skipped: skipped.map(row),
    warnings: warnings.map(row),
    seconds: (performance.now() - started) / 1000,
  };
}
