import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../require.ts';
import { type KafkaService, startKafka } from '../services/kafka.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const idOf = (n: number) => `7c0c9a6e-2f53-4d0e-8a5b-0000000000${String(n).padStart(2, '0')}`;
const rule = (n: number, action: string, more = '') =>
  `title: Sees ${action}\nid: ${idOf(n)}\nname: sees_${action}\nlogsource: { product: any }\ndetection:\n  s:\n    event.action: ${action}\n  condition: s\ntidewatch: { suppress: 1s }\n${more}`;

interface Kept {
  readonly version: string | null;
  readonly inForce: boolean;
  readonly restorable: boolean;
}
interface Row {
  readonly id: string;
  readonly state: string;
  readonly origin: string;
}

const put = (server: RunningServer, n: number, source: string, headers: Record<string, string> = {}) =>
  server.api<Kept>(`/api/rules/${idOf(n)}`, { method: 'PUT', body: { source }, headers });
const remove = (server: RunningServer, n: number) =>
  server.api<Kept>(`/api/rules/${idOf(n)}`, { method: 'DELETE' });
const keptBy = async (server: RunningServer): Promise<string[]> =>
  (await server.api<{ rules: Row[] }>('/api/rules')).rules
    .filter(({ origin, state }) => origin === 'kept' && state === 'loaded')
    .map(({ id }) => id)
    .sort();

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-rules-'));
  await mkdir(join(directory, 'rules'));
  await writeFile(join(directory, 'rules/folder.yml'), rule(1, 'folder'));
});
afterAll(() => rm(directory, { recursive: true }));
const rulesConfig = () => `rules: { paths: ['${join(directory, 'rules')}'] }\n`;

