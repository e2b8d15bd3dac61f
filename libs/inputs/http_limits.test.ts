import { connect, createServer } from 'node:net';
import { createDeflate, gzipSync } from 'node:zlib';
import { isTidewatchError } from '@tidewatch/event';
import { describe, expect, test } from 'vitest';
import { answerOf, input, post, receiving, sink, start, url } from './http.suite.ts';
import { http } from './http.ts';
import { waitFor } from './sink.suite.ts';

receiving({});

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
