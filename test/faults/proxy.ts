import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { random } from '../seed.ts';
import { documents } from './ledger.ts';

/**
 * What may happen to a `_bulk` request on its way.
 *
 * - `request_429`, `request_503`: refused as a whole.
 * - `item_429`: every third document is refused for now; the others go through.
 * - `item_400`: documents that {@link isPoison} are refused for good, each time they come.
 * - `reset_request`: the connection breaks in the middle of the request's body.
 * - `reset_answer`: the request goes through; the connection breaks in the middle of the answer.
 * - `stall`: no answer, ever; half of such requests went through.
 * - `truncated`: the request goes through; the answer is cut, and looks whole to HTTP.
 * - `slow`: the answer comes in pieces.
 */
export const allFaults = [
  'request_429',
  'request_503',
  'item_429',
  'item_400',
  'reset_request',
  'reset_answer',
  'stall',
  'truncated',
  'slow',
] as const;
export type Fault = (typeof allFaults)[number];

/** Documents that no server takes: one id in 64. */
export const isPoison = (id: string): boolean => id.charCodeAt(3) % 64 === 5;

export interface FaultProxy {
  readonly url: string;
  /**
   * Which faults there are from now on; none passes everything through.
   *
   * @param share of `_bulk` requests that get one of them, 0 to 1
   */
  use(faults: readonly Fault[], share?: number): void;
  /** How often each fault was injected; documents, for faults of documents. */
  readonly injected: ReadonlyMap<Fault, number>;
  close(): Promise<void>;
}

export async function startFaultProxy(target: string, seed: number): Promise<FaultProxy> {
  const next = random(seed);
  const injected = new Map<Fault, number>();
  let faults: readonly Fault[] = [];
  let share = 0;
  let due = 0;
  let chosen = 0;
  const count = (fault: Fault, by = 1) => injected.set(fault, (injected.get(fault) ?? 0) + by);
  /** At random, but never so that a short run goes without one of them. */
  const choose = (): Fault | undefined => {
    const choices = faults.filter((fault) => fault !== 'item_400');
    due += 2 * share * next();
    if (choices.length === 0 || due < 1) return undefined;
    due -= 1;
    const fault = choices[chosen++ % choices.length] as Fault;
    if (fault !== 'item_429') count(fault);
    return fault;
  };

  async function bulk(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = choose();
    if (fault === 'reset_request') {
      await once(request, 'data');
      request.socket.resetAndDestroy();
      return;
    }
    const body = await read(request);
    if (fault === 'request_429') return refuse(response, 429, 'circuit_breaking_exception');
    if (fault === 'request_503') return refuse(response, 503, 'cluster_block_exception');
    if (fault === 'stall' && next() < 0.5) return;
    const refused = new Map<number, object>();
    const passed: Buffer[] = [];
    for (const [i, { id, lines }] of documents(body).entries()) {
      if (faults.includes('item_400') && isPoison(id))
        refused.set(i, refusal(400, 'mapper_parsing_exception'));
      else if (fault === 'item_429' && i % 3 === 0)
        refused.set(i, refusal(429, 'rejected_execution_exception'));
      else passed.push(lines);
      const last = refused.get(i) as { create: { status: number } } | undefined;
      if (last !== undefined) count(last.create.status === 400 ? 'item_400' : 'item_429');
    }
    const answer =
      passed.length === 0 ? [] : await forwardBulk(target, request.url ?? '/', Buffer.concat(passed));
    const items: unknown[] = [];
    for (let i = 0; items.length < refused.size + passed.length; i++)
      items.push(refused.get(i) ?? answer.shift());
    await send(response, JSON.stringify({ errors: refused.size > 0, items }), fault);
  }

  const server = createServer((request, response) => {
    const handled = request.url?.startsWith('/_bulk')
      ? bulk(request, response)
      : passOn(target, request, response);
    // A client that leaves, and a target that was killed, break what is under way: that is what this is for.
    handled.catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use(now, of = 0.4) {
      faults = now;
      share = of;
      due = 0;
    },
    injected,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const refusal = (status: number, type: string) => ({
  create: { status, error: { type, reason: 'a fault' } },
});

function refuse(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { type, reason: 'a fault' }, status }));
}

async function send(response: ServerResponse, text: string, fault: Fault | undefined): Promise<void> {
  const cut = Math.floor(text.length / 2);
  const sent = fault === 'truncated' ? text.slice(0, cut) : text;
  if (fault === 'stall') return;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) });
  if (fault === 'reset_answer') {
    response.write(sent.slice(0, cut));
    await setTimeout(5);
    (response.socket as Socket).resetAndDestroy();
    return;
  }
  const piece = fault === 'slow' ? Math.ceil(sent.length / 10) : sent.length;
  for (let at = 0; at < sent.length; at += piece) {
    response.write(sent.slice(at, at + piece));
    if (fault === 'slow') await setTimeout(10);
  }
  response.end();
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function forward(target: string, method: string, path: string, type: string, body: Buffer) {
  const request = httpRequest(`${target}${path}`, { method, headers: { 'content-type': type } });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 500, body: await read(response) };
}

async function forwardBulk(target: string, path: string, body: Buffer): Promise<unknown[]> {
  const answer = await forward(target, 'POST', path, 'application/x-ndjson', body);
  return (JSON.parse(answer.body.toString()) as { items: unknown[] }).items;
}

async function passOn(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const type = request.headers['content-type'] ?? 'application/json';
  const body = await read(request);
  const answer = await forward(target, request.method ?? 'GET', request.url ?? '/', type, body);
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(answer.body);
}
