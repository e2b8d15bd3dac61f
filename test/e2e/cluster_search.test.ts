import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataClasses, partitionName } from '@tidewatch/store';
import { indexed } from '@tidewatch/store/contract.suite';
import {
  connectOpenSearch,
  createBulkWriter,
  openSearchConfig,
  setupOpenSearch,
} from '@tidewatch/store/opensearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveCommand } from '../../apps/tidewatch/commands/archive.ts';
import { runCommand } from '../../apps/tidewatch/commands/command.fixture.ts';
import { setupCommand } from '../../apps/tidewatch/commands/setup.ts';
import { has, root } from '../require.ts';
import { type KafkaService, startKafka } from '../services/kafka.ts';
import { type RunningOpenSearch, startOpenSearch } from '../services/opensearch.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const day = 86_400_000;
const events = 2_500;
/** Of what is sent, events whose query the index answers, or cannot answer, exactly. */
const queries: readonly (readonly [query: string, found: number])[] = [
  ['host.name: WEB-1', events / 10],
  ['host.name: web-* and not source.ip: 10.0.0.0/8', events / 2],
  ['source.port >= 2000', 500],
  ['"failed password"', events / 5],
  ['powershell', events / 10],
  ['process.command_line: /-e(nc)?\\s/i', events / 10],
  ['message: *word and @timestamp >= now-1d', events / 5],
  ['no.such: field', 0],
  ['not no.such: field', events],
];

/** Of a week that is over. */
const old = {
  events: 7,
  time: Date.now() - 10 * day,
  partition: partitionName(Date.now() - 10 * day, 90 * day),
};

/** As servers that have run for weeks would have left it. */
async function fillOldPartition(url: string): Promise<void> {
  const classes = await loadDataClasses(join(root, 'governance/classes.yml'));
  const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [url] }));
  await setupOpenSearch(connection, classes);
  const writer = createBulkWriter({ connection, classes });
  const { time } = old;
  const records = Array.from({ length: old.events }, () =>
    indexed({}, { time, ingested: time, dataClass: 'authentication' }),
  );
  expect((await writer.write(records)).map(({ status }) => status)).toEqual(records.map(() => 'stored'));
  await writer.close();
  await connection.close();
}

