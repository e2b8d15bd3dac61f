import { rateOf } from '@tidewatch/forecast';
import type { MetricName, Metrics } from '@tidewatch/telemetry';
import type { InternalSeries, Labels, Measured, Target } from './targets.ts';

type Row = Measured['rows'][number];

/** @param seconds since the time before; undefined at the first. Answers undefined where nothing can be told yet. */
type Reader = (seconds: number | undefined) => Promise<readonly Row[] | undefined>;

/** What grew in less time than this, in seconds, tells no rate. */
const shortest = 30;

/**
 * Reads what Tidewatch measures of itself from its metrics, once a minute. What is told by a counter's growth is not known
 * at the first time.
 */
export function createSampler(
  metrics: Metrics,
  targets: readonly Target[],
): (now: number) => Promise<readonly Measured[]> {
  const readers = new Map<InternalSeries, Reader>();
  let before: number | undefined;
  const wanted = targets.flatMap(({ name, from }) =>
    'series' in from ? [{ name, series: from.series }] : [],
  );
  for (const { series } of wanted) readers.set(series, readerOf[series](metrics));
  return async (now) => {
    const seconds = before === undefined ? undefined : now - before;
    before = now;
    const measured: Measured[] = [];
    for (const [series, read] of readers) {
      const rows = await read(seconds);
      if (rows === undefined) continue;
      for (const one of wanted) if (one.series === series) measured.push({ target: one.name, rows });
    }
    return measured;
  };
}

const readerOf: Record<InternalSeries, (metrics: Metrics) => Reader> = {
  events_per_minute: (metrics) => rateBy(metrics, 'events_received_total', ['source']),
  alerts_per_minute: (metrics) => rateBy(metrics, 'alerts_opened_total', []),
  consumer_lag_seconds: (metrics) => async () =>
    gaugeBy(metrics, 'consumer_lag_seconds', ['group', 'stream']),
  index_latency_seconds: (metrics) => meanOf(metrics, 'event_latency_seconds'),
  disk_used_bytes: (metrics) => async () => {
    const budgets = new Map(
      (await gaugeBy(metrics, 'disk_budget_bytes', ['store'])).map(({ labels, value }) => [
        labels.store,
        value,
      ]),
    );
    return (await gaugeBy(metrics, 'disk_used_bytes', ['store'])).map(({ labels, value }) => {
      const limit = budgets.get(labels.store);
      return { labels, value, ...(limit !== undefined && Number.isFinite(limit) && { limit }) };
    });
  },
};

async function gaugeBy(metrics: Metrics, name: MetricName, by: readonly string[]): Promise<Row[]> {
  const rows = new Map<string, { labels: Labels; value: number }>();
  for (const { labels, value } of await metrics.series(name)) {
    const own = Object.fromEntries(by.map((label) => [label, labels[label] ?? '']));
    const key = JSON.stringify(own);
    rows.set(key, { labels: own, value: (rows.get(key)?.value ?? 0) + value });
  }
  return [...rows.values()];
}

/** What a counter grew by per minute. */
function rateBy(metrics: Metrics, name: MetricName, by: readonly string[]): Reader {
  let before = new Map<string, number>();
  return async (seconds) => {
    const now = await gaugeBy(metrics, name, by);
    const was = before;
    before = new Map(now.map(({ labels, value }) => [JSON.stringify(labels), value]));
    if (seconds === undefined || seconds < shortest) return undefined;
    const rows = now.map(({ labels, value }) => {
      const earlier = was.get(JSON.stringify(labels)) ?? 0;
      const [, rate = 0] = rateOf(Float64Array.of(0, seconds), Float64Array.of(earlier, value));
      return { labels, value: rate * 60 };
    });
    // Nothing is a value, too, where nothing is to tell it by.
    return by.length === 0 && rows.length === 0 ? [{ labels: {}, value: 0 }] : rows;
  };
}

/** The mean of what a histogram observed since the last time; no value where it observed nothing. */
function meanOf(metrics: Metrics, name: MetricName): Reader {
  let before = { sum: 0, count: 0 };
  return async () => {
    const now = { sum: 0, count: 0 };
    for (const { part, value } of await metrics.series(name)) {
      if (part === 'sum') now.sum += value;
      if (part === 'count') now.count += value;
    }
    const since = { sum: now.sum - before.sum, count: now.count - before.count };
    before = now;
    return since.count > 0 ? [{ labels: {}, value: since.sum / since.count }] : [];
  };
}
