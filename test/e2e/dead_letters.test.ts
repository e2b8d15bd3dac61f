import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../require.ts';
import { caughtUp, eventually, type RunningServer, startServer } from './server.ts';

interface Letter {
  readonly id: string;
  readonly reason: string;
  readonly source: string;
  readonly state: string;
  readonly raw: string;
}
interface Job {
  readonly id: string;
  readonly state: string;
  readonly total?: number;
  readonly done: number;
  readonly counts: Readonly<Record<string, number>>;
}

let directory: string;
let config: string;
let server: RunningServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-letters-'));
  const plugin = join(directory, 'reader.mjs');
  config = JSON.stringify({ plugins: [{ module: plugin, config: {} }] });
  await writeFile(plugin, reader());
  await setBroken(true);
  server = await startServer({ config });
});
afterAll(async () => {
  await server?.dispose();
  await rm(directory, { recursive: true });
});

const brokenMark = () => join(directory, 'broken');
/** The user's processor: it refuses orders as long as it is broken, and otherwise marks them. */
const reader = () => `import { existsSync } from 'node:fs';
  export default ({ definePlugin, z }) => definePlugin({
    name: 'reader', kind: 'processor', summary: 'Reads orders.', config: z.strictObject({}),
    create: () => (event) => {
      if (!String(event.message).startsWith('order')) return event;
      if (existsSync(${JSON.stringify(brokenMark())})) throw new Error('an order has no price');
      return { ...event, labels: { read: 'yes' } };
    },
  });`;
const setBroken = (broken: boolean) => (broken ? writeFile(brokenMark(), '') : rm(brokenMark()));

