import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { IndexedEvent } from '../contract.ts';
import { indexed, suiteClasses } from '../fixtures.suite.ts';
import { type BulkWriter, type BulkWriterDeps, createBulkWriter } from './bulk/writer.ts';
import { connectOpenSearch } from './client.ts';
import { openSearchConfig } from './config.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came. */
  readonly raw: Buffer;
  /** Decompressed. */
  readonly body: Buffer;
  /** Lines of documents, each parsed; empty for what is no bulk request. */
  readonly documents: readonly { readonly index: string; readonly id: string; readonly source: unknown }[];
}

/** A status with a body that is sent as JSON (a string as it is); never answers where it is undefined. */
export type Answer =
  | readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]
  | undefined;

export const welcome = { version: { distribution: 'opensearch', number: '3.8.0' } };
export const created = ({ documents }: SeenRequest): Answer => [
  200,
  { errors: false, items: documents.map(() => ({ create: { status: 201 } })) },
];

export interface FakeNode {
  readonly url: string;
  /** Bulk requests, in the order they came. */
  readonly seen: readonly SeenRequest[];
  /** The others, but for `GET /`. */
  readonly others: readonly SeenRequest[];
  close(): Promise<void>;
}

/**
 * A node whose answers a test makes up, for what a real one can't be made to say.
 *
 * @param tls certificate and key in PEM
 */
export async function startFakeNode(
  answer: (request: SeenRequest) => Answer | Promise<Answer>,
  tls?: { readonly cert: Buffer; readonly key: Buffer },
): Promise<FakeNode> {
  const [seen, others]: [SeenRequest[], SeenRequest[]] = [[], []];
  const server = tls === undefined ? createHttpServer() : createHttpsServer(tls);
  server.on('request', async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const path = request.url ?? '/';
    const isBulk = path.startsWith('/_bulk');
    const one = {
      method: request.method ?? 'GET',
      path,
      headers: request.headers,
      raw,
      body,
      documents: isBulk ? documentsOf(body) : [],
    };
    if (isBulk) seen.push(one);
    else if (path !== '/') others.push(one);
    const answered = await answer(one);
    if (answered === undefined) return;
    const [status, content, headers] = answered;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const type = typeof content === 'string' ? 'text/html' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    others,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function documentsOf(body: Buffer): SeenRequest['documents'] {
  const lines = body.toString().split('\n');
  if (lines.pop() !== '') throw new Error('The last line has no end.');
  return Array.from({ length: lines.length / 2 }, (_, i) => {
    const { create } = JSON.parse(lines[2 * i]!) as { create: { _index: string; _id: string } };
    return { index: create._index, id: create._id, source: JSON.parse(lines[2 * i + 1]!) };
  });
}

export interface WriterHarness {
  readonly writer: BulkWriter;
  readonly node: FakeNode;
  dispose(): Promise<void>;
}

/** A writer with short waits on a fake node. */
export async function openWriter(
  answer: (request: SeenRequest) => Answer | Promise<Answer>,
  config: Record<string, unknown> & { readonly bulk?: object } = {},
  deps: Partial<BulkWriterDeps> = {},
  otherwise: (request: SeenRequest) => Answer = () => [200, welcome],
): Promise<WriterHarness> {
  const node = await startFakeNode((request) => {
    if (request.path.startsWith('/_bulk')) return answer(request);
    return request.path === '/' ? [200, welcome] : otherwise(request);
  });
  const { bulk, ...rest } = config;
  const connection = await connectOpenSearch(
    openSearchConfig.parse({
      nodes: [node.url],
      timeout_ms: 2_000,
      ...rest,
      bulk: { request_bytes: 64 * 1024, linger_ms: 20, retry_ms: { first: 1, most: 20 }, ...bulk },
    }),
  );
  const writer = createBulkWriter({ connection, classes: suiteClasses, ...deps });
  return {
    writer,
    node,
    async dispose() {
      await writer.close(0);
      await connection.close();
      await node.close();
    },
  };
}

/** Events of about `bytes` bytes. */
export const withBytes = (count: number, bytes = 200): IndexedEvent[] =>
  Array.from({ length: count }, () => indexed({ padding: 'x'.repeat(bytes) }));

export const statuses = (outcomes: readonly { readonly status: string }[]) =>
  outcomes.map(({ status }) => status);
