import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { createDeflate, gzipSync } from 'node:zlib';
import { isTidewatchError } from '@tidewatch/event';
import type { Input } from '@tidewatch/plugin';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { http } from './http.ts';
import { createSink, type Sink, waitFor } from './sink.suite.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of a foreign API, which the tests look into.
type Answer = any;

let sink: Sink;
let input: Input;
let url: string;

async function start(config: Record<string, unknown> = {}): Promise<void> {
  await input?.stop();
  input = http.create(http.config.parse({ port: 0, ...config }), sink.context);
  await input.start();
  url = input.listeners()[0]!.address;
}

beforeEach(async () => {
  sink = await createSink();
  await start();
});
afterEach(async () => {
  await input.stop();
  await sink.remove();
});

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(url + path, { method: 'POST', body: body as BodyInit, headers });
const bulk = (lines: unknown[], path = '/_bulk') =>
  post(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
const answerOf = async (response: Response) => (await response.json()) as Answer;

describe('_bulk', () => {
  test('takes index and create, refuses update and delete, and answers in order', async () => {
    const response = await bulk([
      { create: { _index: 'win-1', _id: 'a' } },
      '{"n": 1}',
      { update: { _index: 'win-1', _id: 'b' } },
      '{"doc": {}}',
      { delete: { _index: 'win-1', _id: 'c' } },
      { index: { _index: 'nginx' } },
      '{"n": 2}',
      '',
    ]);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
    const { errors, items, took } = await answerOf(response);
    expect([errors, typeof took]).toEqual([true, 'number']);
    expect(items.map((item: object) => Object.keys(item)[0])).toEqual([
      'create',
      'update',
      'delete',
      'index',
    ]);
    expect(items[0].create).toMatchObject({ _index: 'win-1', _id: 'a', status: 201, result: 'created' });
    expect(items[1].update).toMatchObject({
      _id: 'b',
      status: 400,
      error: { type: 'illegal_argument_exception' },
    });
    expect(items[2].delete.error.reason).toContain('[delete] is not supported');
    expect(items[3].index).toMatchObject({ _index: 'nginx', status: 201 });
    expect(items[3].index._id).toHaveLength(22);
    expect(sink.taken.map(({ source, text }) => [source, text])).toEqual([
      ['win-1', '{"n": 1}'],
      ['nginx', '{"n": 2}'],
    ]);
    expect(sink.taken[0]!.record).toMatchObject({
      format: 'json',
      position: { kind: 'sender', sender: 'win-1', index: 'win-1', id: 'a' },
      hints: { index: 'win-1', peer: '127.0.0.1' },
    });
    expect(sink.taken[1]!.record.position).toEqual({ kind: 'none' });
  });

  test('takes the index from the path, CRLF, blank lines between, and no line end at the end', async () => {
    const response = await post(
      '/logs-1/_bulk/',
      '\n{"create":{}}\r\n{"a":1}\r\n\n{"create":{"_index":"other"}}\n{"b":2}',
    );
    expect(await answerOf(response)).toMatchObject({ errors: false });
    expect(sink.taken.map(({ source, text }) => [source, text])).toEqual([
      ['logs-1', '{"a":1}'],
      ['other', '{"b":2}'],
    ]);
  });

  test('a malformed document fails alone, with 400, and is in the dead letters', async () => {
    const response = await bulk(
      [{ create: {} }, '{"a":1}', { create: {} }, '{"a":', { create: {} }, '{"a":3}'],
      '/x/_bulk',
    );
    const { errors, items } = await answerOf(response);
    expect(errors).toBe(true);
    expect(items.map((item: Answer) => item.create.status)).toEqual([201, 400, 201]);
    expect(items[1].create.error.type).toBe('document_parsing_exception');
    expect(items[1].create.error.reason).toContain('invalid_json');
    expect(sink.texts()[1]).toBe('{"a":');
  });

  test.each([
    ['no JSON', ['{"create":', '{}'], 'line [1]'],
    ['an array', ['{"create":{}}', '{}', '[]', '{}'], 'line [3]'],
    ['an unknown verb', ['{"upsert":{}}', '{}'], 'expected one of'],
    ['a verb from a prototype', ['{"__proto__":{}}', '{}'], 'expected one of'],
    ['two verbs', ['{"index":{},"create":{}}', '{}'], 'expected one of'],
    ['metadata that is no object', ['{"create":"x"}', '{}'], 'expected an object'],
    ['no document', ['{"create":{}}', '{}', '{"create":{}}'], 'no document follows'],
    ['an id that is an object', ['{"create":{"_id":{}}}', '{}'], '[_id]'],
    ['an index that is a list', ['{"create":{"_index":["x"]}}', '{}'], '[_index]'],
    ['an id over 512 bytes', [`{"create":{"_id":"${'é'.repeat(257)}"}}`, '{}'], '[_id]'],
  ])('an action line with %s: 400 for the request, and nothing is taken', async (_, lines, said) => {
    const response = await bulk(lines, '/x/_bulk');
    expect(response.status).toBe(400);
    const { error, status } = await answerOf(response);
    expect([error.type, status]).toEqual(['malformed_action', 400]);
    expect(error.reason).toContain('Malformed action/metadata');
    expect(error.reason).toContain(said);
    expect(sink.calls).toEqual([]);
  });

  test('an index that names nothing is refused by item, one that is absent for the request', async () => {
    const { items } = await answerOf(
      await bulk([
        { create: { _index: '../etc' } },
        '{}',
        { create: { _index: 'A' } },
        '{}',
        { create: { _index: 'ok' } },
        '{}',
      ]),
    );
    expect(items.map((item: Answer) => item.create.status)).toEqual([400, 400, 201]);
    expect(items[0].create.error.type).toBe('invalid_index_name_exception');
    expect((await bulk([{ create: {} }, '{}'])).status).toBe(400);
    const inPath = await answerOf(await bulk([{ create: {} }, '{}'], '/..%2fx/_bulk'));
    expect(inPath.items[0].create.error.type).toBe('invalid_index_name_exception');
    expect((await post('/_bulk', '')).status).toBe(400);
  });

  test('hostile keys and invalid UTF-8 pass on byte for byte', async () => {
    const document = Buffer.concat([
      Buffer.from('{"__proto__":{"polluted":1},"x":"'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('"}'),
    ]);
    const meta = '{"create":{"__proto__":{"_id":"x"},"constructor":1}}\n';
    const response = await post('/x/_bulk', Buffer.concat([Buffer.from(meta), document, Buffer.from('\n')]));
    expect(response.status).toBe(200);
    expect(Buffer.from(sink.taken[0]!.record.bytes).equals(document)).toBe(true);
    expect(sink.taken[0]!.record.position).toEqual({ kind: 'none' });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('an Idempotency-Key gives the same positions again; an _id is stronger', async () => {
    const body = '{"create":{}}\n{"a":1}\n{"create":{"_id":7}}\n{"a":2}\n';
    for (let i = 0; i < 2; i++) await post('/x/_bulk', body, { 'idempotency-key': 'k1' });
    const positions = sink.taken.map(({ record }) => record.position);
    expect(positions[0]).toEqual({ kind: 'request', sender: 'x', key: 'k1', item: 0 });
    expect(positions[1]).toEqual({ kind: 'sender', sender: 'x', index: 'x', id: '7' });
    expect(positions.slice(2)).toEqual(positions.slice(0, 2));
    expect((await post('/x/_bulk', body, { 'idempotency-key': 'k'.repeat(257) })).status).toBe(400);
  });

  test('one call a source; sources are mapped by pattern', async () => {
    await start({ sources: { 'winlogbeat-*': 'windows' } });
    const indices = ['winlogbeat-8.19.0', 'nginx', 'winlogbeat-x'];
    await bulk(indices.flatMap((index) => [{ create: { _index: index } }, '{}']));
    expect(sink.calls).toEqual([
      { source: 'windows', size: 2 },
      { source: 'nginx', size: 1 },
    ]);
    expect(sink.taken.map(({ record }) => record.hints.index).sort()).toEqual([...indices].sort());
  });

  test('a full stream is 429 with Retry-After; full for one source is 429 for its items alone', async () => {
    sink.full = 1;
    const response = await bulk([{ create: {} }, '{}'], '/x/_bulk');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(sink.taken).toEqual([]);

    sink.fullSource = 'b';
    const { items } = await answerOf(
      await bulk([{ create: { _index: 'a' } }, '{}', { create: { _index: 'b' } }, '{}']),
    );
    expect(items.map((item: Answer) => item.create.status)).toEqual([201, 429]);
    expect(items[1].create.error.type).toBe('stream_full');
  });

  test('what governance refuses is 403 by item', async () => {
    sink.refuses = new Set(['hr']);
    const { items } = await answerOf(
      await bulk([{ create: { _index: 'hr' } }, '{}', { create: { _index: 'a' } }, '{}']),
    );
    expect(items.map((item: Answer) => item.create.status)).toEqual([403, 201]);
    expect((await post('/ingest/hr', '{}')).status).toBe(403);
  });

  test('a fault inside is 500 that gives nothing away, and logged', async () => {
    const context = { ...sink.context, accept: () => Promise.reject(new Error('secret path /etc/x')) };
    await input.stop();
    input = http.create(http.config.parse({ port: 0 }), context);
    await input.start();
    url = input.listeners()[0]!.address;
    const response = await bulk([{ create: {} }, '{}'], '/x/_bulk');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(sink.log.join()).toContain('secret path');
  });
});

describe('_doc and _create', () => {
  test('take one document, with or without an id', async () => {
    const first = await post('/logs/_doc', '{\n  "a": 1\n}\n');
    expect(first.status).toBe(201);
    expect(await answerOf(first)).toMatchObject({ _index: 'logs', result: 'created', _version: 1 });
    const put = await fetch(`${url}/logs/_doc/id-1`, { method: 'PUT', body: '{"a":2}' });
    expect(await answerOf(put)).toMatchObject({ _id: 'id-1' });
    expect((await post('/logs/_create/id-2', '{"a":3}')).status).toBe(201);
    expect(sink.taken[2]!.record.position).toMatchObject({ kind: 'sender', id: 'id-2' });
    const bad = await post('/logs/_doc', '{"a":');
    expect(bad.status).toBe(400);
    expect((await answerOf(bad)).error.type).toBe('document_parsing_exception');
  });
});

describe('/ingest/<source>', () => {
  test.each([
    ['NDJSON', 'application/x-ndjson', '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
    ['an array', 'application/json', ' [ {"a":"],\\"}["} , 2,\n[3] ] ', ['{"a":"],\\"}["}', '2', '[3]']],
    ['an object over lines', 'application/json', '{\n "a": 1\n}', ['{\n "a": 1\n}']],
    ['lines of text', 'text/plain; charset=utf-8', '<34>Oct 1 x\r\n\n[2] y\n', ['<34>Oct 1 x', '[2] y']],
    [
      'what curl sends unasked',
      'application/x-www-form-urlencoded',
      '{"a":1}\n{"a":2}',
      ['{"a":1}', '{"a":2}'],
    ],
  ])('takes %s', async (_, type, body, expected) => {
    const response = await post('/ingest/web?dataset=nginx.access', body, { 'content-type': type });
    expect(await answerOf(response)).toEqual({ accepted: expected.length, dead_letters: 0, refused: 0 });
    expect(sink.texts()).toEqual(expected);
    expect(sink.taken[0]).toMatchObject({ source: 'web', record: { hints: { dataset: 'nginx.access' } } });
    expect(sink.calls).toHaveLength(1);
  });

  test('names only the items that failed', async () => {
    const response = await post('/ingest/web', '{"a":1}\nnot json\n{"a":2}', {
      'content-type': 'application/x-ndjson',
    });
    const answer = await answerOf(response);
    expect(answer).toMatchObject({ accepted: 2, dead_letters: 1, refused: 0 });
    expect(answer.items).toEqual([expect.objectContaining({ item: 1, status: 400, reason: 'invalid_json' })]);
  });

  test.each([
    ['[{"a":1}', 'does not end'],
    ['[1,,2]', 'empty member'],
    ['[1] x', 'more follows'],
    ['[]', 'no documents'],
    ['', 'no documents'],
  ])('refuses %s whole', async (body, said) => {
    const response = await post('/ingest/web', body, { 'content-type': 'application/json' });
    expect(response.status).toBe(400);
    expect((await answerOf(response)).error.reason).toContain(said);
    expect(sink.calls).toEqual([]);
  });

  test('refuses names that are none', async () => {
    for (const name of ['A', '_x', 'a%20b', 'a%2f..', 'a'.repeat(256)])
      expect((await post(`/ingest/${name}`, '{}')).status).toBe(400);
    expect((await post('/ingest/a?dataset=B', '{}')).status).toBe(400);
  });
});

describe('limits', () => {
  const documents = (count: number) => '{"create":{}}\n{"message":"abcdefghijklmnop"}\n'.repeat(count);

  test('gzip and deflate bodies are unpacked; others are told what is', async () => {
    expect((await post('/x/_bulk', gzipSync(documents(1000)), { 'content-encoding': 'gzip' })).status).toBe(
      200,
    );
    expect(sink.taken).toHaveLength(1000);
    expect((await post('/x/_bulk', documents(1), { 'content-encoding': 'br' })).status).toBe(415);
    const corrupt = await post('/x/_bulk', 'not gzip', { 'content-encoding': 'gzip' });
    expect([corrupt.status, (await answerOf(corrupt)).error.type]).toEqual([400, 'corrupt_body']);
    const torn = gzipSync(documents(1000)).subarray(0, 60);
    expect((await post('/x/_bulk', torn, { 'content-encoding': 'gzip' })).status).toBe(400);
    expect(sink.taken).toHaveLength(1000);
  });

  test('a body of 50 MB is 413, declared or not, and the connection lives', async () => {
    const body = Buffer.alloc(50 * 1024 * 1024, 97);
    const declared = await post('/x/_bulk', body);
    expect(declared.status).toBe(413);
    expect((await answerOf(declared)).error.reason).toContain('max_body_bytes');
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 50; i++) controller.enqueue(body.subarray(0, 1024 * 1024));
        controller.close();
      },
    });
    const undeclared = await fetch(`${url}/x/_bulk`, {
      method: 'POST',
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect(undeclared.status).toBe(413);
    expect(sink.calls).toEqual([]);
    expect((await post('/x/_bulk', documents(1))).status).toBe(200);
  });

  test('a gzip bomb is 413 before it has unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(125_000);
    const before = process.memoryUsage().rss;
    const response = await post('/x/_bulk', bomb, { 'content-encoding': 'gzip' });
    expect(response.status).toBe(413);
    expect((await answerOf(response)).error.type).toBe('compression_ratio');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    await start({ max_compression_ratio: 5000 });
    const slower = await post('/x/_bulk', bomb, { 'content-encoding': 'gzip' });
    expect((await answerOf(slower)).error.type).toBe('body_too_large');
  });

  test('too many documents are 413, and a body of line ends is no bomb', async () => {
    await start({ max_documents: 10 });
    expect((await post('/x/_bulk', documents(10))).status).toBe(200);
    expect((await post('/x/_bulk', documents(11))).status).toBe(413);
    expect((await post('/ingest/x', '1\n'.repeat(11))).status).toBe(413);
    expect(
      (await post('/ingest/x', `[${'1,'.repeat(10)}1]`, { 'content-type': 'application/json' })).status,
    ).toBe(413);
    expect((await post('/x/_bulk', Buffer.alloc(10_000_000, 10))).status).toBe(400);
    expect(sink.taken).toHaveLength(10);
  });

  test('more bodies at once than memory is set aside for are 429', async () => {
    await start({ max_pending_bytes: 4096 });
    let open = () => {};
    sink.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = post('/x/_bulk', documents(80));
    await waitFor(() => sink.asked === 1);
    const second = await post('/x/_bulk', documents(80));
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1']);
    open();
    expect((await first).status).toBe(200);
    await waitFor(async () => (await post('/x/_bulk', documents(80))).status === 200);
  });

  test('a sender killed in the middle of its body has sent nothing', async () => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /x/_bulk HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"create":{}}\n{"a":1}\n',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    const packed = connect(Number(port), hostname);
    const deflate = createDeflate();
    packed.write(
      'POST /x/_bulk HTTP/1.1\r\nhost: localhost\r\ncontent-encoding: deflate\r\ncontent-length: 1000\r\n\r\n',
    );
    deflate.pipe(packed, { end: false });
    deflate.write(documents(1));
    deflate.flush(() => packed.destroy());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sink.calls).toEqual([]);
    expect((await post('/x/_bulk', documents(1))).status).toBe(200);
  });

  test('a sender that dawdles is cut off', async () => {
    await start({ request_timeout_ms: 200 });
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /x/_bulk HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"create"');
    const began = Date.now();
    await new Promise((resolve) => {
      socket.on('close', resolve);
      socket.on('error', () => {});
      socket.resume();
    });
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(sink.calls).toEqual([]);
  });
});