const restart = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
  const { data } = server;
  await server.kill(signal);
  server = await startServer({ config, data });
};
const send = async (source: string, lines: readonly string[]): Promise<void> => {
  const response = await fetch(`${server.ingest}/ingest/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  await response.arrayBuffer();
};
const orders = (tag: string, count: number) =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ message: `order ${tag} ${i}` }));
const command = (...args: readonly string[]) =>
  new Promise<{ status: number; stdout: Buffer; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      ['apps/tidewatch/bin/tidewatch.mjs', 'dead-letters', ...args, '--data', server.data],
      { cwd: root, encoding: 'buffer', timeout: 60_000 },
      (error, stdout, stderr) =>
        resolve({ status: Number(error?.code ?? 0), stdout, out: String(stdout), err: String(stderr) }),
    );
  });
const list = (query = '') => server.api<{ items: Letter[] }>(`/api/dead-letters?limit=200&${query}`);
const open = () => server.api<{ totals: { count: number; source: string }[] }>('/api/dead-letters/totals');

/** How often each order is in the store. */
async function stored(source: string, count: number): Promise<Map<string, number>> {
  const query = `/api/events?q=${encodeURIComponent(`tidewatch.source: ${source} and labels.read: yes`)}&limit=`;
  const found = new Map<string, number>();
  let after = '';
  await eventually(
    () => server.api<{ total: number }>(`${query}1`),
    ({ total }) => total >= count,
    60,
  );
  // A second event of any order would have come by then.
  await caughtUp(server);
  do {
    const page: { items: { message: string }[]; next?: string } = await server.api(
      `${query}1000${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    for (const { message } of page.items) found.set(message, (found.get(message) ?? 0) + 1);
    after = page.next ?? '';
  } while (after !== '');
  return found;
}

describe('dead letters', () => {
  it('are found by anybody who looks for them, on the API and at the command line', async () => {
    await send('shop', [...orders('first', 50), '{"cut":']);
    const { items } = await list();
    expect(items).toHaveLength(51);
    expect(items[0]).toMatchObject({
      reason: 'invalid_json',
      source: 'shop',
      state: 'pending',
      raw: '{"cut":',
    });
    expect((await list('reason=plugin_failed&q=raw:*first*')).items).toHaveLength(50);
    expect((await list('from=now-1h&to=now-30m')).items).toHaveLength(0);
    const { totals } = await open();
    expect(totals.map(({ count }) => count)).toEqual([50, 1]);
    const listed = await command('list', '--reason', 'invalid_json', '--since', '1h', '--json');
    expect(JSON.parse(listed.out)).toMatchObject([{ id: items[0]?.id, raw: '{"cut":' }]);
    expect((await command('totals')).out).toMatch(
      /^ +50 {2}process +plugin_failed +shop\n +1 {2}normalise +invalid_json +shop\n$/,
    );
    const unclear = await command('drop', items[0]?.id ?? '', '--source', 'shop', '--because', 'x', '--yes');
    expect([unclear.status, unclear.err]).toEqual([2, expect.stringContaining('not both')]);
  });

  it('that hold anything at all come back byte by byte, and never reach a terminal as they are', async () => {
    const hostile = Buffer.concat([
      Buffer.from('{"a": \u001b]0;owned\u0007\u001b[2J\u009b31m'),
      Buffer.from([0xff, 0x00, 0x80]),
    ]);
    await fetch(`${server.ingest}/hostile/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: Buffer.concat([
        Buffer.from('{"create":{}}\n'),
        hostile,
        Buffer.from('\n{"create":{}}\n{"b": \u001b[2J\n'),
      ]),
    });
    const { items } = await list('source=hostile');
    expect(items).toHaveLength(2);
    const binary = items.find(({ raw }) => !raw.startsWith('{'));
    expect((await command('show', binary?.id ?? '', '--raw')).stdout.equals(hostile)).toBe(true);
    for (const args of [['list'], ['show', binary?.id ?? ''], ['show', items[0]?.id ?? '', '--json']])
      expect((await command(...args)).out).not.toMatch(/[^\P{Cc}\n\t]/u);
    const dropped = await command('drop', '--source', 'hostile', '--because', 'a test');
    expect([dropped.status, dropped.err]).toEqual([
      2,
      expect.stringContaining('This would drop 2. Add --yes to do it.'),
    ]);
    expect((await command('drop', '--source', 'hostile', '--because', 'a test', '--yes')).out).toBe(
      '2 dropped.\n',
    );
    expect((await list('source=hostile')).items).toEqual([]);
    expect((await command('restore', '--source', 'hostile')).out).toBe('2 restored.\n');
    await server.api('/api/dead-letters/drop', {
      method: 'POST',
      body: { filter: { source: 'hostile' }, reason: 'a test' },
    });
    await eventually(
      () => list('source=hostile&state=dropped'),
      ({ items: settled }) => settled.length === 2,
    );
  });

  it('fail again while nothing was mended, and say so', async () => {
    const { status, out } = await command('replay', '--reason', 'plugin_failed');
    expect(status).toBe(1);
    expect(out).toContain('50 failed again');
    expect(out).toContain('an order has no price');
    expect((await list('state=failed')).items).toHaveLength(50);
    expect((await open()).totals.map(({ count }) => count)).toEqual([50, 1]);
  });

  it('become events once their processor is mended, each exactly once, however often they are replayed', async () => {
    await setBroken(false);
    const { status, out } = await command('replay', '--reason', 'plugin_failed');
    expect([status, out]).toEqual([0, '50 replayed.\n']);
    const found = await stored('shop', 50);
    expect([found.size, ...new Set(found.values())]).toEqual([50, 1]);
    expect((await command('replay', '--reason', 'plugin_failed')).out).toBe('Nothing to do.\n');
    const replayed = (await list('state=replayed')).items;
    expect((await command('replay', replayed[0]?.id ?? '')).out).toContain('1 dealt with before');
    expect((await stored('shop', 50)).get('order first 0')).toBe(1);
    expect((await open()).totals.map(({ count }) => count)).toEqual([1]);
  });

  it('are events exactly once even where kill -9 comes in the middle of their replay', async () => {
    const count = 2_000;
    await setBroken(true);
    for (let i = 0; i < 4; i++) await send('bulk', orders(`crash${i}`, count / 4));
    await setBroken(false);
    const replay = () =>
      server.api<Job>('/api/dead-letters/replay', { method: 'POST', body: { filter: { source: 'bulk' } } });
    const underWay = () =>
      eventually(
        () => server.api<{ jobs: Job[] }>('/api/dead-letters/jobs'),
        ({ jobs: [job] }) => job?.state === 'running' && job.done > 0,
        60,
        5,
      );
    const asked = command('replay', '--source', 'bulk');
    await underWay();
    await restart('SIGKILL');
    const { status, err } = await asked;
    expect([status, err]).toEqual([2, expect.stringContaining('The server ended before the work did.')]);
    await replay();
    await underWay();
    await restart('SIGKILL');
    // Two at once: of the filter, and of letters that it also finds.
    const { items } = await list('source=bulk&state=open');
    const body = { ids: items.map(({ id }) => id) };
    const jobs = [
      await replay(),
      await server.api<Job>('/api/dead-letters/replay', { method: 'POST', body }),
    ];
    for (const { id } of jobs) {
      const ended = await eventually(
        () => server.api<Job>(`/api/dead-letters/jobs/${id}`),
        ({ state }) => state !== 'waiting' && state !== 'selecting' && state !== 'running',
        60,
      );
      expect(ended).toMatchObject({ state: 'done', counts: { failed_again: 0 } });
    }
    const found = await stored('bulk', count);
    expect(found.size).toBe(count);
    expect([...found].filter(([, times]) => times !== 1)).toEqual([]);
    expect((await open()).totals.filter(({ source }) => source === 'bulk')).toEqual([]);
  });

  it('are out of reach without a server, which is exit code 2', async () => {
    await server.kill('SIGTERM');
    const { status, err } = await command('list');
    expect([status, err]).toEqual([2, expect.stringContaining('No Tidewatch runs')]);
  });
});
