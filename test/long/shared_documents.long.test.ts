import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { has } from '../require.ts';
import { type KafkaService, startKafka } from '../services/kafka.ts';

const rounds = 30;
const id = '7c0c9a6e-2f53-4d0e-8a5b-000000000077';
const rule = (action: string) =>
  `title: Sees ${action}\nid: ${id}\nlogsource: { product: any }\ndetection: { s: { event.action: ${action} }, condition: s }\n`;
const useCase = {
  name: 'faults',
  title: 'Faults of an application',
  purpose: 'Find out that the application is attacked.',
  legal_basis: 'Legitimate interest',
  data: [{ source: 'app', class: 'system' }],
  fields: ['message'],
  rules: [id],
  stakeholders: ['security analysts'],
  review_by: '2999-12-31',
  approvals: [{ role: 'privacy_officer', by: 'privacy-desk', at: '2026-01-01' }],
};

interface Kept {
  readonly source: string;
  readonly kept?: { readonly version: string };
}

describe.runIf(has('kafka'))('what two processes on Kafka are told at once', () => {
  let kafka: KafkaService;
  let directory: string;
  let servers: [RunningServer, RunningServer];
  beforeAll(async () => {
    kafka = await startKafka();
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-shared-'));
    for (const folder of ['usecases', 'rules']) await mkdir(join(directory, folder));
    await writeFile(
      join(directory, 'classes.yml'),
      `classes:
  system: { description: Messages, ttl: 30d, readers: [analyst] }
approvals:
  - { class: system, ttl: 30d, by: privacy-desk, on: 2026-01-01, until: 2999-12-31 }
`,
    );
    const config = JSON.stringify({
      governance: 'enforced',
      usecases: join(directory, 'usecases'),
      classes: join(directory, 'classes.yml'),
      rules: { paths: [join(directory, 'rules')] },
      stream: { kafka: { brokers: [kafka.broker], partitions: 2, replicas: 1, min_insync_replicas: 1 } },
    });
    const first = await startServer({ config });
    servers = [first, await startServer({ config })];
  }, 300_000);
  afterAll(async () => {
    for (const server of servers ?? []) await server.dispose();
    await kafka?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Undefined until it has heard of it. */
  const kept = (server: RunningServer): Promise<Kept | undefined> =>
    server.api<Kept>(`/api/rules/${id}`).catch(() => undefined);
  const agreed = () =>
    eventually(
      () => Promise.all(servers.map(kept)),
      ([one, two]) => one?.kept !== undefined && one.kept.version === two?.kept?.version,
      5,
    );

  it('is a rule of one of them, and the other is told so', async () => {
    const [first] = servers;
    await first.api(`/api/rules/${id}`, { method: 'PUT', body: { source: rule('start') } });
    for (let round = 0; round < rounds; round++) {
      const [current] = await agreed();
      const texts = servers.map((_, i) => rule(`round${round}by${i}`));
      const headers = { 'if-match': `"${current?.kept?.version}"` };
      const told = await Promise.allSettled(
        servers.map((server, i) =>
          server.api(`/api/rules/${id}`, { method: 'PUT', body: { source: texts[i] }, headers }),
        ),
      );
      const why = `round ${round}: ${told.map((one) => (one.status === 'rejected' ? one.reason : 'kept')).join('; ')}`;
      expect(told.map(({ status }) => status).sort(), why).toEqual(['fulfilled', 'rejected']);
      const refused = told.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
      expect(String(refused.reason)).toContain('RULE_CHANGED');
      const winner = told.findIndex(({ status }) => status === 'fulfilled');
      const [one, two] = await agreed();
      expect([one?.source, two?.source]).toEqual([texts[winner], texts[winner]]);
    }
  });

  it('is a use-case that both go by within seconds, written and withdrawn', async () => {
    const [first, second] = servers;
    const asLocalAdmin = async (server: RunningServer, method: string, body?: object): Promise<unknown> => {
      const run = JSON.parse(await readFile(join(server.data, 'run/server.json'), 'utf8'));
      const answer = await fetch(`${server.url}/api/usecases/faults`, {
        method,
        headers: {
          authorization: `Bearer ${run.adminToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return answer.json();
    };
    const isTaken = async (server: RunningServer): Promise<boolean> => {
      const answer = await fetch(`${server.ingest}/app/_bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: '{"create":{}}\n{"message":"a fault"}\n',
      });
      return !((await answer.json()) as { errors: boolean }).errors;
    };
    const ruleState = async (server: RunningServer) =>
      (await server.api<{ rules: { id: string; state: string }[] }>('/api/rules')).rules.find(
        (one) => one.id === id,
      )?.state;
    expect(await Promise.all(servers.map(isTaken))).toEqual([false, false]);
    const written = await asLocalAdmin(first, 'PUT', { source: JSON.stringify(useCase) });
    expect(written).toMatchObject({ inForce: true });
    expect(await isTaken(first)).toBe(true);
    await eventually(() => isTaken(second), Boolean, 5);
    for (const server of servers)
      await eventually(
        () => ruleState(server),
        (state) => state === 'loaded',
        5,
      );
    await asLocalAdmin(second, 'DELETE');
    expect(await isTaken(second)).toBe(false);
    await eventually(
      () => isTaken(first),
      (taken) => !taken,
      5,
    );
    for (const server of servers)
      await eventually(
        () => ruleState(server),
        (state) => state === 'skipped',
        5,
      );
  });
});