describe('who may send', () => {
  const withHeaders = (headers: Record<string, string>, path = '/ingest/x') =>
    new Promise<number>((resolve, reject) => {
      const request = httpRequest(url + path, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end('{}');
    });

  test('no web page, by its origin or by a rebound name', async () => {
    expect(await withHeaders({ origin: 'https://evil.example' })).toBe(403);
    expect(await withHeaders({ origin: 'null' })).toBe(403);
    expect(await withHeaders({ host: 'evil.example:9200' })).toBe(403);
    expect(await withHeaders({ host: 'localhost.evil.example' })).toBe(403);
    expect(sink.calls).toEqual([]);
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:9200', 'LOCALHOST'])
      expect(await withHeaders({ host })).toBe(200);
    await start({ hosts: ['logs.office.example'] });
    expect(await withHeaders({ host: 'logs.office.example:9200' })).toBe(200);
  });

  test('nobody without a key where keys are set, and a key only to its sources', async () => {
    const sha256 = createHash('sha256').update('s3cret').digest('hex');
    await start({ api_keys: [{ name: 'gateway', sha256, sources: ['win-*', 'nginx'] }] });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const send = (authorization: string, source = 'nginx') =>
      withHeaders({ authorization }, `/ingest/${source}`);
    expect(await withHeaders({})).toBe(401);
    expect(await send('ApiKey wrong')).toBe(401);
    expect(await send(`ApiKey ${base64('other:s3cret')}`)).toBe(401);
    expect(await send(`Basic ${base64('gateway:wrong')}`)).toBe(401);
    expect(await send('Bearer wrong')).toBe(401);
    expect(await send('Bearer s3cret')).toBe(200);
    expect(await send('ApiKey s3cret')).toBe(200);
    expect(await send(`ApiKey ${base64('gateway:s3cret')}`)).toBe(200);
    expect(await send(`Basic ${base64('gateway:s3cret')}`, 'win-1')).toBe(200);
    expect(await send('ApiKey s3cret', 'hr')).toBe(403);
    expect((await fetch(url)).status).toBe(401);
    await fetch(`${url}/win-2/_doc/7`, {
      method: 'PUT',
      body: '{}',
      headers: { authorization: 'ApiKey s3cret' },
    });
    expect(sink.taken.at(-1)!.record.position).toMatchObject({ sender: 'gateway', index: 'win-2', id: '7' });
  });
});

describe('life', () => {
  test('a port that is taken is said, with what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const late = http.create(http.config.parse({ port }), sink.context);
    await expect(late.start()).rejects.toThrow(new RegExp(`Port ${port} .* taken .* another .port.`));
    expect(late.listeners()[0]).toMatchObject({ state: 'failed' });
    await late.stop();
    other.close();
    const nowhere = http.create(http.config.parse({ host: '127.0.0.1', port, hosts: [] }), sink.context);
    await nowhere.start();
    await nowhere.stop();
  });

  test('a host that is not of this machine is said', async () => {
    const sha256 = '0'.repeat(64);
    const late = http.create(
      http.config.parse({ host: '192.0.2.1', port: 0, insecure: true, api_keys: [{ name: 'k', sha256 }] }),
      sink.context,
    );
    await expect(late.start()).rejects.toSatisfy((error) => isTidewatchError(error, 'BIND_FAILED'));
  });

  test('stop answers what is under way, turns others away, and comes twice', async () => {
    let open = () => {};
    sink.gate = new Promise((resolve) => {
      open = resolve;
    });
    const underWay = post('/x/_doc', '{"a":1}');
    await waitFor(() => sink.asked === 1);
    const stopped = input.stop();
    open();
    expect((await underWay).status).toBe(201);
    await stopped;
    await input.stop();
    await expect(fetch(url)).rejects.toThrow();
    expect(sink.taken).toHaveLength(1);
  });

  test('IPv6', async () => {
    await start({ host: '::1' });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await post('/ingest/x', '{}')).status).toBe(200);
    expect(sink.taken[0]!.record.hints.peer).toBe('::1');
  });
});

