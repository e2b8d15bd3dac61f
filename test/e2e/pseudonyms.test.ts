import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../require.ts';
import { eventually, type RunningServer, startServer } from './server.ts';

/** A name that stands in no file by chance. */
const name = 'zebediah-quux';
const address = '198.51.100.177';

interface Event {
  readonly message: string;
  readonly user: { readonly name: string };
  readonly source: { readonly ip: string };
  readonly event: { readonly original: string };
  readonly labels: Readonly<Record<string, string>>;
}

let directory: string;
let server: RunningServer;
const keys = () => join(directory, 'pseudonym.keys');
const brokenMark = () => join(directory, 'broken');

const useCase = (more: object) => ({
  name: 'shop-attacks',
  title: 'Attacks on the shop',
  purpose: 'Find out that somebody guesses passwords of the shop.',
  legal_basis: 'Legitimate interest',
  data: [{ source: 'shop', class: 'system' }],
  fields: ['message', 'user.name'],
  rules: [],
  stakeholders: ['security analysts'],
  review_by: '2999-12-31',
  approvals: [],
  ...more,
});
const reader = () => `import { existsSync } from 'node:fs';
  export default ({ definePlugin, z }) => definePlugin({
    name: 'reader', kind: 'processor', summary: 'Reads orders.', config: z.strictObject({}),
    create: () => (event) => {
      if (String(event.message).startsWith('order') && existsSync(${JSON.stringify(brokenMark())}))
        throw new Error('an order has no price');
      return event;
    },
  });`;
const configOf = (more: object): string =>
  JSON.stringify({
    usecases: join(directory, 'usecases'),
    rules: { paths: [join(directory, 'rules')] },
    plugins: [{ module: join(directory, 'reader.mjs'), config: {} }],
    ...more,
  });

const command = (...args: readonly string[]) =>
  new Promise<{ status: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      ['apps/tidewatch/bin/tidewatch.mjs', ...args],
      { cwd: root, timeout: 60_000 },
      (error, out, err) => resolve({ status: Number(error?.code ?? 0), out, err }),
    );
  });

