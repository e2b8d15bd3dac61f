import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A `_bulk` endpoint that takes only so many documents a second, and remembers how often it stored each id. */
export interface SlowSink {
  readonly url: string;
  /** `event.original` of each stored document, once per time that it was stored. */
  readonly stored: readonly string[];
  /** Documents a second from now on. */
  pace(perSecond: number): void;
  close(): Promise<void>;
}

export async function startSlowSink(perSecond: number): Promise<SlowSink> {
  let rate = perSecond;
  let busy = Promise.resolve();
  const stored: string[] = [];
  const ids = new Set<string>();

  /** One request after the other, each as long as its documents take. */
  function bulk(body: string): Promise<string> {
    const lines = body.split('\n');
    const answer = busy.then(async () => {
      const items: unknown[] = [];
      for (let line = 0; line + 1 < lines.length; line += 2) {
        const { _index, _id } = (JSON.parse(lines[line] ?? '') as { create: { _index: string; _id: string } })
          .create;
        const known = ids.has(_id);
        ids.add(_id);
        if (!known)
          stored.push((JSON.parse(lines[line + 1] ?? '') as { event: { original: string } }).event.original);
        items.push({ create: { _index, _id, status: known ? 409 : 201 } });
      }
      await setTimeout((items.length * 1_000) / rate);
      return JSON.stringify({ took: 1, errors: false, items });
    });
    busy = answer.then(() => undefined);
    return answer;
  }

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    response.setHeader('content-type', 'application/json');
    response.end(request.url?.includes('_bulk') ? await bulk(body) : JSON.stringify(answerTo(request)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    pace(perSecond) {
      rate = perSecond;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** As an OpenSearch that holds nothing yet, and agrees to everything. */
function answerTo({ method, url }: IncomingMessage): unknown {
  if (url === '/') return { version: { distribution: 'opensearch', number: '3.8.0' } };
  return method === 'GET' && !url?.startsWith('/_cluster/') ? {} : { acknowledged: true, status: 'green' };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