describe('rules that are written through the API', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ config: rulesConfig() });
  });
  afterAll(() => server?.dispose());

  /** Sends an event and one behind it that is known to alert; says whether the first made an alert. */
  async function alerts(action: string): Promise<boolean> {
    const [before, others] = [await matchesOf(action), await matchesOf('folder')];
    for (const each of [action, 'folder'])
      await fetch(`${server.ingest}/_bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: `{"create":{"_index":"doors"}}\n${JSON.stringify({ '@timestamp': new Date().toISOString(), event: { action: each } })}\n`,
      });
    await eventually(
      () => matchesOf('folder'),
      (count) => count > others,
      10,
    );
    return (await matchesOf(action)) > before;
  }
  async function matchesOf(action: string): Promise<number> {
    const { rules } = await server.api<{ rules: { title: string; matches: number }[] }>('/api/rules');
    return rules.find(({ title }) => title === `Sees ${action}`)?.matches ?? 0;
  }

  it('have all the fields that they ask for', async () => {
    const { total } = await server.api<{ total: { rules: number; all: number } }>('/api/rules/coverage');
    expect(total).toMatchObject({ rules: 1, all: 1 });
  });

  it('find events from the moment that the answer comes, until they are deleted; then come back', async () => {
    expect(await put(server, 2, rule(2, 'two'))).toMatchObject({ inForce: true, restorable: false });
    expect(await alerts('two')).toBe(true);
    expect(await remove(server, 2)).toMatchObject({ version: null, restorable: true });
    expect(await alerts('two')).toBe(false);
    const restored = await server.api<Kept>(`/api/rules/${idOf(2)}/restore`, { method: 'POST', body: {} });
    expect(restored).toMatchObject({ inForce: true });
    expect(await alerts('two')).toBe(true);
  });

  it('are shown with their text and version, and where they come from', async () => {
    const { version } = await put(server, 3, rule(3, 'three'));
    expect(await server.api(`/api/rules/${idOf(3)}`)).toMatchObject({
      source: rule(3, 'three'),
      origin: 'kept',
      kept: { id: idOf(3), version, restorable: false },
    });
    const folder = await server.api<Row>(`/api/rules/${idOf(1)}`);
    expect(folder).toMatchObject({ origin: 'folder', source: rule(1, 'folder') });
    expect(folder).not.toHaveProperty('kept');
    await expect(put(server, 1, rule(1, 'other'))).rejects.toThrow(/RULE_READ_ONLY.*folder\.yml/);
  });

  it('may be filters, which are listed like rules', async () => {
    const filter = `title: Not here\nid: ${idOf(7)}\nlogsource: { product: any }\nfilter: { rules: [${idOf(2)}], s: { host.name: here }, condition: not s }\n`;
    await expect(put(server, 7, filter.replace(idOf(2), 'none'))).rejects.toThrow(/names `none`/);
    expect(await put(server, 7, filter)).toMatchObject({ inForce: true });
    expect(await keptBy(server)).toContain(idOf(7));
    expect(await server.api(`/api/rules/${idOf(7)}`)).toMatchObject({ source: filter, logsource: 'filter' });
    await remove(server, 7);
    expect(await keptBy(server)).not.toContain(idOf(7));
  });

  it('are written by one of those who write them at the same time', async () => {
    const as = { 'if-none-match': '*' };
    const results = await Promise.allSettled([
      put(server, 8, rule(8, 'eight'), as),
      put(server, 8, rule(8, 'ate'), as),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await remove(server, 8);
  });

  it('are written, deleted and brought back from the command line', async () => {
    const [good, bad] = [join(directory, 'good.yml'), join(directory, 'bad.yml')];
    await writeFile(good, rule(9, 'nine'));
    await writeFile(bad, rule(9, 'nine').replace('condition: s', 'condition: t'));
    const sigma = (...args: string[]) =>
      promisify(execFile)(process.execPath, [
        'apps/tidewatch/bin/tidewatch.mjs',
        'sigma',
        ...args,
        '--data',
        server.data,
      ]).then(
        ({ stdout }) => `0 ${stdout}`,
        (failure: { code: number; stdout: string }) => `${failure.code} ${failure.stdout}`,
      );
    expect(await sigma('push', good, '--reason', 'a test')).toBe(`0 in force   ${good} as ${idOf(9)}\n`);
    expect(await sigma('push', bad, good)).toMatch(/^2 refused .*line 8, column 14.*\nin force/);
    expect(await sigma('remove', idOf(9))).toBe(`0 deleted    ${idOf(9)}\n`);
    expect(await sigma('restore', idOf(9), '--json')).toContain('"inForce":true');
    await remove(server, 9);
  });

  it('are refused with line and column where they have a fault, and stay as they were', async () => {
    const { version } = await put(server, 4, rule(4, 'four'));
    const faulty = rule(4, 'four').replace('condition: s', 'condition: t');
    await expect(put(server, 4, faulty)).rejects.toThrow(/400.*line 8, column 14: The condition names `t`/);
    await expect(put(server, 4, rule(4, 'new'), { 'if-match': '"other"' })).rejects.toThrow(/412/);
    expect(await server.api(`/api/rules/${idOf(4)}`)).toMatchObject({ kept: { version }, state: 'loaded' });
    expect(await put(server, 4, rule(4, 'new'), { 'if-match': `"${version}"` })).toMatchObject({
      inForce: true,
    });
  });

  it('are not taken from under what builds on them', async () => {
    const correlation = `title: Fives\nid: ${idOf(6)}\ncorrelation: { type: event_count, rules: [sees_five], group-by: [host.name], timespan: 5m, condition: { gte: 3 } }\n`;
    await expect(put(server, 6, correlation)).rejects.toThrow(/builds on `sees_five`/);
    await put(server, 5, rule(5, 'five'));
    expect(await put(server, 6, correlation)).toMatchObject({ inForce: true });
    await expect(remove(server, 5)).rejects.toThrow(/Fives .* would be rejected/);
    await remove(server, 6);
    await remove(server, 5);
  });

  it('are there after kill -9', async () => {
    const before = await keptBy(server);
    expect(before.length).toBeGreaterThan(1);
    await server.kill('SIGKILL');
    server = await startServer({ data: server.data, config: rulesConfig() });
    expect(await keptBy(server)).toEqual(before);
    expect(await alerts('two')).toBe(true);
  });
});

describe.runIf(has('kafka'))('rules and exceptions of a cluster', () => {
  let kafka: KafkaService;
  const servers: RunningServer[] = [];
  const config = () =>
    `${rulesConfig()}stream: { kafka: { brokers: ['${kafka.broker}'], partitions: 2, replicas: 1, min_insync_replicas: 1 } }\n`;
  async function start(data?: string): Promise<RunningServer> {
    const started = await startServer({ config: config(), ...(data === undefined ? {} : { data }) });
    servers.push(started);
    return started;
  }
  let [one, two]: RunningServer[] = [];
  beforeAll(async () => {
    kafka = await startKafka();
    [one, two] = await Promise.all([start(), start()]);
  }, 180_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.dispose()));
    await kafka?.stop();
  });
  const both = () => [one, two] as [RunningServer, RunningServer];

  it('that one process is told are in force in the others within seconds', async () => {
    const [first, second] = both();
    expect(await put(first, 10, rule(10, 'ten'))).toMatchObject({ inForce: true });
    await eventually(
      () => keptBy(second),
      (ids) => ids.includes(idOf(10)),
      3,
    );
    const { exception } = await second.api<{ exception: { id: string } }>('/api/exceptions', {
      method: 'POST',
      body: {
        rules: [idOf(10)],
        conditions: [{ field: 'host.name', values: ['db-1'] }],
        reason: 'a test machine',
      },
    });
    const exceptions = async () =>
      (await first.api<{ exceptions: { id: string; state: string }[] }>('/api/exceptions')).exceptions;
    await eventually(exceptions, ([found]) => found?.id === exception.id && found.state === 'in_force', 3);
    await first.api(`/api/exceptions/${exception.id}`, { method: 'DELETE' });
    expect(await exceptions()).toEqual([]);
    await remove(second, 10);
    await eventually(
      () => keptBy(first),
      (ids) => !ids.includes(idOf(10)),
      3,
    );
    // Where it was written is no matter to who brings it back.
    await first.api(`/api/rules/${idOf(10)}/restore`, { method: 'POST', body: {} });
    await eventually(
      () => keptBy(second),
      (ids) => ids.includes(idOf(10)),
      3,
    );
  });

  it('that were acknowledged outlive kill -9, and reach who was away and who is new', async () => {
    const [first, second] = both();
    const acknowledged: string[] = [];
    const puts = Array.from({ length: 8 }, (_, i) =>
      put(first, 20 + i, rule(20 + i, `round${i}`)).then(
        () => acknowledged.push(idOf(20 + i)),
        () => 0,
      ),
    );
    while (acknowledged.length < 3) await setTimeout(5);
    await first.kill('SIGKILL');
    await Promise.all(puts);
    expect(acknowledged.length).toBeLessThan(8);
    await remove(second, 10);
    await put(second, 30, rule(30, 'meanwhile'));
    const expected = await keptBy(second);
    expect(expected).toEqual(expect.arrayContaining([...acknowledged, idOf(30)]));
    expect(expected).not.toContain(idOf(10));
    const [back, three] = await Promise.all([start(first.data), start()]);
    for (const server of [back, three]) expect(await keptBy(server)).toEqual(expected);
  }, 180_000);
});
