import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningServer, startServer } from './server.ts';

let server: RunningServer;
let directory: string;

const ruleWith = (id: string, title: string) =>
  `title: ${title}\nid: ${id}\nlogsource: {product: linux}\ndetection:\n  a: [needle-${title}]\n  condition: a\nlevel: high\n`;
const twice = '5d3c0a4e-0a51-4b7e-9f7e-2f0c1f3f6a10';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-bad-'));
  const rules = join(directory, 'rules');
  await mkdir(join(rules, 'folder.yml'), { recursive: true });
  await writeFile(join(rules, 'a.yml'), ruleWith(twice, 'first'));
  await writeFile(join(rules, 'b.yml'), ruleWith(twice, 'second'));
  await writeFile(join(rules, 'broken.yml'), 'title: [unclosed\n');
  await writeFile(join(rules, 'binary.yml'), Buffer.from([0xff, 0xfe, 0x00, 0x01]));
  await mkdir(join(directory, 'watched.log'));
  server = await startServer({
    config: [
      'rules:',
      `  paths: [${rules}, ${join(directory, 'absent')}]`,
      'inputs:',
      '  - type: http',
      '    max_body_bytes: 4194304',
      '  - type: syslog',
      '    port: 0',
      `  - {type: file, paths: ["${join(directory, 'watched.log')}", "${join(directory, 'good.log')}"], source: files}`,
    ].join('\n'),
  });
});
afterAll(async () => {
  await server.dispose();
  await rm(directory, { recursive: true });
});

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${server.ingest}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
const bulk = async (body: BodyInit, headers?: Record<string, string>) => {
  const response = await post('/bad/_bulk', body, headers);
  return {
    status: response.status,
    body: (await response.json()) as {
      errors?: boolean;
      items?: Record<string, { status: number }>[];
      error?: unknown;
    },
  };
};
const statuses = (items: Record<string, { status: number }>[] = []) =>
  items.map((item) => Object.values(item)[0]?.status);

/** Everything else goes on: an event sent now is found. */
async function stillWorks(tag: string) {
  const { body } = await bulk(`{"create":{}}\n{"message":"alive ${tag}"}\n`);
  expect(statuses(body.items)).toEqual([201]);
  await eventually(
    () => server.api<{ total: number }>(`/api/events?q=${encodeURIComponent(`message: "alive ${tag}"`)}`),
    ({ total }) => total === 1,
  );
}

