import type { VisState } from './saved_object.ts';

/** Kinds of visualizations, as the editors of OpenSearch Dashboards write them. */

interface Metric {
  readonly type: 'count' | 'cardinality' | 'sum';
  readonly field?: string;
  readonly label: string;
}

const metricAgg = ({ type, field, label }: Metric, i: number) => ({
  id: String(i + 1),
  enabled: true,
  type,
  schema: 'metric',
  params: { ...(field !== undefined && { field }), customLabel: label },
});

const termsAgg = (id: string, schema: string, field: string, size: number, label: string) => ({
  id,
  enabled: true,
  type: 'terms',
  schema,
  params: {
    field,
    orderBy: '1',
    order: 'desc',
    size,
    otherBucket: schema === 'segment',
    otherBucketLabel: 'Other',
    missingBucket: false,
    missingBucketLabel: 'Missing',
    customLabel: label,
  },
});

/** Numbers side by side. */
export const numbers = (metrics: readonly Metric[]): VisState => ({
  type: 'metric',
  params: {
    addTooltip: true,
    addLegend: false,
    type: 'metric',
    metric: {
      percentageMode: false,
      useRanges: false,
      colorSchema: 'Green to Red',
      metricColorMode: 'None',
      colorsRange: [{ from: 0, to: 10_000 }],
      labels: { show: true },
      invertColors: false,
      style: { bgFill: '#000', bgColor: false, labelColor: false, subText: '', fontSize: 36 },
    },
  },
  aggs: metrics.map(metricAgg),
});

/** Stacked bars over time, parted by a field's most frequent values. */
export const overTime = (timeField: string, split: string, size: number, label: string): VisState => ({
  type: 'histogram',
  params: {
    type: 'histogram',
    grid: { categoryLines: false },
    categoryAxes: [
      {
        id: 'CategoryAxis-1',
        type: 'category',
        position: 'bottom',
        show: true,
        style: {},
        scale: { type: 'linear' },
        labels: { show: true, filter: true, truncate: 100 },
        title: {},
      },
    ],
    valueAxes: [
      {
        id: 'ValueAxis-1',
        name: 'LeftAxis-1',
        type: 'value',
        position: 'left',
        show: true,
        style: {},
        scale: { type: 'linear', mode: 'normal' },
        labels: { show: true, rotate: 0, filter: false, truncate: 100 },
        title: { text: 'Count' },
      },
    ],
    seriesParams: [
      {
        show: true,
        type: 'histogram',
        mode: 'stacked',
        data: { label: 'Count', id: '1' },
        valueAxis: 'ValueAxis-1',
        drawLinesBetweenPoints: true,
        lineWidth: 2,
        showCircles: true,
      },
    ],
    addTooltip: true,
    addLegend: true,
    legendPosition: 'right',
    times: [],
    addTimeMarker: false,
    labels: { show: false },
    thresholdLine: { show: false, value: 10, width: 1, style: 'full', color: '#E7664C' },
  },
  aggs: [
    metricAgg({ type: 'count', label: 'Count' }, 0),
    {
      id: '2',
      enabled: true,
      type: 'date_histogram',
      schema: 'segment',
      params: {
        field: timeField,
        useNormalizedOpenSearchInterval: true,
        scaleMetricValues: false,
        interval: 'auto',
        drop_partials: false,
        min_doc_count: 1,
        extended_bounds: {},
        customLabel: 'Time',
      },
    },
    termsAgg('3', 'group', split, size, label),
  ],
});

/** Shares of a field's most frequent values, as a ring. */
export const shares = (field: string, size: number, label: string): VisState => ({
  type: 'pie',
  params: {
    type: 'pie',
    addTooltip: true,
    addLegend: true,
    legendPosition: 'right',
    isDonut: true,
    labels: { show: false, values: true, last_level: true, truncate: 100 },
  },
  aggs: [metricAgg({ type: 'count', label: 'Count' }, 0), termsAgg('2', 'segment', field, size, label)],
});

/** A table of the most frequent values of fields, the second within the first. */
export const table = (
  fields: readonly (readonly [field: string, label: string])[],
  size = 10,
  metrics: readonly Metric[] = [{ type: 'count', label: 'Count' }],
): VisState => ({
  type: 'table',
  params: {
    perPage: 10,
    showPartialRows: false,
    showMetricsAtAllLevels: false,
    showTotal: false,
    totalFunc: 'sum',
    percentageCol: '',
  },
  aggs: [
    ...metrics.map(metricAgg),
    ...fields.map(([field, label], i) =>
      termsAgg(String(metrics.length + i + 1), 'bucket', field, size, label),
    ),
  ],
});
