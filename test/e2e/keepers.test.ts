import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

let server: RunningServer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-own-'));
  await writeFile(
    join(directory, 'shout.mjs'),
    `export default ({ definePlugin, z }) => definePlugin({
      name: 'shout', kind: 'processor', summary: 'Puts messages in upper case.',
      config: z.strictObject({ mark: z.string() }),
      create: ({ mark }) => (event) => ({ ...event, message: event.message?.toUpperCase() + mark }),
    });`,
  );
  await writeFile(
    join(directory, 'tell.mjs'),
    `import { appendFileSync } from 'node:fs';
    export default ({ definePlugin, z }) => definePlugin({
      name: 'tell', kind: 'notifier', summary: 'Writes alerts to a file.',
      config: z.strictObject({ file: z.string() }),
      create: ({ file }) => (alert) => appendFileSync(file, alert.summary + '\\n'),
    });`,
  );
  await writeFile(
    join(directory, 'rule.yml'),
    'title: Needle seen\nid: 0a5f1f0e-98a5-4a31-b8d4-1c8f2f6f4a11\nlogsource: {product: any}\ndetection:\n  words: [NEEDLE]\n  condition: words\nlevel: high\n',
  );
  const config = {
    rules: { paths: [join(directory, 'rule.yml')] },
    plugins: [
      { module: join(directory, 'shout.mjs'), config: { mark: '!' } },
      { module: join(directory, 'tell.mjs'), config: { file: join(directory, 'told.txt') } },
    ],
  };
  server = await startServer({ demo: true, config: JSON.stringify(config) });
});
afterAll(async () => {
  await server.dispose();
  await rm(directory, { recursive: true });
});

const send = (message: string) =>
  fetch(`${server.ingest}/ingest/handmade`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${JSON.stringify({ message })}\n`,
  });

describe('users’ own plugins', () => {
  it('change events on their way in, and are told of alerts', async () => {
    await send('a needle in hay');
    const { items } = await eventually(
      () => server.api<{ items: { message: string }[] }>('/api/events?q=tidewatch.source:handmade'),
      (page) => page.items.length === 1,
    );
    expect(items[0]?.message).toBe('A NEEDLE IN HAY!');
    const told = await eventually(
      () => readFile(join(directory, 'told.txt'), 'utf8').catch(() => ''),
      (text) => text !== '',
    );
    expect(told).toContain('Needle seen');
    const { plugins } = await server.api<{ plugins: { name: string; state: string }[] }>('/api/health');
    expect(plugins).toEqual([
      expect.objectContaining({ name: 'shout', state: 'running' }),
      expect.objectContaining({ name: 'tell', state: 'running' }),
    ]);
  });
});

describe('whatever keeps something derived from events', () => {
  /** The process's address and token, a lock, this test's configuration: no event. */
  const exempt = ['run', 'streams/.lock', 'tidewatch.yml'];

  it('is enrolled in the retention registry', async () => {
    await send('{not json');
    const { store } = await server.api<{ store: { kept: { keeper: string; ttl: string }[] } }>('/api/health');
    const keepers = store.kept.map(({ keeper }) => keeper);
    const kept: string[] = [];
    for (const entry of await readdir(server.data, { withFileTypes: true })) {
      const inside =
        entry.isDirectory() && !keepers.includes(entry.name)
          ? await readdir(join(server.data, entry.name))
          : [];
      kept.push(...(inside.length > 0 ? inside.map((name) => `${entry.name}/${name}`) : [entry.name]));
    }
    const known = (path: string) =>
      [...keepers, ...exempt].some(
        (keeper) =>
          path === keeper ||
          path.startsWith(`${keeper}/`) ||
          path.startsWith(`${keeper}-`) ||
          path.startsWith(`${keeper}.`),
      );
    expect(kept.filter((path) => !known(path))).toEqual([]);
    expect(keepers.length).toBeGreaterThan(5);
    for (const { keeper, ttl } of store.kept) expect(ttl, keeper).not.toBe('');
  });
});
