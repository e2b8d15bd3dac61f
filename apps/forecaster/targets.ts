const minute = 60;
const day = 86_400;

/** What Tidewatch measures of itself, once a minute. */
export const internalSeries = [
  'events_per_minute',
  'alerts_per_minute',
  'consumer_lag_seconds',
  'index_latency_seconds',
  'disk_used_bytes',
] as const;
export type InternalSeries = (typeof internalSeries)[number];

/** Something that is forecast: one series, or as many as its query answers. */
export interface Target {
  readonly name: string;
  readonly from: { readonly promql: string } | { readonly series: InternalSeries };
  /** Which deviations count. */
  readonly direction: 'both' | 'above' | 'below';
  /** Smaller deviations are as expected: in the series' own unit, and as a share of what is expected. */
  readonly leastAbsolute: number;
  readonly leastRelative: number;
  /** What must not be passed: upwards, or downwards where the direction is `below`. */
  readonly limit?: number;
  /** Seconds between values. */
  readonly step: number;
  /** Seasons that it may have, in seconds. */
  readonly seasons: readonly number[];
  /** Zone of the tz database whose clocks they go by; absent: UTC, and a change of clocks is found by the values. */
  readonly zone?: string;
  /** Series beyond so many are left out. */
  readonly maxSeries: number;
}

export type Labels = Readonly<Record<string, string>>;

/** What was measured of a target at a time: a row for each of its series. */
export interface Measured {
  readonly target: string;
  readonly rows: readonly {
    readonly labels: Labels;
    readonly value: number;
    /** Where the series says its own limit. */
    readonly limit?: number;
  }[];
}

/** Of which a series that has no row counted nothing. */
export const counted: readonly InternalSeries[] = ['events_per_minute', 'alerts_per_minute'];

/** A series as people read it and `/metrics` names it: its target, with its labels where it has any. */
export function seriesName(target: string, labels: Labels): string {
  const pairs = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? target : `${target}{${pairs.join(',')}}`;
}

type Tuned = Pick<Target, 'name' | 'from'> & Partial<Target>;

const withDefaults = (target: Tuned): Target => ({
  direction: 'above',
  leastAbsolute: 0,
  leastRelative: 0.1,
  step: minute,
  seasons: [day, 7 * day],
  maxSeries: 20,
  ...target,
});

/** What is forecast of Tidewatch itself. */
export const ownTargets: readonly Target[] = (
  [
    {
      name: 'events_per_minute',
      from: { series: 'events_per_minute' },
      direction: 'both',
      leastAbsolute: 10,
      leastRelative: 0.2,
    },
    { name: 'alerts_per_minute', from: { series: 'alerts_per_minute' }, leastAbsolute: 3 },
    { name: 'consumer_lag', from: { series: 'consumer_lag_seconds' }, leastAbsolute: 30 },
    { name: 'index_latency', from: { series: 'index_latency_seconds' }, leastAbsolute: 0.5 },
    { name: 'disk_used', from: { series: 'disk_used_bytes' }, leastAbsolute: 16 * 1024 ** 2 },
  ] satisfies Tuned[]
).map(withDefaults);

/** What the usual exporters of hosts and of Kafka say, for who has a Prometheus. */
export const prometheusTargets: readonly Target[] = (
  [
    {
      name: 'host_cpu_ratio',
      from: { promql: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))' },
      leastAbsolute: 0.15,
    },
    {
      name: 'host_memory_used_ratio',
      from: { promql: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes' },
      leastAbsolute: 0.1,
      limit: 0.95,
    },
    {
      name: 'host_disk_used_ratio',
      from: {
        promql:
          '1 - node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs"} / node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs"}',
      },
      leastAbsolute: 0.02,
      limit: 0.9,
    },
    {
      name: 'kafka_records_per_second',
      from: { promql: 'sum by (topic) (rate(kafka_topic_partition_current_offset[5m]))' },
      direction: 'both',
      leastAbsolute: 1,
      leastRelative: 0.2,
    },
    {
      name: 'kafka_consumer_lag_records',
      from: { promql: 'sum by (consumergroup, topic) (kafka_consumergroup_lag)' },
      leastAbsolute: 1_000,
    },
  ] satisfies Tuned[]
).map(withDefaults);