describe('bulk', () => {
  it('tells a malformed document by item, keeps it as a dead letter, and takes the others', async () => {
    const { body } = await bulk(
      '{"create":{}}\n{"message":"ok"}\n{"create":{}}\n{"message": oops}\n{"create":{}}\n{"message":"ok"}\n',
    );
    expect(body.errors).toBe(true);
    expect(statuses(body.items)).toEqual([201, 400, 201]);
    const letters = await eventually(
      () => server.api<{ items: { reason: string; raw: string }[] }>('/api/dead-letters'),
      ({ items }) => items.length > 0,
    );
    expect(letters.items[0]).toMatchObject({ reason: 'invalid_json', raw: '{"message": oops}' });
  });

  it('refuses a wrong action line as a whole, and update and delete by item', async () => {
    expect(await bulk('{"crate":{}}\n{"message":"x"}\n')).toMatchObject({ status: 400 });
    const { body } = await bulk('{"delete":{"_id":"1"}}\n{"create":{}}\n{"message":"kept"}\n');
    expect(statuses(body.items)).toEqual([400, 201]);
  });

  it('refuses a body beyond the limit, plain or unpacked, without keeping it in memory', async () => {
    const before = await server.memory();
    const line = `{"create":{}}\n{"message":"${'x'.repeat(1000)}"}\n`;
    expect((await post('/bad/_bulk', line.repeat(50_000))).status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect((await post('/bad/_bulk', bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await server.memory()) - before).toBeLessThan(150);
    await stillWorks('after bomb');
  });

  it('removes keys that could reach a prototype, and keeps the rest', async () => {
    await bulk(
      '{"create":{}}\n{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"message":"hostile keys"}\n',
    );
    const { items } = await eventually(
      () =>
        server.api<{ items: Record<string, unknown>[] }>(
          `/api/events?q=${encodeURIComponent('message: "hostile keys"')}`,
        ),
      (page) => page.items.length === 1,
    );
    // The raw text stays as it came; as fields they are gone.
    expect(JSON.stringify({ ...items[0], event: undefined })).not.toContain('polluted');
    await stillWorks('after pollution');
  });

  it('keeps invalid UTF-8, flagged', async () => {
    await bulk(
      Buffer.concat([
        Buffer.from('{"create":{}}\n{"message":"latin '),
        Buffer.from([0xe9]),
        Buffer.from('"}\n'),
      ]),
    );
    await eventually(
      () => server.api<{ total: number }>('/api/events?q=tags:invalid_utf8'),
      ({ total }) => total === 1,
    );
  });

  it('refuses a web page, and a name that is not its own', async () => {
    expect((await post('/bad/_bulk', '{"create":{}}\n{}\n', { origin: 'https://evil.example' })).status).toBe(
      403,
    );
  });
});

describe('syslog', () => {
  const portOf = async (protocol: string) => {
    const health = await server.api<{ listeners: { address: string }[] }>('/api/health');
    const address = health.listeners.find((one) => one.address.startsWith(protocol))?.address ?? '';
    return Number(new URL(address).port);
  };

  it('survives a line of 1 MB, and takes the line after it', async () => {
    const socket = createConnection(await portOf('tcp'), '127.0.0.1');
    await once(socket, 'connect');
    socket.end(
      `<13>Jan  1 00:00:00 host app: ${'x'.repeat(1024 * 1024)}\n<13>Jan  1 00:00:00 host app: the line after\n`,
    );
    await eventually(
      () =>
        server.api<{ total: number }>(
          `/api/events?q=${encodeURIComponent('message: "the line after"')}&from=now-400d&to=now%2B400d`,
        ),
      ({ total }) => total === 1,
    );
  });

  it('takes rubbish over UDP as text', async () => {
    const socket = createSocket('udp4');
    socket.send(Buffer.from([0, 1, 2, 0xff, 0xfe, 10]), await portOf('udp'), '127.0.0.1');
    socket.send('<999999>not a priority', await portOf('udp'), '127.0.0.1', () => socket.close());
    await eventually(
      () =>
        server.api<{ total: number }>(`/api/events?q=${encodeURIComponent('event.original: *priority*')}`),
      ({ total }) => total === 1,
    );
    await stillWorks('after rubbish');
  });
});

describe('files and rules', () => {
  it('says that a watched path is a folder, and follows the other file', async () => {
    const { listeners } = await server.api<{
      listeners: { address: string; state: string; detail?: string }[];
    }>('/api/health');
    expect(listeners).toContainEqual(
      expect.objectContaining({ address: expect.stringContaining('watched.log'), state: 'failed' }),
    );
    await writeFile(join(directory, 'good.log'), 'a line from a file\n');
    await eventually(
      () =>
        server.api<{ total: number }>(`/api/events?q=${encodeURIComponent('message: "a line from a file"')}`),
      ({ total }) => total === 1,
    );
  });

  it('loads the good rule, and tells of each bad one why', async () => {
    const { rules } = await server.api<{
      rules: { file: string; state: string; reason?: string; title: string }[];
    }>('/api/rules');
    const loaded = rules.filter(({ state }) => state === 'loaded');
    expect(loaded.map(({ title }) => title)).toEqual(['first']);
    const reasonOf = (name: string) =>
      rules.find(({ file, state }) => file.endsWith(name) && state === 'rejected')?.reason ?? '';
    expect(reasonOf('b.yml')).toContain('a.yml');
    for (const name of ['broken.yml', 'binary.yml', 'folder.yml', 'absent'])
      expect(reasonOf(name), name).not.toBe('');
  });
});
