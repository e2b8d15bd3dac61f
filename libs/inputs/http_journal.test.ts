import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { receiving, sink, start, url } from './http.suite.ts';
import { waitFor } from './sink.suite.ts';

receiving({});

/** An entry in export format, its message as bytes with their length. */
function entry(number: number, message: string): Buffer {
  const bytes = Buffer.from(message);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([
    Buffer.from(`__CURSOR=s=abc;i=${number}\n_SYSTEMD_UNIT=ssh.service\nMESSAGE\n`),
    length,
    bytes,
    Buffer.from('\n\n'),
  ]);
}
const entries = (count: number) =>
  Buffer.concat(Array.from({ length: count }, (_, i) => entry(i, `line ${i}\nmore`)));

/** As systemd-journal-upload sends: chunked, in pieces of curl's size. */
function upload(body: Buffer, headers: Record<string, string> = {}, piece = 16_384): Promise<Response> {
  const chunks = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < body.length; at += piece) controller.enqueue(body.subarray(at, at + piece));
      controller.close();
    },
  });
  const all = { 'content-type': 'application/vnd.fdo.journal', accept: 'text/plain', ...headers };
  return fetch(`${url}/upload`, {
    method: 'POST',
    body: chunks,
    headers: all,
    duplex: 'half',
  } as RequestInit);
}

test('takes a journal in parts, with its cursors, however it is cut', async () => {
  for (const [piece, count] of [
    [7, 300],
    [16_384, 2_500],
  ] as const) {
    sink.taken.length = 0;
    const response = await upload(entries(count), {}, piece);
    expect([response.status, await response.text()]).toEqual([202, 'OK.\n']);
    expect(sink.taken).toHaveLength(count);
    expect(sink.taken[count - 1]).toMatchObject({
      source: 'journald',
      record: {
        format: 'json',
        position: { kind: 'journald', cursor: `s=abc;i=${count - 1}`, sender: '127.0.0.1' },
        hints: { peer: '127.0.0.1' },
      },
    });
    expect(JSON.parse(sink.taken[7]!.text)).toMatchObject({
      MESSAGE: 'line 7\nmore',
      _SYSTEMD_UNIT: 'ssh.service',
    });
  }
  expect(sink.calls.length).toBeGreaterThan(3);
});

test('a larger one than max_body_bytes is taken, packed or not; bombs and damage are not', async () => {
  await start({ max_body_bytes: 1024 });
  expect((await upload(entries(500))).status).toBe(202);
  expect((await upload(gzipSync(entries(500)), { 'content-encoding': 'gzip' })).status).toBe(202);
  expect(sink.taken).toHaveLength(1_000);
  expect(
    (await upload(gzipSync(entry(0, 'a'.repeat(5_000_000))), { 'content-encoding': 'gzip' })).status,
  ).toBe(413);
  expect((await upload(Buffer.from('no gzip'), { 'content-encoding': 'gzip' })).status).toBe(400);
  const damaged = await upload(
    Buffer.concat([entry(1, 'a'), Buffer.from('not an entry\n\n'), entry(2, 'b')]),
  );
  expect([damaged.status, await damaged.text()]).toEqual([400, expect.stringContaining('1 entries')]);
  expect(sink.taken).toHaveLength(1_002);
});

test('a full stream, a quota and a refusal are told, so that the sender keeps its cursor', async () => {
  sink.full = 1;
  const full = await upload(entries(10));
  expect([full.status, full.headers.get('retry-after')]).toEqual([429, '7']);
  sink.refuses = new Set(['journald']);
  expect((await upload(entries(10))).status).toBe(403);
  sink.refuses = new Set();
  await start({ sources: { journald: 'hosts' }, source_quotas: { hosts: { events_per_second: 1 } } });
  expect((await upload(entries(100))).status).toBe(202);
  expect((await upload(entries(100))).status).toBe(429);
  expect(sink.taken.at(-1)!.source).toBe('hosts');
});

test('one that takes longer than a request may is taken, for as long as it comes', async () => {
  // A second without a byte is too long, too: far more than a busy machine takes between two of them.
  await start({ request_timeout_ms: 1_000 });
  const chunks = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (let i = 0; i < 12; i++) {
        controller.enqueue(entry(i, 'slow'));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      controller.close();
    },
  });
  const headers = { 'content-type': 'application/vnd.fdo.journal' };
  const sent = { method: 'POST', body: chunks, headers, duplex: 'half' } as RequestInit;
  expect((await fetch(`${url}/upload`, sent)).status).toBe(202);
  expect(sink.taken).toHaveLength(12);
});

test('nothing else is taken there', async () => {
  expect((await upload(entries(1), { 'content-type': 'application/json' })).status).toBe(415);
  expect((await upload(entries(1), { 'content-encoding': 'zstd' })).status).toBe(415);
});

test('of a sender that dies only what came whole is taken, and nobody waits', async () => {
  for (const encoding of ['', 'content-encoding: gzip\r\n']) {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    const asked = sink.asked;
    const head = `POST /upload HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/vnd.fdo.journal\r\n${encoding}`;
    socket.write(`${head}content-length: 9000000\r\n\r\n`);
    socket.write(encoding === '' ? entries(1_500) : gzipSync(entries(1_500)).subarray(0, -8));
    await waitFor(() => sink.asked > asked);
    socket.destroy();
  }
  await waitFor(
    async () => (await sink.context.metrics.sum('input_refused_total', { reason: 'client_gone' })) === 2,
  );
  expect((await upload(entries(1))).status).toBe(202);
});