async function send(source: string, documents: readonly (object | string)[]): Promise<string> {
  const lines = documents.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const response = await fetch(`${server.ingest}/ingest/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  return response.text();
}
const login = (text: string) => ({
  event: { dataset: 'shop.login', action: 'login' },
  message: text,
  user: { name },
  source: { ip: address },
});
const events = (count: number) =>
  eventually(
    () => server.api<{ items: Event[] }>('/api/events?limit=100&q=tidewatch.source:shop'),
    ({ items }) => items.length >= count,
  ).then(({ items }) => items);

/** Files of the data folder in which a text stands. */
async function filesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(server.data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-pseudonyms-'));
  await mkdir(join(directory, 'usecases'));
  await mkdir(join(directory, 'rules'));
  await writeFile(join(directory, 'reader.mjs'), reader());
  await writeFile(brokenMark(), '');
  await writeFile(
    join(directory, 'rules/inside.yml'),
    'title: From inside\nid: 3f8f0c52-7d3d-4f0e-9a55-30b6f6f8a011\nlogsource: {product: any}\n' +
      'detection:\n  inside:\n    source.ip|cidr: 10.0.0.0/8\n  condition: inside\n',
  );
  await writeFile(
    join(directory, 'usecases/shop.yml'),
    JSON.stringify(useCase({ pseudonymise: ['user.name', 'source.ip'] })),
  );
  expect(await command('pseudonyms', 'init', keys())).toMatchObject({ status: 0 });
  server = await startServer({ config: configOf({ pseudonyms: { file: keys() } }) });
});
afterAll(async () => {
  await server?.dispose();
  await rm(directory, { recursive: true });
});

describe('data that is kept under pseudonyms', () => {
  let pseudonym: string;

  it('is joined by them, before any approval, and says what was derived first', async () => {
    await send('shop', [login(`${name} failed from ${address}`), login(`again ${name}`)]);
    const found = await events(2);
    [pseudonym] = found.map(({ user }) => user.name) as [string];
    expect(pseudonym).toMatch(/^p1-\d{8}-[\da-f]{24}$/);
    const [{ source }] = found as [Event];
    for (const event of found)
      expect(event).toMatchObject({
        user: { name: pseudonym },
        source: { ip: source.ip },
        event: { original: expect.stringMatching(/^sealed\./) },
        labels: { source_ip_network: 'documentation' },
      });
    expect(found.map(({ message }) => message).sort()).toEqual([
      `again ${pseudonym}`,
      `${pseudonym} failed from ${source.ip}`,
    ]);
  });

  it('lists the rules that look into it, and what would restore them', async () => {
    const { weakened } = await server.api<{ weakened: object[] }>('/api/usecases');
    expect(weakened).toMatchObject([
      {
        title: 'From inside',
        path: 'source.ip',
        asks: 'network',
        effect: 'misses',
        restore: { attribute: 'labels.source_ip_network' },
      },
    ]);
    const listed = await command('usecase', 'list', '--data', server.data);
    expect(listed.out).toContain('~ From inside: may find less');
  });

  it('is sealed where it was not understood, and replayed all the same', async () => {
    await send('shop', [login(`order of ${name}`), `{"cut for ${name}`]);
    const { items } = await server.api<{ items: { raw: string; reason: string; message: string }[] }>(
      '/api/dead-letters?limit=10',
    );
    expect(items.map(({ reason }) => reason).sort()).toEqual(['invalid_json', 'plugin_failed']);
    for (const { raw } of items) expect(raw).toMatch(/^sealed\.l1-/);
    expect(JSON.stringify(items)).not.toContain(name);
    await rm(brokenMark());
    const job = await server.api<{ id: string }>('/api/dead-letters/replay', {
      method: 'POST',
      body: { filter: { reason: 'plugin_failed' } },
    });
    await eventually(
      () => server.api<{ state: string; counts: object }>(`/api/dead-letters/jobs/${job.id}`),
      ({ state }) => state === 'done',
    );
    const found = await events(3);
    expect(found.map(({ message }) => message)).toContain(`order of ${pseudonym}`);
  });

  it('stands nowhere on the disk in the clear, and has the same pseudonyms after a restart', async () => {
    const { data } = server;
    await server.kill('SIGTERM');
    expect(await filesWith('shop')).not.toEqual([]);
    expect(await filesWith(name)).toEqual([]);
    expect(await filesWith(address)).toEqual([]);
    server = await startServer({ data, config: configOf({ pseudonyms: { file: keys() } }) });
    await send('shop', [login('after the restart')]);
    const found = await events(4);
    expect(new Set(found.map(({ user }) => user.name))).toEqual(new Set([pseudonym]));
    expect(await filesWith(name)).toEqual([]);
  });

  it('says what is kept of a person, and erases it once it is told to', async () => {
    const config = join(directory, 'erase.yml');
    await writeFile(config, configOf({ pseudonyms: { file: keys() } }));
    const of = (verb: string, ...more: string[]) =>
      command('pseudonyms', verb, name.toUpperCase(), '--config', config, '--data', server.data, ...more);
    const kept = async () => JSON.parse((await of('find', '--json')).out).items;
    expect(await kept()).toMatchObject([{ pseudonym, dataClass: 'unapproved', field: 'user.name' }]);
    const dry = await of('erase', '--reason', 'article 17', '--json');
    expect(JSON.parse(dry.out)).toMatchObject({ items: [{ pseudonym }], erased: 0 });
    expect(await kept()).toHaveLength(1);
    const erased = await of('erase', '--reason', 'article 17', '--yes');
    expect(erased).toMatchObject({ status: 0, out: expect.stringContaining('What stays') });
    expect(await kept()).toEqual([]);
    expect((await events(4)).map(({ user }) => user.name)).toContain(pseudonym);
    expect((await command('pseudonyms', 'find', 'root', '--config', config)).status).not.toBe(0);
    expect(await filesWith(name.toUpperCase())).toEqual([]);
  });

  it('loses fields that no use-case names as soon as one in force says so', async () => {
    const approvals = [{ role: 'privacy_officer', by: 'desk', at: '2026-01-01' }];
    await writeFile(
      join(directory, 'usecases/shop.yml'),
      JSON.stringify(useCase({ pseudonymise: ['user.name', 'source.ip'], minimise: true, approvals })),
    );
    const found = await eventually(
      async () => {
        await send('shop', [login('less')]);
        return (await events(5)).filter(({ message }) => message === 'less');
      },
      (items) => items.some((event) => event.source === undefined),
      30,
      1_000,
    );
    const [event] = found.filter(({ source }) => source === undefined);
    expect(event).toMatchObject({
      user: { name: pseudonym },
      labels: { source_ip_network: 'documentation' },
    });
  });
});

describe('without keys', () => {
  const started = async (config: object): Promise<string> => {
    const attempt = startServer({ config: configOf(config) });
    return attempt.then(
      async (running) => {
        await running.dispose();
        return 'started';
      },
      (error: Error) => error.message,
    );
  };

  it('does not start where governance is enforced, and says which line asks for them', async () => {
    expect(await started({ governance: 'enforced' })).toMatch(
      /The use-case shop-attacks \(usecases\/shop\.yml:1\) asks for pseudonyms, and there are no keys/,
    );
  });

  it('refuses such data alone in evaluation, and says so on the health page', async () => {
    const other = await startServer({ config: configOf({}) });
    const before = server;
    server = other;
    try {
      expect(await send('shop', [login('nothing')])).toContain('under pseudonyms only, and no keys');
      await send('another', [{ message: 'taken' }]);
      await eventually(
        () => other.api<{ items: { message: string }[] }>('/api/events?limit=10'),
        ({ items }) => items.length === 1 && items[0]?.message === 'taken',
      );
      const { faults } = await other.api<{ faults: { reason: string }[] }>('/api/usecases');
      expect(faults.map(({ reason }) => reason)).toEqual([
        expect.stringContaining('shop-attacks asks for pseudonyms, and no keys are configured'),
      ]);
    } finally {
      server = before;
      await other.dispose();
    }
  });

  it('does not start with keys that others may read', async () => {
    await chmod(keys(), 0o640);
    expect(await started({ pseudonyms: { file: keys() } })).toMatch(/may be read by others .*mode 640/);
  });
});
