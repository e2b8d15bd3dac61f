import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers `_bulk` as OpenSearch does, and remembers what it stored. */
export interface BulkLedger {
  readonly url: string;
  /** Ids, with how many indices hold a document of that id; 1 is right. */
  readonly stored: ReadonlyMap<string, number>;
  /** Requests for `_bulk` that were whole, and their bytes. */
  counts(): { readonly requests: number; readonly bytes: number };
  close(): Promise<void>;
}

export async function startBulkLedger(): Promise<BulkLedger> {
  const stored = new Map<string, number>();
  const present = new Set<string>();
  const counts = { requests: 0, bytes: 0 };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    response.setHeader('content-type', 'application/json');
    if (request.url?.startsWith('/_bulk') !== true) {
      response.end(JSON.stringify({ version: { distribution: 'opensearch', number: '3.8.0' } }));
      return;
    }
    counts.requests++;
    counts.bytes += body.length;
    const items = documents(body).map(({ index, id }) => {
      const key = `${index}/${id}`;
      if (present.has(key))
        return { create: { status: 409, error: { type: 'version_conflict_engine_exception' } } };
      present.add(key);
      stored.set(id, (stored.get(id) ?? 0) + 1);
      return { create: { status: 201 } };
    });
    response.end(JSON.stringify({ errors: items.some(({ create }) => create.status !== 201), items }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    counts: () => ({ ...counts }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface BulkDocument {
  readonly index: string;
  readonly id: string;
  /** Its two lines, newlines included. */
  readonly lines: Buffer;
}

/** The documents of a `_bulk` body of `create` and `index` operations. Throws where it is not one. */
export function documents(body: Buffer): BulkDocument[] {
  const found: BulkDocument[] = [];
  for (let at = 0; at < body.length; ) {
    const operationEnd = body.indexOf(10, at);
    const end = body.indexOf(10, operationEnd + 1) + 1;
    if (operationEnd < 0 || end === 0) throw new Error('The body does not end with a whole document.');
    const operation = JSON.parse(body.toString('utf8', at, operationEnd)) as {
      [name in 'create' | 'index']?: { _index: string; _id: string };
    };
    const { _index = '', _id = '' } = operation.create ?? operation.index ?? {};
    found.push({ index: _index, id: _id, lines: body.subarray(at, end) });
    at = end;
  }
  return found;
}
