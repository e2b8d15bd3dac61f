import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { catalogue, createMetrics, type MetricName, type MetricRow } from '@tidewatch/telemetry';
import { grafanaDashboards } from './grafana/index.ts';
import { prometheusRules } from './prometheus_rules.ts';
import { selectedIn } from './promql.ts';

const prefix = 'tidewatch_';

/** The catalogue's name of a series; undefined where it has none. */
export function catalogued(series: string): MetricName | undefined {
  if (!series.startsWith(prefix)) return undefined;
  const name = series.slice(prefix.length);
  const base = name.replace(/_(bucket|sum|count)$/, '');
  if (name in catalogue) return name as MetricName;
  return (catalogue as Readonly<Record<string, MetricRow>>)[base]?.type === 'histogram'
    ? (base as MetricName)
    : undefined;
}

/** Where each metric of the catalogue is looked at: dashboards (their titles), alerts and recording rules (their names). */
export function watchers(): ReadonlyMap<MetricName, ReadonlySet<string>> {
  const found = new Map<MetricName, Set<string>>();
  const note = (promql: string, by: string) => {
    for (const { name } of selectedIn(promql)) {
      const row = catalogued(name);
      if (row !== undefined) found.set(row, (found.get(row) ?? new Set()).add(by));
    }
  };
  for (const { title, panels = [] } of Object.values(grafanaDashboards))
    for (const panel of panels)
      for (const { expr } of ('targets' in panel ? (panel.targets ?? []) : []) as Dataquery[])
        note(expr, `${title?.replace('Tidewatch: ', '')}`);
  const { alerts, recorded } = prometheusRules();
  for (const { alert, expr } of alerts) note(expr, `\`${alert}\``);
  for (const { record, expr } of recorded) note(expr, `\`${record}\``);
  return found;
}

/** The reference of all metrics, docs/metrics.md. */
export async function metricsReference(): Promise<string> {
  const seen = watchers();
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = (Object.entries(catalogue) as [MetricName, MetricRow][]).map(
    ([name, { type, labels, help }]) =>
      [
        `\`${prefix}${name}\``,
        type,
        labels.map((label) => `\`${label}\``).join(', '),
        cell(help),
        [...(seen.get(name) ?? [])].join(', '),
      ].join(' | '),
  );
  return `${head}
| name | type | labels | what it says | looked at by |
|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}

## Of the process

Of Node.js and the operating system, as prom-client counts them; \`/metrics\` says what each is.

${(await processMetrics()).map((name) => `- \`${name}\``).join('\n')}
`;
}

/** What is exported beside the catalogue. */
async function processMetrics(): Promise<string[]> {
  const { body } = await createMetrics().render();
  return [...body.matchAll(/^# HELP (\S+)/gm)]
    .map(([, name]) => name as string)
    .filter((name) => catalogued(name) === undefined);
}

const head = `# Metrics

What \`/metrics\` of each process answers. Generated from \`libs/telemetry/catalogue.ts\`, the dashboards in \`grafana\` and the rules in
\`prometheus\` (\`npm run generate\`). How to use them: [observability.md](observability.md).

Names are in base units. No label holds a rule, a host, a user or an address, so that their number does not grow with the data; only
\`target\` has the labels that your Prometheus answers, for at most \`forecast.max_series\` series.
Histograms have the series \`_bucket\`, \`_sum\` and \`_count\`.
`;
