import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue, createMetrics, type MetricName } from '@tidewatch/telemetry';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exporters } from '../../scripts/grafana/exporters.ts';
import { grafanaDashboards } from '../../scripts/grafana/index.ts';
import { catalogued, watchers } from '../../scripts/metrics_reference.ts';
import { prometheusRules } from '../../scripts/prometheus_rules.ts';
import { selectedIn } from '../../scripts/promql.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'grafana/dashboards');

const text = z.string().min(1);
const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal(`\${datasource}`) });
const gridPos = z.strictObject({
  x: z.int().min(0),
  y: z.int().min(0),
  w: z.int().min(3).max(24),
  h: z.int().min(1),
});
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  expr: text,
  datasource,
  legendFormat: text,
  range: z.boolean(),
  instant: z.boolean(),
  format: z.literal('table').optional(),
});
const units = ['Bps', 'bytes', 'eps', 'none', 'percent', 'percentunit', 'reqps', 's', 'short'];
const panel = z.strictObject({
  id: z.int().min(1),
  type: z.enum(['timeseries', 'stat', 'table']),
  title: text,
  description: z.string().regex(/\.$/),
  transparent: z.boolean(),
  repeatDirection: z.literal('h'),
  datasource,
  gridPos,
  targets: z.array(target).min(1),
  transformations: z
    .array(z.strictObject({ id: z.literal('organize'), options: z.looseObject({}) }))
    .optional(),
  fieldConfig: z.strictObject({
    defaults: z.looseObject({ unit: z.enum(units) }),
    overrides: z.array(z.looseObject({ matcher: z.looseObject({ id: z.enum(['byName', 'byRegexp']) }) })),
  }),
  options: z.looseObject({}),
});
const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: text,
  collapsed: z.literal(false),
  panels: z.array(z.never()),
  gridPos,
});
/** Fields that the builders write, by the documentation of Grafana's dashboards in JSON. */
const dashboard = z.strictObject({
  uid: z
    .string()
    .regex(/^tidewatch-[a-z]+$/)
    .max(40),
  title: z.string().regex(/^Tidewatch: /),
  description: z.string().regex(/\.$/),
  tags: z.tuple([z.literal('tidewatch')]),
  timezone: z.literal('browser'),
  editable: z.boolean(),
  graphTooltip: z.literal(1),
  fiscalYearStartMonth: z.literal(0),
  schemaVersion: z.int().min(36),
  refresh: z.literal('30s'),
  time: z.strictObject({ from: z.string().regex(/^now-\d+[hd]$/), to: z.string().regex(/^now(\+\d+h)?$/) }),
  annotations: z.strictObject({}),
  links: z.array(z.looseObject({ type: z.literal('dashboards') })).length(1),
  templating: z.strictObject({
    list: z.array(z.looseObject({ type: z.enum(['datasource', 'query']), name: text, query: text })).min(2),
  }),
  panels: z.array(z.discriminatedUnion('type', [row, panel])).min(2),
});

const dashboards = readdirSync(folder).map((name) => ({
  name,
  ...dashboard.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
}));
const panels = dashboards.flatMap(({ uid, panels }) =>
  panels.flatMap((one) => (one.type === 'row' ? [] : [{ where: `${uid} › ${one.title}`, ...one }])),
);
const queries = panels.flatMap(({ where, targets }) => targets.map(({ expr }) => ({ where, expr })));
const { alerts, recorded } = prometheusRules();
const records = new Set(recorded.map(({ record }) => record));

/** Type of every series that there is: of the registry, of exporters, of recording rules and of Prometheus itself. */
const { body } = await createMetrics().render();
const types = new Map<string, string>([
  ...[...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type = '']): [string, string][] =>
    type === 'histogram'
      ? ['_bucket', '_sum', '_count'].map((end) => [name + end, 'counter'])
      : [[name, type]],
  ),
  ...Object.entries(exporters),
  ...[...records].map((name): [string, string] => [name, 'gauge']),
  ['ALERTS', 'gauge'],
  ['up', 'gauge'],
]);

describe('the committed dashboards of Grafana', () => {
  it('are what the code makes', () => {
    expect(dashboards.map(({ name }) => `grafana/dashboards/${name}`).sort()).toEqual(
      Object.keys(grafanaDashboards).sort(),
    );
    for (const [path, made] of Object.entries(grafanaDashboards))
      expect(readFileSync(join(root, path), 'utf8'), path).toBe(`${JSON.stringify(made, null, 2)}\n`);
  });

  it('have names of their own, and panels that do not overlap', () => {
    for (const { name, uid, panels } of dashboards) {
      expect(name).toBe(`${uid}.json`);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)}, ${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size, uid).toBe(cells.length);
      expect(
        cells.every((cell) => Number(cell.split(',')[0]) < 24),
        uid,
      ).toBe(true);
    }
    expect(new Set(panels.map(({ where }) => where)).size).toBe(panels.length);
  });

  it('choose the Prometheus and the installation by variables', () => {
    for (const { templating, uid } of dashboards) {
      const [first, second] = templating.list;
      expect([first?.type, first?.name, second?.name], uid).toEqual(['datasource', 'datasource', 'job']);
    }
    for (const { where, expr } of queries)
      for (const { name, text } of selectedIn(expr))
        if (/^(job:)?tidewatch_/.test(name)) expect(text, where).toContain('job=~"$job"');
  });

  it('tell each line of a panel from the others', () => {
    for (const { where, targets } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size, where).toBe(targets.length);
      for (const { expr, legendFormat } of targets)
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(expr, `${where}: ${legendFormat}`).toMatch(
            new RegExp(`(by|on) \\([^)]*\\b${label}\\b|tidewatch_\\w+:|kafka_topic_partitions`),
          );
    }
  });
});

describe('the queries of dashboards and rules', () => {
  const all = [
    ...queries,
    ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
    ...recorded.map(({ record, expr }) => ({ where: record, expr })),
  ];

  it('read series that there are, counters under a rate only, gauges never', () => {
    const overCounters = ['rate', 'increase'];
    for (const { where, expr } of all)
      for (const { name, within } of selectedIn(expr)) {
        expect(types.get(name), `${where}: ${name}`).toBeDefined();
        const rated = overCounters.includes(within[0] ?? '');
        // Offsets of Kafka and counts of threads only grow, though their exporters call them gauges.
        const grows = types.get(name) === 'counter' || /_current_offset$|_threads_count$/.test(name);
        if (rated || types.get(name) === 'counter') expect(rated && grows, `${where}: ${name}`).toBe(true);
      }
  });

  it('look back over the interval that Grafana gives', () => {
    for (const { where, expr } of queries)
      for (const [, range] of expr.matchAll(/\[([$\w]+)\]/g)) expect(range, where).toBe('$__rate_interval');
  });

  it('match labels that the metrics have', () => {
    for (const { where, expr } of all)
      for (const { name, text } of selectedIn(expr)) {
        const row = catalogued(name);
        if (row === undefined) continue;
        const labels: readonly string[] = ['job', 'le', ...catalogue[row].labels];
        for (const [, label = ''] of text.matchAll(/(\w+)\s*(?:=~|!=|!~|=)\s*"/g))
          expect(labels, `${where}: ${text}`).toContain(label);
      }
  });

  it('together look at every metric of the catalogue', () => {
    const seen = watchers();
    expect((Object.keys(catalogue) as MetricName[]).filter((name) => !seen.has(name))).toEqual([]);
  });
});
