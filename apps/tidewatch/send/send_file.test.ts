import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { evtxChunk, evtxLog, starts } from '../../../libs/inputs/evtx/log.suite.ts';
import { sendFile } from './send_file.ts';

let directory: string;
let server: Server;
let to: string;
let documents: Record<string, unknown>[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-send-'));
  documents = [];
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const lines = Buffer.concat(parts).toString().trimEnd().split('\n');
    const sent = lines.filter((_, i) => i % 2 === 1).map((line) => JSON.parse(line));
    documents.push(...sent);
    response.end(JSON.stringify({ items: sent.map(() => ({ create: { status: 201 } })) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  to = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

async function send(name: string, content: Buffer | string) {
  const file = join(directory, name);
  await writeFile(file, content);
  return sendFile(file, { to, source: 'file' });
}

test('a Windows event log goes as its records; what is damaged is left out and counted', async () => {
  const log = evtxLog(evtxChunk(starts(1, 2)), Buffer.alloc(0x1_0000, 7), evtxChunk(starts(3)));
  expect(await send('a.EVTX', log)).toMatchObject({ accepted: 3, damaged: 1, failures: [] });
  expect(documents.map((document) => (document.Event as { EventData: object }).EventData)).toEqual(
    [1, 2, 3].map((n) => ({ NewProcessName: `C:\\Windows\\p${n}.exe` })),
  );
});

test('a file with the name of an event log that is none is said', async () => {
  await expect(send('a.evtx', 'text')).rejects.toMatchObject({ code: 'NOT_EVTX' });
});

test('lines, packed or not', async () => {
  expect(await send('a.log', 'one\n{"two":2}\n')).toMatchObject({ accepted: 2 });
  expect(await send('a.log.gz', gzipSync('three\n'))).toMatchObject({ accepted: 1 });
  expect(documents).toEqual([{ message: 'one' }, { two: 2 }, { message: 'three' }]);
});

test('of a packed file that breaks off, what is whole is sent before it is said', async () => {
  const packed = gzipSync('line of a log\n'.repeat(100_000), { level: 0 });
  await expect(send('a.log.gz', packed.subarray(0, packed.length / 2))).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
  });
  expect(documents.length).toBeGreaterThan(10_000);
});
