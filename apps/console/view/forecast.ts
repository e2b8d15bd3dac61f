import type { ForecastDetail, ForecastRow } from '@tidewatch/api/schemas';

export const spans = [
  { value: '6h', label: '6 hours' },
  { value: '24h', label: 'Day' },
  { value: '7d', label: 'Week' },
] as const;
export type Span = (typeof spans)[number]['value'];

const units = ['', ' k', ' M', ' G', ' T', ' P'];

/** Three figures, whatever the size; a dash for what is not known. */
export function figure(value: number | null): string {
  if (value === null) return '–';
  let size = Number(Math.abs(value).toPrecision(3));
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit++;
  }
  const text = `${Number(size.toPrecision(3))}${units[unit]}`;
  return value < 0 && size > 0 ? `−${text}` : text;
}

export const percent = (value: number | null): string =>
  value === null ? '–' : `${(value * 100).toFixed(value > 0.9 && value < 1 ? 1 : 0)} %`;

/** Looks of a state or a score, in the words of `StateDot`. */
export function lookOf({
  state,
  score,
}: Pick<ForecastRow, 'state' | 'score'>): 'good' | 'warn' | 'bad' | 'idle' {
  if (state === 'stale') return 'warn';
  if (score !== null && score > 1) return 'bad';
  return score === null ? 'idle' : 'good';
}

export function stateWord({ state, score }: Pick<ForecastRow, 'state' | 'score'>): string {
  if (state === 'stale' || state === 'waiting') return state;
  if (score !== null && score > 1) return 'unusual';
  return state === 'learning' ? 'learning' : 'as expected';
}

/** The most unusual first, then those whose limit is near, then by name. */
export function inOrder(rows: readonly ForecastRow[]): ForecastRow[] {
  const weight = ({ score, breach }: ForecastRow): number =>
    score !== null && score > 1 ? 2 : breach.likely !== null ? 1 : 0;
  return [...rows].sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1));
}

const seasonNames: Readonly<Record<number, string>> = { 0: 'none', 86400: 'a day', 604800: 'a week' };

/** What a season is called. */
export const seasonWords = (seconds: number): string =>
  seasonNames[seconds] ?? `${figure(seconds / 3_600)} hours`;

/** An error by that of seasonal-naive; of the back-test, and called so, until a day has told. */
export function errorWords(
  { backtest, ...live }: ForecastRow['relativeError'],
  ahead: 'in1h' | 'in24h',
): string {
  const told = live[ahead]['7d'] ?? live[ahead]['1d'];
  const ratio = told ?? backtest[ahead];
  if (ratio === null) return 'not known yet';
  return `${ratio.toFixed(2)} of seasonal-naive’s${told === null ? ', in a back-test' : ''}`;
}

export const methodWords = (method: string): string =>
  method === 'level' ? 'level of the last day' : method.replaceAll('_', ' ');

/** Rows for the chart: times, then actual, expected, and the edges of the bands, the future's after the past's. */
export interface ChartRows {
  readonly times: number[];
  readonly actual: (number | null)[];
  readonly expected: (number | null)[];
  readonly lower99: (number | null)[];
  readonly upper99: (number | null)[];
  readonly lower80: (number | null)[];
  readonly upper80: (number | null)[];
  /** Index of the first row that is yet to come. */
  readonly ahead: number;
}

export function chartRows({ history, future }: Pick<ForecastDetail, 'history' | 'future'>): ChartRows {
  const last = history.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  // The forecast's bins may have begun before now.
  const from = future.times.findIndex((time) => time > last);
  const cut = <T>(values: readonly T[]): readonly T[] => (from === -1 ? [] : values.slice(from));
  const unknown = history.times.map(() => null);
  return {
    times: [...history.times, ...cut(future.times)],
    actual: [...history.actual, ...cut(future.times).map(() => null)],
    expected: [...history.expected, ...cut(future.expected)],
    lower99: [...history.lower, ...cut(future.lower99)],
    upper99: [...history.upper, ...cut(future.upper99)],
    lower80: [...unknown, ...cut(future.lower80)],
    upper80: [...unknown, ...cut(future.upper80)],
    ahead: history.times.length,
  };
}
