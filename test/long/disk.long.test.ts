import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { always, everyone, indexed, suiteClasses } from '../../libs/store/fixtures.suite.ts';
import { eventually, type RunningServer, startServer } from '../e2e/server.ts';
import { freePorts } from '../free_ports.ts';

const MiB = 1024 ** 2;
const volumeMiB = 96;

let folder: string;
let small: string | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-disk-'));
  const mounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${volumeMiB}m`, 'tmpfs', folder]).status === 0;
  if (mounted) small = folder;
  else process.stdout.write('SKIPPED: no small volume can be mounted here\n');
});
afterAll(async () => {
  if (small !== undefined) spawnSync('umount', ['-l', folder]);
  await rm(folder, { recursive: true });
});

it('a store whose disk was full goes on when there is room again, and has lost and doubled nothing', async ({
  skip,
}) => {
  if (small === undefined) return skip();
  const directory = join(small, 'store');
  const open = () => openDuckDbStore({ directory, memoryLimitMb: 64, classes: suiteClasses });
  let store = await open();
  const filler = join(small, 'filler');
  await writeFile(filler, Buffer.alloc(40 * MiB));
  let written = 0;
  const batch = () =>
    Array.from({ length: 500 }, () =>
      indexed({ message: Buffer.from(crypto.getRandomValues(new Uint8Array(900))).toString('hex') }),
    );
  const failures: string[] = [];
  let events = batch();
  for (let full = 0; full < 3; ) {
    try {
      expect((await store.events.write(events)).every(({ status }) => status !== 'rejected')).toBe(true);
      written += events.length;
      events = batch();
    } catch (error) {
      failures.push((error as Error).message);
      full++;
    }
  }
  expect(failures.join(' ')).toMatch(/has been invalidated/);
  await truncate(filler, 0);
  await store.events.write(events);
  written += events.length;
  const count = () => store.events.count({ range: always }, everyone);
  expect(await count()).toBe(written);
  await store.close();
  store = await open();
  expect(await count()).toBe(written);
  await store.close();
}, 120_000);

describe('a server whose events are over their budget', () => {
  let server: RunningServer;
  let port: number;
  const acknowledged = new Set<string>();
  const config = (budget: string) =>
    `inputs: [{ type: http }, { type: syslog, protocols: [tcp], port: ${port} }]\ndisk: { budgets: { events: ${budget} } }\n`;

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    server = await startServer({ config: config('6 MiB') });
  });
  afterAll(() => server.dispose());

  /** Sends a batch, and answers its status. */
  async function send(): Promise<number> {
    const tags = Array.from({ length: 300 }, (_, i) => `tag-${acknowledged.size + i}`);
    const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(400))).toString('hex');
    const body = tags.map((tag) => `${JSON.stringify({ message: `${tag} ${random()}` })}\n`).join('');
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(`${server.ingest}/ingest/full`, { method: 'POST', headers, body });
    if (response.status === 200) for (const tag of tags) acknowledged.add(tag);
    else expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(5);
    return response.status;
  }
  const stored = async () => (await server.api<{ store: { events: number } }>('/api/health')).store.events;

  it('tells senders to wait, also after a crash, and takes everything once there is room', async () => {
    await eventually(send, (status) => status === 429, 60, 200);
    const { intake } = await server.api<{ intake: { state: string; reasons: string[] } }>('/api/disk');
    expect(['slowed', 'stopped']).toContain(intake.state);
    expect(intake.reasons).toEqual(['events']);
    expect(server.output()).toContain('Raise disk.budgets.events');
    await eventually(stored, (count) => count === acknowledged.size);

    await server.kill('SIGKILL');
    server = await startServer({ data: server.data, config: config('1 MiB') });
    expect(await send()).toBe(429);
    const socket = createConnection({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    for (let i = 0; i < 100; i++) socket.write(`<134>1 2026-01-01T00:00:00Z host app - - - line ${i}\n`);
    await setTimeout(3_000);
    expect(await stored()).toBe(acknowledged.size);

    await writeFile(join(server.data, 'tidewatch.yml'), config('1 GiB'));
    process.kill(server.pid, 'SIGHUP');
    socket.end();
    await eventually(stored, (count) => count === acknowledged.size + 100, 30);
    expect(await send()).toBe(200);
    const { roles } = await server.api<{ roles: { role: string; state: string }[] }>('/api/health');
    expect(roles.find(({ role }) => role === 'disk')?.state).toBe('ready');
  }, 180_000);
});
