import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoreOfNth, writeSenders } from '../../apps/scorer/onnx_model.fixture.ts';
import { root } from '../require.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

const program = join(root, 'apps/tidewatch/bin/tidewatch.mjs');
const events = 1_000;
const threshold = 0.9;

let server: RunningServer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-models-'));
  // A run takes it some milliseconds, so that a batch has a middle.
  await writeSenders(join(directory, 'models/senders/1'), events, 4_000);
  await writeSenders(join(directory, 'two'), events, 1, '2');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  await writeFile(join(directory, 'ours.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(directory, 'ours.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await run('sign', join(directory, 'models/senders/1'), '--key', join(directory, 'ours.key'));
  server = await startServer({ config: config() });
}, 120_000);
afterAll(async () => {
  await server?.dispose();
  await rm(directory, { recursive: true });
});

const config = () =>
  JSON.stringify({
    models: { paths: [join(directory, 'models')], trusted_keys: [join(directory, 'ours.pub')] },
  });

/** Runs `tidewatch model`, on the server where the command asks one. */
function run(...args: string[]): Promise<{ code: number; out: string }> {
  const asks = !['sign', 'check', 'new'].includes(args[0] as string);
  const all = [program, 'model', ...args, ...(asks ? ['--data', server.data] : [])];
  return new Promise((resolve) => {
    execFile(process.execPath, all, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    );
  });
}

const of = async (query: string) =>
  server.api<{ total: number; items: { id: string; tidewatch: { score: { of: string; value: number } } }[] }>(
    `/api/events?limit=500&from=now-2d&to=now%2B1d&q=${encodeURIComponent(query)}`,
  );
async function send(at: string, from: number, to: number): Promise<void> {
  const line = (sequence: number) =>
    JSON.stringify({
      '@timestamp': at,
      event: { category: ['network'], sequence },
      user: { name: 'alice' },
      source: { bytes: 0 },
    });
  for (let first = from; first < to; first += 250) {
    const body = Array.from({ length: 250 }, (_, i) => `${line(first + i)}\n`).join('');
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await fetch(`${server.ingest}/ingest/flows`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }
}

const alerts = async () =>
  (
    await server.api<{ items: { count: number; detector: { id: string } }[] }>(
      '/api/alerts?from=now-2d&to=now%2B1d&limit=100',
    )
  ).items.filter(({ detector }) => detector.id === 'senders');

describe('models on a server', () => {
  it('kill -9 and SIGTERM in a batch: each event is scored once, with what windows remember, and counted once', async () => {
    const live = await run('promote', 'senders', '1', '--reason', 'a test', '--force');
    expect(live).toMatchObject({ code: 0, out: expect.stringContaining('live') });
    const at = new Date().toISOString();
    await send(at, 0, events / 2);
    const scored = () => of('event.dataset: tidewatch.scores');
    const { total } = await eventually(scored, (found) => found.total > 0, 30, 20);
    const { data } = server;
    await server.kill('SIGKILL');
    server = await startServer({ data, config: config() });
    process.stdout.write(`killed with ${total} events scored\n`);
    await eventually(scored, (found) => found.total >= events / 2, 60);

    await send(at, events / 2, events);
    expect(await server.kill('SIGTERM')).toBe(0);
    expect(server.output()).not.toContain('did not stop');
    server = await startServer({ data, config: config() });
    await eventually(scored, (found) => found.total >= events, 60);
    const ordinals = Array.from({ length: events }, (_, i) => scoreOfNth(i + 1, events));
    const [alert, ...others] = await eventually(
      alerts,
      ([one]) => one?.count === ordinals.filter((score) => score >= threshold).length,
    );
    expect(others).toEqual([]);
    expect(alert?.count).toBe(52);
    expect((await scored()).total).toBe(events);
  }, 120_000);

  it('are added signed, tried on stored events, promoted, taken back and retired while the server runs', async () => {
    const second = join(directory, 'two');
    expect(await run('add', second)).toMatchObject({ code: 2, out: expect.stringContaining('manifest.sig') });
    await run('sign', second, '--key', join(directory, 'ours.key'));
    expect(await run('add', second)).toMatchObject({ code: 0, out: expect.stringContaining('2  candidate') });
    expect((await run('add', second)).out).toContain('has a version 2 already');
    const tried = await run('backtest', 'senders', '2');
    expect(tried.out).toContain(`FAILED  backtest: Too little was looked at: ${events} of`);

    const began = performance.now();
    const change = { to: 'live', why: 'a test', force: true };
    await server.api('/api/models/senders/versions/2/promote', { method: 'POST', body: change });
    const seconds = (performance.now() - began) / 1_000;
    process.stdout.write(`promoted within ${seconds.toFixed(2)} s\n`);
    expect(seconds).toBeLessThan(5);
    expect((await run('list')).out).toMatch(/senders 1 {2}retired.*\nsenders 2 {2}live, kept, scores events/);
    expect((await run('rollback', 'senders', '--reason', 'worse')).out).toMatch(
      /senders 1 {2}live, folder, scores events\nsenders 2 {2}retired/,
    );
    expect((await run('retire', 'senders', '1', '--reason', 'over')).out).toMatch(
      /senders 1 {2}retired, folder\n/,
    );
    const { out } = await run('show', 'senders');
    expect(out).toMatch(/: 2 from candidate to live, a test/);
    expect(out).toMatch(/: 1 from live to retired, over/);
  }, 90_000);

  it('begin as a folder with what is to be filled in, which is refused until it is', async () => {
    const folder = join(directory, 'new');
    expect((await run('new', folder, '--name', 'mine')).code).toBe(0);
    expect(await run('check', folder)).toMatchObject({ code: 2, out: expect.stringContaining('files') });
    expect((await run('new', folder, '--name', 'mine')).out).toContain('it is there already');
  });
});
