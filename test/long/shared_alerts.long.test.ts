import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';
import { random } from '../seed.ts';
import { type KafkaService, startKafka } from '../services/kafka.ts';
import { type RunningOpenSearch, startOpenSearch } from '../services/opensearch.ts';

const rule = `title: Knocked
id: 5a5c4a6e-2a0a-4a3e-9d56-2f3d1a5e7f01
level: high
logsource: { product: any }
detection: { selection: { event.action: knocked }, condition: selection }
`;
const hosts = 40;
const requests = 80;
const perRequest = 40;
const kills = 3;

interface AlertPage {
  readonly total: number;
  readonly items: readonly {
    readonly id: string;
    readonly count: number;
    readonly status: string;
    readonly key: readonly { readonly value: string }[];
  }[];
}

describe.runIf(has('kafka') && has('opensearch'))('two detectors on one Kafka and one OpenSearch', () => {
  let kafka: KafkaService;
  let search: RunningOpenSearch;
  let directory: string;
  const servers: RunningServer[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-shared-'));
    await writeFile(join(directory, 'knocked.yml'), rule);
    [kafka, search] = await Promise.all([startKafka(), startOpenSearch()]);
  }, 300_000);
  afterAll(async () => {
    for (const server of servers) await server.dispose();
    await Promise.all([kafka?.stop(), search?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  const configOf = (...roles: string[]): string =>
    JSON.stringify({
      roles,
      rules: { paths: [directory] },
      inputs: [{ type: 'http' }],
      stream: { kafka: { brokers: [kafka.broker], partitions: 4, replicas: 1, min_insync_replicas: 1 } },
      store: { opensearch: { nodes: [search.url] } },
    });
  async function start(...roles: string[]): Promise<RunningServer> {
    const server = await startServer({ config: configOf(...roles) });
    servers.push(server);
    return server;
  }

  it('kill -9 of either: every match is counted once, and what people did stays', async () => {
    const ingest = await start('ingest');
    const api = await start('api');
    const detectors = [await start('detector'), await start('detector')];
    // Within one hour, which is over.
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;
    const alerts = (): Promise<AlertPage> => api.api('/api/alerts?from=now-1d&to=now&limit=500');
    const next = random(12);
    const dies = new Set(Array.from({ length: kills }, () => Math.floor(next() * requests)));
    for (let request = 0; request < requests; request++) {
      const body = Array.from({ length: perRequest }, (_, i) => {
        const time = new Date(hour + request * 1_000 + i).toISOString();
        return `${JSON.stringify({ '@timestamp': time, host: { name: `h${i % hosts}` }, event: { action: 'knocked' } })}\n`;
      }).join('');
      const headers = { 'content-type': 'application/x-ndjson' };
      // Sources share Kafka's partitions out, and the detectors those.
      const answer = await fetch(`${ingest.ingest}/ingest/site-${request % 16}`, {
        method: 'POST',
        headers,
        body,
      });
      expect(answer.status).toBe(200);
      if (request === 20) {
        const { items } = await eventually(alerts, ({ total }) => total > 0);
        const body = { ids: items.map(({ id }) => ({ id })), action: { action: 'acknowledge' } };
        await api.api('/api/alerts/actions', { method: 'POST', body });
      }
      if (!dies.has(request)) continue;
      await setTimeout(next() * 500);
      const which = next() < 0.5 ? 0 : 1;
      const { data } = detectors[which] as RunningServer;
      await detectors[which]?.kill('SIGKILL');
      const again = await startServer({ data, config: configOf('detector') });
      servers.push(again);
      detectors[which] = again;
    }
    const each = (requests * perRequest) / hosts;
    await eventually(
      alerts,
      ({ items }) => items.length === hosts && items.every(({ count }) => count >= each),
      60,
    );
    // Long enough for one too many.
    await setTimeout(2_000);
    const { items, total } = await alerts();
    expect(total).toBe(hosts);
    expect(new Set(items.map(({ key }) => key[0]?.value)).size).toBe(hosts);
    expect(items.map(({ count }) => count)).toEqual(Array(hosts).fill(each));
    expect(items.filter(({ status }) => status === 'acknowledged').length).toBeGreaterThan(0);
  }, 240_000);
});
