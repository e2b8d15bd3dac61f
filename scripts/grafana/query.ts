import type { Catalogue, MetricName } from '@tidewatch/telemetry';

type NamesOf<T> = { [N in MetricName]: Catalogue[N]['type'] extends T ? N : never }[MetricName];
type LabelOf<N extends MetricName> = Catalogue[N]['labels'][number];
/** Values by label: one with `|` is a regular expression, one with `$` a variable. */
type Match<N extends MetricName> = { readonly [L in LabelOf<N>]?: string };

/**
 * A selector within the installations that the dashboard's variable `job` chooses. The value of another variable is quoted by
 * Grafana, since it may hold quotes.
 */
export function selector(name: string, match: Readonly<Record<string, string>> = {}): string {
  const matchers = Object.entries(match).map(([label, value]) => {
    if (value.startsWith('$')) return `${label}=\${${value.slice(1)}:doublequote}`;
    return `${label}${value.includes('|') ? '=~' : '='}"${value}"`;
  });
  return `${name}{${['job=~"$job"', ...matchers].join(', ')}}`;
}

/** A metric of the catalogue. */
export const metric = <N extends MetricName>(name: N, match?: Match<N>): string => ours(name, match);

const ours = <N extends MetricName>(name: string, match: Match<N> = {}): string =>
  selector(`tidewatch_${name}`, match as Readonly<Record<string, string>>);

const by = (labels: readonly string[]): string => (labels.length > 0 ? ` by (${labels.join(', ')})` : '');

/** Sum over processes, apart by `labels`. */
export const sum = <N extends NamesOf<'gauge'>>(
  name: N,
  labels: readonly LabelOf<N>[] = [],
  match?: Match<N>,
): string => `sum${by(labels)} (${metric(name, match)})`;

/** Greatest over processes, apart by `labels`. */
export const max = <N extends NamesOf<'gauge'>>(
  name: N,
  labels: readonly LabelOf<N>[] = [],
  match?: Match<N>,
): string => `max${by(labels)} (${metric(name, match)})`;

/** Seconds since a time that a gauge holds, the newest over processes. */
export const age = <N extends NamesOf<'gauge'>>(name: N, labels: readonly LabelOf<N>[]): string =>
  `time() - ${max(name, labels)}`;

/** What a counter gains a second, summed over processes. */
export const rate = <N extends NamesOf<'counter'>>(
  name: N,
  labels: readonly LabelOf<N>[] = [],
  match?: Match<N>,
): string => `sum${by(labels)} (rate(${metric(name, match)}[$__rate_interval]))`;

/** Observations a second of a histogram. */
export const observed = <N extends NamesOf<'histogram'>>(
  name: N,
  labels: readonly LabelOf<N>[] = [],
  match?: Match<N>,
): string => `sum${by(labels)} (rate(${ours(`${name}_count`, match)}[$__rate_interval]))`;

/** A quantile (0–1) of a histogram over processes. */
export const quantile = <N extends NamesOf<'histogram'>>(
  share: number,
  name: N,
  labels: readonly LabelOf<N>[] = [],
): string =>
  `histogram_quantile(${share}, sum${by(['le', ...labels])} (rate(${ours(`${name}_bucket`)}[$__rate_interval])))`;