describe('what shippers ask before they send', () => {
  test.each([
    ['GET', '/', { version: { number: '8.19.0', build_flavor: 'default' }, tagline: 'You Know, for Search' }],
    ['HEAD', '/', undefined],
    ['GET', '/_license?human=false', { license: { status: 'active', type: 'basic' } }],
    ['GET', '/_xpack', { features: { ilm: { available: true, enabled: true } } }],
    ['GET', '/_cluster/health', { status: 'green' }],
    ['GET', '/_cluster/settings?include_defaults=true', { persistent: {}, transient: {} }],
    ['GET', '/_nodes/http', { nodes: {} }],
    ['GET', '/_cat/indices?format=json', []],
    ['GET', '/_ilm/policy/filebeat', { filebeat: { policy: { phases: {} } } }],
    ['PUT', '/_ilm/policy/filebeat', { acknowledged: true }],
    ['GET', '/_index_template/logstash', { index_templates: [{ name: 'logstash' }] }],
    ['HEAD', '/_index_template/logstash', undefined],
    ['PUT', '/_index_template/logstash', { acknowledged: true }],
    ['HEAD', '/_template/logstash', undefined],
    ['GET', '/_data_stream/filebeat-8.19.0', { data_streams: [{ name: 'filebeat-8.19.0' }] }],
    ['GET', '/_ingest/pipeline/filebeat-8.19.0-nginx-access-pipeline', {}],
    ['HEAD', '/logstash-000001', undefined],
    ['PUT', '/logstash-000001', { acknowledged: true }],
  ])('%s %s', async (method, path, expected) => {
    const response = await fetch(url + path, {
      method,
      ...(method === 'PUT'
        ? { body: '{"settings":{}}', headers: { 'content-type': 'application/json' } }
        : {}),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
    if (expected !== undefined) expect(await response.json()).toMatchObject(expected);
  });

  test.each([
    ['Elastic-Filebeat/9.10.2 (linux; amd64; abc)', '9.10.2'],
    ['Elastic-Filebeat/8.9.0 (linux; amd64; abc)', '8.19.0'],
    ['curl/9.9.9', '8.19.0'],
  ])('%s hears of version %s: no Beat sends to what is older than itself', async (agent, version) => {
    const response = await fetch(url, { headers: { 'user-agent': agent } });
    expect((await answerOf(response)).version.number).toBe(version);
  });

  test('what is not served says so', async () => {
    const response = await post('/_search', '{}');
    expect(response.status).toBe(404);
    expect((await answerOf(response)).error.reason).toContain('/_bulk');
    expect((await fetch(`${url}/_bulk`)).status).toBe(404);
  });
});