describe.runIf(has('kafka') && has('opensearch'))('events through Kafka into OpenSearch', () => {
  let kafka: KafkaService;
  let search: RunningOpenSearch;
  let writes: RunningServer;
  let reads: RunningServer;
  let folder: string;
  const config = (roles: string): string =>
    `roles: [${roles}]
archive: { folder: '${join(folder, 'archive')}' }
stream: { kafka: { brokers: ['${kafka.broker}'], partitions: 2, replicas: 1, min_insync_replicas: 1 } }
store: { opensearch: { nodes: ['${search.url}'], timeout_ms: 2000 } }
inputs: [{ type: http }]
`;
  beforeAll(async () => {
    [kafka, search] = await Promise.all([startKafka(), startOpenSearch()]);
    folder = await mkdtemp(join(tmpdir(), 'tidewatch-shared-'));
    await fillOldPartition(search.url);
    [writes, reads] = await Promise.all([
      startServer({ config: config('ingest, index') }),
      startServer({ config: config('api') }),
    ]);
  }, 300_000);
  afterAll(async () => {
    await Promise.all([writes?.dispose(), reads?.dispose()]);
    await Promise.all([kafka?.stop(), search?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  interface EventPage {
    readonly total: number;
    readonly next?: string;
    readonly items: readonly { readonly event: { readonly id: string } }[];
  }
  const find = (q: string, more = ''): Promise<EventPage> =>
    reads.api(`/api/events?from=now-1h&to=now%2B1h&q=${encodeURIComponent(q)}${more}`);

  async function send(source: string, lines: readonly string[]): Promise<void> {
    const response = await fetch(`${writes.ingest}/ingest/${source}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${lines.join('\n')}\n`,
    });
    expect(response.status).toBe(200);
  }

  it('are found by every kind of query, counted and paged', async () => {
    const lines = Array.from({ length: events }, (_, i) =>
      JSON.stringify({
        '@timestamp': new Date(Date.now() - i).toISOString(),
        host: { name: `web-${i % 10}` },
        source: { ip: `${i % 2 === 0 ? 10 : 192}.0.2.1`, port: i },
        message: i % 5 === 0 ? 'Failed password for root' : 'session opened',
        process: { command_line: i % 10 === 3 ? 'C:\\PowerShell.exe -Enc aGk=' : 'sshd' },
      }),
    );
    await send('site', lines);
    await eventually(
      () => find(''),
      ({ total }) => total === events,
      60,
    );
    for (const [query, found] of queries) {
      const { total, items } = await find(query, '&limit=200');
      expect([query, total, items.length]).toEqual([query, found, Math.min(200, found)]);
    }
    const ids = new Set<string>();
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: EventPage = await find('', `&limit=1000${after === '' ? '' : `&after=${after}`}`);
      for (const { event } of page.items) ids.add(event.id);
      after = page.next;
    }
    expect(ids.size).toBe(events);
    const range = 'from=now-1h&to=now%2B1h';
    const top = await reads.api<object>(`/api/events/top?${range}&field=host.name&limit=2`);
    expect(top).toMatchObject({ values: [{ value: 'web-0', count: events / 10 }, { value: 'web-1' }] });
    const { buckets } = await reads.api<{ buckets: { count: number }[] }>(
      `/api/events/histogram?${range}&buckets=60`,
    );
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(events);
    const [id] = ids;
    expect(await reads.api<object>(`/api/events/${id}`)).toMatchObject({ event: { id } });
  }, 120_000);

  it('are in a cluster that the start has set up, as the command shows', async () => {
    const config = join(folder, 'setup.yml');
    await writeFile(config, `store: { opensearch: { nodes: ['${search.url}'] } }`);
    const setUp = (...more: string[]) => runCommand(setupCommand, 'opensearch', '--config', config, ...more);
    const { status, stdout } = await setUp('--json');
    expect(status).toBe(0);
    const { steps } = JSON.parse(stdout) as { steps: { what: string; state: string }[] };
    expect(steps.filter(({ state }) => state !== 'there').map(({ what }) => what)).toEqual([
      'retention by Index State Management',
      'access',
      'dashboards',
    ]);
    expect(steps).toContainEqual({ what: 'alias tidewatch-events', state: 'there' });
    const refused = await setUp('--dry-run', '--dashboards', `${search.url}/`);
    expect(refused.stdout).toContain('nothing is changed');
    expect((await setUp('--dashboards', search.url)).status).toBe(1);
  });

  it('are archived by the process that indexes, and listed and brought back by the one that is asked', async () => {
    const archive = async (verb: string, ...more: string[]) => {
      const { status, stdout } = await runCommand(
        archiveCommand,
        verb,
        '--json',
        '--data',
        reads.data,
        ...more,
      );
      expect(status).toBe(0);
      return (JSON.parse(stdout) as { dataClass: string; events: number; state: string }[]).map(
        ({ dataClass, events: count, state }) => [dataClass, count, state],
      );
    };
    const archived = [['authentication', old.events, 'archived']];
    await eventually(
      () => archive('list', '--class', 'authentication', '--from', '12d', '--to', '8d'),
      (files) => files.length > 0,
      // Where OpenSearch was too busy at first, it is tried again after a minute.
      90,
    ).then((files) => expect(files).toEqual(archived));
    for (const other of [
      ['--class', 'system', '--from', '12d', '--to', '8d'],
      ['--class', 'authentication', '--from', '12d', '--to', '11d'],
      ['--class', 'authentication', '--from', '8d', '--to', '1d'],
    ])
      expect([await archive('list', ...other), await archive('restore', ...other)]).toEqual([[], []]);

    const wasThere = await fetch(`${search.url}/tidewatch-events-authentication-${old.partition}`, {
      method: 'DELETE',
    });
    expect(wasThere.status).toBe(200);
    const back = await archive('restore', '--class', 'authentication', '--from', '12d', '--to', '8d');
    expect(back).toEqual([['authentication', old.events, 'restored']]);
    const found = await eventually(
      () => reads.api<EventPage>('/api/events?from=now-12d&to=now-8d&q='),
      ({ total }) => total > 0,
    );
    expect(found.total).toBe(old.events);
  }, 180_000);

  // Fifty kills more, of Kafka and OpenSearch, too, in `npm run test:long`.
  it('are there once after kill -9 of the process that took them', async () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => JSON.stringify({ message: `line ${i}` }));
    await send('mortal', lines);
    const { data } = writes;
    await writes.kill('SIGKILL');
    writes = await startServer({ data, config: config('ingest, index') });
    await send('mortal', ['{"message":"after"}']);
    const found = await eventually(
      () => find('tidewatch.source: mortal'),
      ({ total }) => total > lines.length,
      60,
    );
    expect(found.total).toBe(lines.length + 1);
  }, 120_000);

  it('are out of reach, not absent, while OpenSearch is away', async () => {
    await search.kill('SIGKILL');
    await expect(find('host.name: web-1')).rejects.toThrow(/OPENSEARCH_UNREACHABLE|503/);
    await search.restart();
    expect((await find('host.name: web-1')).total).toBe(events / 10);
  }, 300_000);
});
