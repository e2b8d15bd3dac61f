import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Catalogue, catalogue, type MetricName } from './catalogue.ts';
import { createGroups } from './groups.ts';
import type { MetricRow } from './metric_row.ts';

type Labels<N extends MetricName> = Record<Catalogue[N]['labels'][number], string>;
type NamesOf<T> = { [N in MetricName]: Catalogue[N]['type'] extends T ? N : never }[MetricName];

/** A gauge's value; NaN where nobody knows it. */
export type GaugeRow = {
  [N in NamesOf<'gauge'>]: readonly [name: N, labels: Labels<N>, value: number];
}[NamesOf<'gauge'>];

/** The catalogue's metrics of one process. A name or label outside the catalogue does not compile. */
export interface Metrics {
  /** Adds to a counter; `by` is at least 0. */
  count<N extends NamesOf<'counter'>>(name: N, labels: Labels<N>, by?: number): void;
  set<N extends NamesOf<'gauge'>>(name: N, labels: Labels<N>, value: number): void;
  /** Notes one observation; for durations in seconds. */
  observe<N extends NamesOf<'histogram'>>(name: N, labels: Labels<N>, value: number): void;
  /** Takes a gauge's series away, where nobody knows its value any more. */
  unset<N extends NamesOf<'gauge'>>(name: N, labels: Labels<N>): void;
  /**
   * Sets all gauges of a group at once, and takes away those that it had and does not name now. Of gauges that come by the
   * thousand: they are written now, so that a scrape has little to do. A gauge is either set or told, never both.
   */
  tell(group: string, rows: readonly GaugeRow[]): void;
  /** What /metrics answers: the Prometheus text format. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Current value of a counter or gauge, 0 where it has none; for tests and the health page. */
  value<N extends MetricName>(name: N, labels: Labels<N>): Promise<number>;
  /** Sum over a counter's or gauge's series whose labels include the ones given. */
  sum(name: MetricName, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** All series of a metric; a histogram's by part, `sum` and `count` once for each of its labels. */
  series(name: MetricName): Promise<readonly MetricSeries[]>;
}

export interface MetricSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram. */
  readonly part?: 'bucket' | 'sum' | 'count';
}

/** @param options.process also exports Node's own process metrics (default true) */
export function createMetrics(options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.process !== false) collectDefaultMetrics({ register: registry, prefix: 'tidewatch_' });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, row] of Object.entries(catalogue) as [MetricName, MetricRow][]) {
    const base = {
      name: `tidewatch_${name}`,
      help: row.help,
      labelNames: [...row.labels],
      registers: [registry],
    };
    if (row.type === 'counter') counters.set(name, new Counter(base));
    else if (row.type === 'gauge') gauges.set(name, new Gauge(base));
    else histograms.set(name, new Histogram({ ...base, buckets: [...(row.buckets ?? [])] }));
  }
  // What is told in groups the registry would write a second time.
  const groups = createGroups((name) => {
    registry.removeSingleMetric(`tidewatch_${name}`);
    gauges.delete(name);
    inGroups.push(name);
  });
  const inGroups: MetricName[] = [];
  const render = async (): Promise<string> => {
    const told = inGroups.map((name) => {
      const head = `# HELP tidewatch_${name} ${catalogue[name].help}\n# TYPE tidewatch_${name} gauge\n`;
      return `\n${head}${groups.text(name)}`;
    });
    return (await registry.metrics()) + told.join('');
  };
  const series = async (
    name: MetricName,
  ): Promise<
    readonly { labels: Partial<Record<string, string | number>>; value: number; metricName?: string }[]
  > =>
    (await (counters.get(name) ?? gauges.get(name) ?? histograms.get(name))?.get())?.values ??
    groups.rows(name).map(([, labels, value]) => ({ labels, value }));
  const sum: Metrics['sum'] = async (name, labels = {}) =>
    (await series(name))
      .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
      .reduce((total, one) => total + one.value, 0);
  return {
    count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    unset: (name, labels) => gauges.get(name)?.remove(labels),
    tell: groups.put,
    observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
    render: async () => ({ contentType: registry.contentType, body: await render() }),
    value: (name, labels) => sum(name, labels),
    sum,
    series: async (name) =>
      (await series(name)).map(({ labels, value, metricName = '' }) => {
        const part = /_(bucket|sum|count)$/.exec(histograms.has(name) ? metricName : '')?.[1];
        return {
          labels: Object.fromEntries(Object.entries(labels).map(([label, own]) => [label, String(own)])),
          value,
          ...(part !== undefined && { part: part as 'bucket' | 'sum' | 'count' }),
        };
      }),
  };
}
