import { catalogue, createMetrics, type MetricRow } from '@tidewatch/telemetry';
import { exporters } from '../../scripts/grafana/exporters.ts';

/** Values that queries name, by label; other labels have one value. */
const values: Readonly<Record<string, readonly string[]>> = {
  stage: ['normalise', 'process', 'index', 'detect', 'replay'],
  outcome: ['ok', 'dropped', 'failed', 'dead_lettered', 'rejected'],
  store: ['events', 'streams', 'dead_letters'],
  edge: ['soonest', 'likely', 'latest'],
  status_class: ['2xx', '5xx'],
  level: ['0', '0.8', '0.99'],
  horizon: ['0s', '1h', '4h', '24h'],
  window: ['1d', '7d'],
  target: ['events_per_minute', 'requests{service="web"}'],
  state: ['loaded', 'rejected'],
};
/** Labels that the exporters' series are asked by. */
const exported: Readonly<Record<string, string>> = {
  opensearch_cluster_shards_number: 'type="active"',
  opensearch_threadpool_threads_count: 'node="n1",name="write",type="rejected"',
  opensearch_jvm_gc_collection_time_seconds: 'node="n1",gc="young"',
};
const kafka = 'topic="tidewatch.events",partition="0",consumergroup="index"';

type Shape = (seconds: number, now: number) => number;

/** A daily wave, as most gauges have it. */
const wave: Shape = (time) => 100 + 20 * Math.sin((2 * Math.PI * time) / 86_400);
const growing =
  (perSecond: number, since: number): Shape =>
  (time) =>
    Math.floor(perSecond * (time - since));

function shapeOf(name: string, type: string, since: number): Shape {
  if (type === 'counter') return growing(2, since);
  if (name.endsWith('_info')) return () => 1;
  if (/(disk_full|breach)_timestamp_seconds$/.test(name)) return (time) => time + 100_000;
  if (name.endsWith('_timestamp_seconds')) return (time) => time - 30;
  if (name.endsWith('_coverage_ratio')) return () => 0.97;
  return wave;
}

/** All combinations of labels, as they stand between braces. */
const combinations = (labels: readonly string[]): string[] =>
  labels.reduce<string[]>(
    (made, label) =>
      made.flatMap((before) =>
        (values[label] ?? [`some ${label}`]).map((value) => `${before},${label}=${JSON.stringify(value)}`),
      ),
    ['job="tidewatch",instance="192.0.2.1:8420"'],
  );

/**
 * Every series that dashboards and rules ask for, over `days`: each half hour, and each 30 s in the last hour; in the
 * OpenMetrics format.
 *
 * @param now epoch seconds
 */
export async function backfill(now: number, days: number): Promise<string> {
  const since = now - days * 86_400;
  const times: number[] = [];
  for (let time = since; time <= now; time += time < now - 3_600 ? 1_800 : 30) times.push(time);
  const lines: string[] = [];
  const series = (name: string, labels: string, shape: Shape) => {
    for (const time of times) lines.push(`${name}{${labels}} ${shape(time, now)} ${time}`);
  };
  for (const [name, row] of Object.entries(catalogue) as [string, MetricRow][])
    for (const labels of combinations(row.labels)) {
      const full = `tidewatch_${name}`;
      if (row.type !== 'histogram') {
        series(full, labels, shapeOf(name, row.type, since));
        continue;
      }
      const bounds = [...(row.buckets ?? []).map(String), '+Inf'];
      bounds.forEach((bound, i) => {
        series(`${full}_bucket`, `${labels},le="${bound}"`, growing((2 * (i + 1)) / bounds.length, since));
      });
      series(`${full}_count`, labels, growing(2, since));
      series(`${full}_sum`, labels, growing(0.5, since));
    }
  const { body } = await createMetrics().render();
  for (const [, name = '', type = ''] of body.matchAll(/^# TYPE (\S+) (counter|gauge)$/gm))
    if (/_(process|nodejs)_/.test(name))
      series(name, combinations([])[0] as string, shapeOf(name, type, since));
  for (const [name, type] of Object.entries(exporters)) {
    const labels = exported[name] ?? (name.startsWith('kafka') ? kafka : 'node="n1",name="write"');
    series(name, labels, shapeOf(name, type, since));
  }
  return `${lines.join('\n')}\n# EOF\n`;
}
