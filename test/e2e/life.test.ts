import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, startServer } from './server.ts';

const rangeAll = 'from=now-2y&to=now%2B1h';

const send = (url: string, body: string): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body });

describe('a process that is told to stop', () => {
  it('answers what is under way, takes nothing more, and has it all at the next start', async () => {
    const first = await startServer({ config: '' });
    let acknowledged = 0;
    let stopping = false;
    const senders = Array.from({ length: 4 }, async () => {
      for (;;) {
        try {
          const answer = await send(`${first.ingest}/ingest/life`, '{"message":"line"}\n'.repeat(100));
          if (answer.ok) acknowledged += 100;
        } catch {
          if (stopping) return;
        }
        if (stopping) return;
      }
    });
    await eventually(
      async () => acknowledged,
      (count) => count > 2_000,
    );
    const started = Date.now();
    const ended = first.kill('SIGTERM');
    stopping = true;
    expect(await ended).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
    await Promise.all(senders);
    const second = await startServer({ data: first.data, config: '' });
    const { total } = await eventually(
      () => second.api<{ total: number }>(`/api/events?limit=1&${rangeAll}`),
      (page) => page.total >= acknowledged,
    );
    expect(total).toBeGreaterThanOrEqual(acknowledged);
    await second.dispose();
  });
});

describe('SIGHUP', () => {
  it('brings new inputs and rules into force, and leaves what did not change alone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-life-'));
    const rule = (marker: string) =>
      `title: ${marker}\nid: 5f9d3c1e-7f0b-4a51-9d43-2c8b6a1e0f77\nstatus: test\nlevel: high\nlogsource: { category: application }\ndetection: { keywords: ['${marker}'], condition: keywords }\n`;
    await writeFile(join(directory, 'rule.yml'), rule('before-the-signal'));
    const config = (inputs: string) => `inputs: [${inputs}]\nrules: { paths: ['${directory}'] }\n`;
    const server = await startServer({ config: config('{ type: http }') });
    const file = join(directory, 'app.log');
    await writeFile(file, 'after-the-signal from a file\n');
    await writeFile(join(directory, 'rule.yml'), rule('after-the-signal'));
    await writeFile(
      join(server.data, 'tidewatch.yml'),
      config(`{ type: http }, { type: file, paths: ['${file}'], source: app }`),
    );
    process.kill(server.pid, 'SIGHUP');
    await eventually(
      async () => server.output(),
      (output) => output.includes('Configuration reloaded'),
    );
    // The same port, since the HTTP input did not change.
    expect((await send(`${server.ingest}/ingest/app`, '{"message":"after-the-signal over HTTP"}\n')).ok).toBe(
      true,
    );
    const { items } = await eventually(
      () =>
        server.api<{ items: { detector: { title: string }; count: number }[] }>(`/api/alerts?${rangeAll}`),
      (page) => page.items.reduce((sum, { count }) => sum + count, 0) >= 2,
    );
    expect(items.map(({ detector }) => detector.title)).toContain('after-the-signal');

    await writeFile(join(server.data, 'tidewatch.yml'), 'inputs: [{ type: htp }]\n');
    process.kill(server.pid, 'SIGHUP');
    await eventually(
      async () => server.output(),
      (output) => output.includes('was not reloaded'),
    );
    expect((await send(`${server.ingest}/ingest/app`, '{"message":"still here"}\n')).ok).toBe(true);
    await server.dispose();
    await rm(directory, { recursive: true });
  });
});

describe('a process without the API', () => {
  it('answers probes and metrics, also to an address for a host', async () => {
    const server = await startServer({ config: 'roles: [ingest]\ninputs: [{ type: http }]\n' });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toMatchObject({ ready: true });
    await send(`${server.ingest}/ingest/app`, '{"message":"counted"}\n');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/tidewatch_events_received_total\{[^}]*source="app"[^}]*\} 1/);
    expect((await fetch(`${server.url}/api/events`)).status).toBe(404);
    await server.dispose();
  });
});
