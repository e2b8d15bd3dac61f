import { loadForCommand } from './rules.ts';

/** What `tidewatch sigma check` reports. Lines are 1-based, null where the file as a whole is meant. */
export interface RuleReport {
  readonly loaded: number;
  readonly rejected: readonly {
    readonly file: string;
    readonly line: number | null;
    readonly code: string;
    readonly reason: string;
  }[];
  readonly skipped: RuleReport['rejected'];
  readonly seconds: number;
}

export async function checkRules(
  paths: readonly string[],
  options: { readonly placeholders?: string },
): Promise<RuleReport> {
  const started = performance.now();
  const { rules, rejected, skipped } = await loadForCommand(paths, options.placeholders);
  const row = ({ file, line, code, reason }: RuleReport['rejected'][number]) => ({
    file,
    line,
    code,
    reason,
  });
  return {
    loaded: rules.length,
    rejected: rejected.map(row),
    skipped: skipped.map(row),
    seconds: (performance.now() - started) / 1000,
  };
}
