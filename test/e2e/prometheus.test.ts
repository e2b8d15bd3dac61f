import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backfill } from '../prometheus/backfill.ts';
import { siteHistory, siteLimit, siteNow } from '../prometheus/site.ts';
import { has, root } from '../require.ts';
import { startAlertmanager, startPrometheus } from '../services/prometheus.ts';
import { eventually, startServer } from './server.ts';

const folder = join(root, 'prometheus');
const rulesFolder = join(folder, 'rules');
/** The shipped rules, changed; by their path. */
const rules = (change: (text: string) => string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(rulesFolder).map((name) => [
      `rules/${name}`,
      change(readFileSync(join(rulesFolder, name), 'utf8')),
    ]),
  );
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** A minute becomes a second, wherever rules name a time to wait or to look back. */
const hasten = (text: string): string =>
  text.replace(
    /((?:for|interval): |\[|offset )(\d+)([smhd])\b/g,
    (_, before: string, count: string, unit: string) =>
      `${before}${Math.max(1, (Number(count) * (unitSeconds[unit] ?? 0)) / 60)}s`,
  );

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});
const stopped = <T extends { stop(): Promise<void> }>(service: T): T => {
  stops.push(() => service.stop());
  return service;
};

/** An HTTP server of ours on a port of the loopback address, and its address. */
async function serve(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

describe.runIf(has('prometheus'))('a real Prometheus', () => {
  it('has data for every panel after eight days', async () => {
    const now = Math.floor(Date.now() / 1000);
    const prometheus = stopped(
      await startPrometheus({
        config: 'global: {scrape_interval: 15s, evaluation_interval: 15s}\nrule_files: [rules/*.yml]\n',
        files: rules((text) => text.replaceAll('interval: 30s', 'interval: 1s')),
        samples: await backfill(now, 8),
      }),
    );
    const recorded = 'job:tidewatch_event_latency_misses:ratio_rate3d';
    await eventually(
      () => prometheus.query(recorded),
      (found) => found.length > 0,
    );

    const empty: string[] = [];
    let asked = 0;
    for (const name of readdirSync(join(root, 'grafana/dashboards'))) {
      const { panels } = JSON.parse(readFileSync(join(root, 'grafana/dashboards', name), 'utf8')) as {
        panels: Panel[];
      };
      for (const { title, type, targets = [] } of panels)
        for (const { expr } of targets) {
          const promql = expr
            .replaceAll('$__rate_interval', '2m')
            .replaceAll('$job', '.+')
            .replaceAll(`\${target:doublequote}`, JSON.stringify('requests{service="web"}'));
          const answer =
            type === 'timeseries'
              ? await prometheus.range(promql, now - 3_600, now + 60, 60)
              : await prometheus.query(promql);
          asked++;
          const numbers = answer.flatMap(({ values }) => values.filter(([, value]) => !Number.isNaN(value)));
          if (numbers.length === 0) empty.push(`${name} › ${title}: ${promql}`);
        }
    }
    expect(empty).toEqual([]);
    expect(asked).toBeGreaterThan(100);

    const future = 'max(tidewatch_forecast_expected{target="events_per_minute", horizon="24h"} offset 24h)';
    const drawn = await prometheus.range(future, now + 3_600, now + 82_800, 1_800);
    expect(drawn[0]?.values.length).toBeGreaterThan(5);
  });

  it('is told by Tidewatch of a step, a ramp, a silence and an absence, and Alertmanager tells of them', {
    timeout: 200_000,
  }, async () => {
    interface Notice {
      readonly status: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }
    const notices: Notice[] = [];
    const receiver = await serve(
      createServer(async (request, response) => {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        notices.push(...(JSON.parse(Buffer.concat(parts).toString()) as { alerts: Notice[] }).alerts);
        response.end();
      }),
    );
    const site = await serve(
      createServer((_, response) => response.setHeader('content-type', 'text/plain').end(siteNow())),
    );
    const alertmanager = stopped(
      await startAlertmanager(
        readFileSync(join(folder, 'alertmanager.yml'), 'utf8')
          .replaceAll('127.0.0.1:9999', receiver)
          .replaceAll(/(group_wait|group_interval): \w+/g, '$1: 1s'),
      ),
    );
    const targets = mkdtempSync(join(tmpdir(), 'tidewatch-targets-'));
    stops.push(async () => rmSync(targets, { recursive: true }));
    const prometheus = stopped(
      await startPrometheus({
        config: `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules/*.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ['${new URL(alertmanager.url).host}']}]}]}
scrape_configs:
  - {job_name: tidewatch, file_sd_configs: [{files: ['${targets}/*.json']}]}
  - {job_name: site, static_configs: [{targets: ['${site}']}]}
`,
        files: rules(hasten),
        samples: siteHistory(3),
      }),
    );
    const server = await startServer({
      config: `
forecast:
  defaults: false
  prometheus: {url: '${prometheus.url}'}
  targets:
    - {name: requests, promql: 'max by (service) (site_requests_per_second)'}
    - {name: disk, promql: 'max(site_disk_used_gibibytes)', direction: above, limit: ${siteLimit}}
`,
    });
    stops.push(() => server.dispose());
    await writeFile(
      join(targets, 'tidewatch.json'),
      JSON.stringify([{ targets: [new URL(server.url).host] }]),
    );

    const send = async (count: number) => {
      const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ message: `order ${i}` }));
      const answer = await fetch(`${server.ingest}/ingest/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines.join('\n'),
      });
      expect(answer.status).toBeLessThan(300);
    };
    await send(1);
    const counted = 'sum by (source) (tidewatch_events_received_total)';
    const [{ labels } = { labels: {} }] = await eventually(
      () => prometheus.query(counted),
      (found) => found.length > 0,
      30,
    );
    await send(4_000);

    const fired = (alertname: string, also: Readonly<Record<string, string>> = {}) =>
      eventually<Notice | undefined>(
        async () =>
          notices.find(
            ({ status, labels: given }) =>
              status === 'firing' &&
              Object.entries({ alertname, job: 'tidewatch', ...also }).every(
                ([label, value]) => given[label] === value,
              ),
          ),
        (found) => found !== undefined,
        // What the forecaster has not read within its first seconds it tells a minute later.
        100,
      );
    const step = await fired('TidewatchForecastBandBreached', { target: 'requests{service="web"}' });
    const ramp = await fired('TidewatchCapacityBreachForecast', { target: 'disk' });
    const silence = await fired('TidewatchSourceSilent', labels);
    await server.kill('SIGKILL');
    const absence = await fired('TidewatchTargetDown', { severity: 'critical' });

    for (const notice of [step, ramp, silence, absence]) {
      expect(notice?.annotations.runbook_url).toBe(`docs/runbooks/${notice?.labels.alertname}.md`);
      expect(notice?.annotations.dashboard).toMatch(/^\/d\/tidewatch-[a-z]+(\?var-target=[\w%.-]+)?$/);
      expect(Object.values(notice?.annotations ?? {}).join()).not.toMatch(/<error|<no value>|\{\{/);
    }
    const breached = notices.filter(
      ({ labels: given }) => given.alertname === 'TidewatchForecastBandBreached',
    );
    expect(new Set(breached.map(({ labels: given }) => given.target))).toEqual(
      new Set([step?.labels.target]),
    );
  });
});
