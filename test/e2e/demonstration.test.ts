import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ demo: true });
});
afterAll(() => server.dispose());

const alerts = () =>
  server.api<{ items: { summary: string; detector: { level: string; id: string } }[]; total: number }>(
    '/api/alerts?limit=500',
  );

describe('the demonstration', () => {
  it('shows a first alert within 15 seconds, and says after how many', async () => {
    const text = await eventually(
      async () => server.output(),
      (output) => /First alert after [\d.]+ s/.test(output),
      15,
    );
    expect(Number(/First alert after ([\d.]+) s/.exec(text)?.[1])).toBeLessThan(15);
    expect((await server.api<{ demo: boolean }>('/api/session')).demo).toBe(true);
  });

  it('comes through every kind of input, understood, and as the class made for it', async () => {
    const { values } = await eventually(
      () =>
        server.api<{ values: { value: string; count: number }[] }>(
          '/api/events/top?field=tidewatch.source&from=now-2h',
        ),
      (top) => top.values.length === 3,
    );
    expect(values.map(({ value }) => value).sort()).toEqual(['demo-nginx', 'demo-syslog', 'demo-windows']);
    const classes = await server.api<{ values: { value: string }[] }>(
      '/api/events/top?field=tidewatch.data_class&from=now-2h',
    );
    expect(classes.values.map(({ value }) => value)).toEqual(['demonstration']);
    const { deadLetters } = await server.api<{ deadLetters: { total: number } }>('/api/health');
    expect(deadLetters.total).toBe(0);
  });

  it('finds attacks of several kinds, with a baseline that stays quiet', async () => {
    const page = await eventually(
      alerts,
      ({ items }) =>
        items.filter(({ detector }) => ['high', 'critical'].includes(detector.level)).length >= 2,
      30,
    );
    expect(page.total).toBeLessThan(100);
  });

  it('stays within 700 MiB', async () => {
    expect(await server.memory()).toBeLessThan(700);
  });

  it('ends when an event of the user’s own comes, and its data can be removed for good', async () => {
    const own = await fetch(`${server.ingest}/ingest/my-app`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"message":"hello"}',
    });
    expect(own.status).toBe(200);
    const removed = await server.api<{ events: number; alerts: number }>('/api/demo', { method: 'DELETE' });
    expect(removed.events).toBeGreaterThan(1_000);
    expect(removed.alerts).toBeGreaterThan(0);
    expect((await alerts()).total).toBe(0);
    const events = await server.api<{ items: { message: string }[]; total: number }>(
      '/api/events?from=now-2h',
    );
    expect(events.items.map(({ message }) => message)).toEqual(['hello']);
    expect((await server.api<{ demo: boolean }>('/api/session')).demo).toBe(false);
    expect(existsSync(`${server.data}/demo`)).toBe(false);

    // It stays away after a restart.
    const { data } = server;
    await server.kill('SIGTERM');
    server = await startServer({ demo: true, data });
    await eventually(
      async () => server.output(),
      (output) => output.includes('ready after'),
    );
    expect((await server.api<{ demo: boolean }>('/api/session')).demo).toBe(false);
    expect((await server.api<{ total: number }>('/api/events?from=now-2h')).total).toBe(1);
  });
});
