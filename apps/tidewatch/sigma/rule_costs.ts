import type { SigmaEngine } from '@tidewatch/sigma';
import { visibleLine } from '../dead_letters/visible.ts';

/** What a rule cost on a file of events. */
export interface CostlyRule {
  readonly id: string;
  readonly title: string;
  /** Of the time that evaluation took, 0 to 1; estimated, as the mean is. */
  readonly share: number;
  readonly evaluations: number;
  readonly meanMicroseconds: number;
  readonly worstMicroseconds: number;
}

const shown = 20;

/** The rules that cost the most, the dearest first. @param took milliseconds that all evaluation took */
export function dearestRules({ rules, costs }: SigmaEngine, took: number): CostlyRule[] {
  const { evaluating, evaluations, worst } = costs;
  const whole = Math.max(took, Number.MIN_VALUE);
  return rules
    .map(({ id, title }, number) => ({
      id,
      title,
      share: (evaluating[number] as number) / whole,
      evaluations: evaluations[number] as number,
      meanMicroseconds: (1_000 * (evaluating[number] as number)) / Math.max(1, evaluations[number] as number),
      worstMicroseconds: 1_000 * (worst[number] as number),
    }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, shown);
}

/** A table of share, times, evaluations, id and title. */
export function costText(rules: readonly CostlyRule[]): string {
  if (rules.length === 0) return 'No rule was run often enough to say what it costs.';
  const rows = rules.map(({ share, evaluations, meanMicroseconds, worstMicroseconds, id, title }) => [
    `${(100 * share).toFixed(2)} %`,
    `${evaluations}`,
    meanMicroseconds.toFixed(1),
    worstMicroseconds.toFixed(0),
    id,
    title,
  ]);
  const table = [['share', 'runs', 'mean µs', 'worst µs', 'id', 'title'], ...rows].map((row) =>
    row.map((text) => visibleLine(text, 200)),
  );
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const pad = (text: string, column: number): string =>
    column < 4 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return table.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
