import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';
import { random } from '../seed.ts';
import { type KafkaService, startKafka } from '../services/kafka.ts';
import { type RunningOpenSearch, startOpenSearch } from '../services/opensearch.ts';

const minute = 60_000;
const minutes = 75;
const users = 24;
const start = Math.floor(Date.now() / minute) * minute - minutes * minute;
const range = 'from=now-2h&to=now%2B1h';
const detector = `
id: logons
title: Many log-ons
filter: 'event.category: authentication'
by: [user.name]
interval: 1m
delay: 30s
forest: { trees: 20, sample: 64, target: 0.009 }
features:
  - { name: logons, aggregate: count, direction: above, min_absolute: 20 }
`;

const logon = (name: string, time: number) => ({
  '@timestamp': new Date(time).toISOString(),
  event: { category: ['authentication'] },
  user: { name },
});

/** Log-ons of each user in each minute; of every fourth of them forty in the 45th, and of their neighbours in the 65th. */
const happened = (() => {
  const next = random(21);
  return Array.from({ length: minutes }, (_, step) =>
    Array.from({ length: users }, (_, user) => {
      const isSpike = (user % 4 === 0 && step === 45) || (user % 4 === 1 && step === 65);
      const count = isSpike ? 40 : 1 + Math.floor(4 * next() ** 2);
      return Array.from({ length: count }, (_, i) => logon(`user-${user}`, start + step * minute + i * 500));
    }).flat(),
  );
})();
const spikes = Array.from({ length: users }, (_, user) => `user-${user}`).filter((_, user) => user % 4 < 2);

interface Result {
  readonly entity: readonly string[];
  readonly from: number;
  readonly score: number;
}
interface AlertPage {
  readonly items: readonly {
    readonly count: number;
    readonly key: readonly { readonly value: string }[];
  }[];
}
interface Row {
  readonly state?: { readonly events: number; readonly known: number; readonly late: number };
}

describe.runIf(has('kafka') && has('opensearch'))('detectors in two processes on one Kafka', () => {
  let kafka: KafkaService;
  let search: RunningOpenSearch;
  let directory: string;
  const servers: RunningServer[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-parts-'));
    await mkdir(join(directory, 'detectors'));
    await writeFile(join(directory, 'detectors/logons.yml'), detector);
    [kafka, search] = await Promise.all([startKafka(), startOpenSearch()]);
  }, 300_000);
  afterAll(async () => {
    for (const server of servers) await server.dispose();
    await Promise.all([kafka?.stop(), search?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  async function run(part: string, roles: readonly string[], data?: string): Promise<RunningServer> {
    const config = JSON.stringify({
      roles,
      inputs: [{ type: 'http' }],
      anomalies: { paths: [join(directory, 'detectors')], select: 'all', part },
      models: { paths: [] },
      stream: { kafka: { brokers: [kafka.broker], partitions: 3, replicas: 1, min_insync_replicas: 1 } },
      store: { opensearch: { nodes: [search.url] } },
    });
    const server = await startServer({ config, ...(data !== undefined && { data }) });
    servers.push(server);
    return server;
  }

  it('find what one finds, also when one of them is killed; and it is seen that a part has no process, or two', async () => {
    const one = await run('1/2', ['ingest', 'index', 'api', 'scorer']);
    let two = await run('2/2', ['api', 'scorer']);
    const row = (server: RunningServer) => server.api<Row>('/api/detectors/logons');
    const alerts = () => one.api<AlertPage>(`/api/alerts?${range}&limit=100`);
    const counted = (page: AlertPage) =>
      page.items.map(({ key, count }) => `${key[0]?.value} ${count}`).sort();
    const processes = async (server: RunningServer) => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return [...text.matchAll(/^tidewatch_anomaly_part_processes{.*part="(.+?)".*} (\d+)$/gm)]
        .map(([, part, count]) => `${part}: ${count}`)
        .sort();
    };
    let sent = 0;
    async function send(events: readonly object[]): Promise<void> {
      const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
      const headers = { 'content-type': 'application/x-ndjson' };
      // Each source has a partition.
      const answer = await fetch(`${one.ingest}/ingest/site-${sent++ % 4}`, {
        method: 'POST',
        headers,
        body,
      });
      expect(answer.status).toBe(200);
    }
    const sendMinutes = async (from: number, to: number) => {
      for (const events of happened.slice(from, to)) await send(events);
    };

    // A group begins with what comes once it reads.
    const reading = async () => {
      await send(Array.from({ length: 8 }, (_, i) => logon(`early-${i}`, start - minute)));
      const rows = await Promise.all([row(one), row(two)]);
      return rows.every(({ state }) => (state?.events ?? 0) > 12);
    };
    await eventually(reading, Boolean, 60, 500);
    await sendMinutes(0, 52);
    await eventually(alerts, ({ items }) => items.length === users / 4, 60);
    const before = await row(two);
    expect(before.state?.known).toBeGreaterThan(0);
    await two.kill('SIGKILL');
    await sendMinutes(52, 60);
    const { data } = two;
    await sendMinutes(60, minutes);
    const meanwhile = await eventually(alerts, ({ items }) => items.length > users / 4, 60);
    expect(meanwhile.items.length).toBeLessThan(spikes.length);
    two = await run('2/2', ['api', 'scorer'], data);
    const page = await eventually(alerts, ({ items }) => items.length >= spikes.length, 60);
    expect(counted(page)).toEqual(spikes.map((user) => `${user} 1`).sort());

    const states = await Promise.all([row(one), row(two)]);
    expect(states.map(({ state }) => state?.late)).toEqual([0, 0]);
    expect(states.reduce((sum, { state }) => sum + (state?.known ?? 0), 0)).toBe(users + 8);

    // What one process would have found.
    await eventually(
      () => one.api<{ total: number }>(`/api/events?limit=1&${range}&q=event.category:authentication`),
      ({ total }) => total >= happened.flat().length,
    );
    const { id } = await two.api<{ id: string }>('/api/detectors/logons/runs', {
      method: 'POST',
      body: { from: 'now-2h', to: 'now+1h' },
    });
    const { result } = await eventually(
      () => two.api<{ result?: { items: Result[] } }>(`/api/detectors/runs/${id}`),
      (run) => run.result !== undefined,
    );
    const oddOf = (items: readonly Result[]) =>
      items
        .filter(({ entity: [user], from }) => user?.startsWith('user-') && from < start + 70 * minute)
        .map(({ entity, from, score }) => `${entity} ${(from - start) / minute} ${score}`)
        .sort();
    const whole = oddOf(result?.items ?? []);
    expect(whole.length).toBeGreaterThan(spikes.length);
    const history = await eventually(
      () => one.api<{ items: Result[] }>(`/api/detectors/logons/history?${range}&limit=1000`),
      ({ items }) => oddOf(items).length >= whole.length,
    );
    expect(oddOf(history.items)).toEqual(whole);

    const seen = (counted: string) =>
      eventually(
        () => processes(one),
        (found) => `${found}` === counted,
        180,
        1_000,
      );
    const told = (words: string) =>
      eventually(
        async () => one.output(),
        (text) => text.includes(words),
        180,
        1_000,
      );
    await seen('1/2: 1,2/2: 1');
    await two.kill('SIGKILL');
    await seen('1/2: 1,2/2: 0');
    await told('No process looks at part 2/2');
    await run('2/2', ['api', 'scorer'], data);
    await run('2/2', ['api', 'scorer']);
    await seen('1/2: 1,2/2: 2');
    await told('Several processes look at part 2/2');
  }, 900_000);
});
