import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

interface Found<T> {
  readonly items: readonly T[];
}

interface AlertRow {
  readonly id: string;
  readonly detector: { readonly title: string };
}

interface Source {
  readonly kind: string;
  readonly name: string;
  readonly entries: number;
  readonly failures: number;
  readonly fault: { readonly reason: string } | null;
}

describe('a running server with sources of enrichment', () => {
  let directory: string;
  let server: RunningServer;
  const file = (name: string) => join(directory, name);
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-enrichment-'));
    await writeFile(file('feed.csv'), 'ioc,malware\r\n"198.51.100.7","a ""bot"""\r\n');
    await writeFile(file('hosts.csv'), 'name;owner\nweb1;alice\n');
    await writeFile(file('city.mmdb'), 'no database');
    server = await startServer({
      config: JSON.stringify({
        enrichment: {
          geoip: { city: file('city.mmdb') },
          threat_intel: [
            { name: 'botnets', path: file('feed.csv'), columns: { value: 'ioc', description: 'malware' } },
          ],
          tables: [
            {
              name: 'hosts',
              path: file('hosts.csv'),
              delimiter: ';',
              key: 'name',
              join: 'host.name',
              fields: { 'labels.owner': 'owner' },
            },
          ],
        },
      }),
    });
  }, 120_000);
  afterAll(async () => {
    await server.dispose();
    await rm(directory, { recursive: true });
  });

  const connection = (to: string) => ({
    '@timestamp': new Date().toISOString(),
    event: { dataset: 'zeek.connection', category: ['network'] },
    host: { name: 'WEB1' },
    source: { ip: '10.0.0.7' },
    destination: { ip: to },
  });
  async function send(...to: string[]): Promise<void> {
    const lines = to.flatMap((ip) => ['{"create":{"_index":"zeek"}}', JSON.stringify(connection(ip))]);
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(`${server.ingest}/_bulk`, {
      method: 'POST',
      headers,
      body: `${lines.join('\n')}\n`,
    });
    expect(await response.json()).toMatchObject({ errors: false });
  }
  const alerts = async () =>
    (await server.api<Found<AlertRow>>('/api/alerts?from=now-1h&to=now%2B1h')).items.filter(
      ({ detector }) => detector.title === 'Connection with an indicator of a threat feed',
    );
  const sources = async () => (await server.api<{ sources: Source[] }>('/api/enrichment')).sources;
  const eventsTo = async (ip: string) =>
    (
      await server.api<Found<Record<string, unknown>>>(
        `/api/events?from=now-1h&to=now%2B1h&q=${encodeURIComponent(`destination.ip: "${ip}"`)}`,
      )
    ).items;

  it('raises an alert for what a feed warns of, and none for the rest', async () => {
    await send('198.51.100.7', '198.51.100.8');
    await eventually(alerts, (found) => found.length === 1);
    const [event] = await eventually(
      () => eventsTo('198.51.100.7'),
      (found) => found.length === 1,
    );
    expect(event).toMatchObject({
      labels: { owner: 'alice' },
      threat: {
        feed: { name: 'botnets' },
        indicator: { type: 'ipv4-addr', ip: '198.51.100.7', description: 'a "bot"' },
        enrichments: [{ matched: { field: 'destination.ip', atomic: '198.51.100.7' } }],
      },
    });
    expect((await eventsTo('198.51.100.8'))[0]).not.toHaveProperty('threat');
  });

  it('says where public addresses are', async () => {
    await send('91.198.174.192');
    const [event] = await eventually(
      () => eventsTo('91.198.174.192'),
      (found) => found.length === 1,
    );
    expect(event).toMatchObject({
      destination: { geo: { country_iso_code: 'NL', country_name: 'Netherlands' } },
    });
    expect(event).not.toHaveProperty('source.geo');
  });

  it('goes by a changed feed without a restart', async () => {
    await writeFile(file('feed.csv'), 'ioc,malware\n203.0.113.0/24,net\n192.0.2.1,other\n');
    await eventually(sources, (all) => all.some(({ name, entries }) => name === 'botnets' && entries === 2));
    await send('203.0.113.77');
    const [event] = await eventually(
      () => eventsTo('203.0.113.77'),
      (found) => found.length === 1,
    );
    expect(event).toMatchObject({ threat: { indicator: { name: '203.0.113.0/24', description: 'net' } } });
  });

  it('keeps the feed before when its file is broken, and says so', async () => {
    await writeFile(file('feed.csv'), 'something,else\n1,2\n');
    const [feed] = await eventually(
      async () => (await sources()).filter(({ name }) => name === 'botnets'),
      ([one]) => one?.fault !== null,
    );
    expect(feed).toMatchObject({
      entries: 2,
      failures: 1,
      fault: { reason: expect.stringContaining('no column "ioc"') },
    });
    expect(await sources()).toContainEqual(
      expect.objectContaining({ kind: 'geoip', name: 'city', entries: 0, fault: expect.anything() }),
    );
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tidewatch_enrichment_failures_total{kind="threat_intel",source="botnets"} 1');
    await send('203.0.113.78');
    const [event] = await eventually(
      () => eventsTo('203.0.113.78'),
      (found) => found.length === 1,
    );
    expect(event).toHaveProperty('threat.indicator');
  });
});
