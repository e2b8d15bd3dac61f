import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { playDemo } from './play.ts';
import { createSenders, type DemoAddresses, type SendProblem } from './senders.ts';
import { createStory, type StoryEvent } from './story/index.ts';

const listen = (server: Server, port = 0) =>
  new Promise<number>((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
const until = async (condition: () => boolean) => {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

describe('the demonstration plays through real inputs', () => {
  let directory: string;
  let addresses: DemoAddresses;
  let answer: (documents: number, request: number) => { status: number; body?: unknown };
  let received: { path: string; ids: string[]; documents: unknown[] }[];
  let tcpText: string;
  let datagrams: string[];
  let stop: (() => unknown)[];
  const problems: SendProblem[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-demo-'));
    received = [];
    tcpText = '';
    datagrams = [];
    problems.length = 0;
    answer = () => ({ status: 200, body: { errors: false, items: [] } });
    const http = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const rows = body
        .trimEnd()
        .split('\n')
        .map((row) => JSON.parse(row) as Record<string, { _id: string }>);
      const actions = rows.filter((_, i) => i % 2 === 0);
      const { status, body: reply } = answer(actions.length, received.length);
      received.push({
        path: request.url ?? '',
        ids: actions.map(({ create }) => create?._id ?? ''),
        documents: status === 200 ? rows.filter((_, i) => i % 2 === 1) : [],
      });
      response.writeHead(status).end(JSON.stringify(reply ?? {}));
    });
    const tcp = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.setEncoding('utf8').on('data', (chunk) => {
        tcpText += chunk;
      });
    });
    const udp = createSocket('udp4').on('message', (message) => datagrams.push(message.toString()));
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    const [httpPort, tcpPort] = [await listen(http), await listen(tcp)];
    stop = [() => http.close(), () => http.closeAllConnections(), () => tcp.close(), () => udp.close()];
    addresses = {
      bulkUrl: `http://127.0.0.1:${httpPort}`,
      syslogTcp: { host: '127.0.0.1', port: tcpPort },
      syslogUdp: { host: '127.0.0.1', port: udp.address().port },
      nginxFile: join(directory, 'nginx', 'access.log'),
    };
  });
  afterEach(async () => {
    for (const end of stop) end();
    await rm(directory, { recursive: true });
  });

  const open = (changes: Partial<DemoAddresses> = {}) => {
    const abort = new AbortController();
    const onProblem = (problem: SendProblem) => problems.push(problem);
    return { abort, send: createSenders({ ...addresses, ...changes }, { signal: abort.signal, onProblem }) };
  };
  const end = Date.parse('2026-11-03T09:00:00Z');
  const story = createStory({ seed: 5, start: new Date(end - 120_000), durationMinutes: 2 });
  const of = (channel: StoryEvent['channel']) => story.filter((event) => event.channel === channel);

  it('hands every event to its input once, the past at once', async () => {
    const { abort, send } = open();
    const sent = await playDemo({ story, send, signal: abort.signal });
    await until(() => datagrams.length === of('syslog_udp').length);
    await until(() => tcpText.split('\n').length - 1 === of('syslog_tcp').length);
    await send.close();
    expect(sent).toBe(story.length);
    expect(received.every(({ path }) => path === '/demo-windows/_bulk')).toBe(true);
    expect(received.flatMap(({ documents }) => documents)).toEqual(
      story.flatMap(({ payload }) => (typeof payload === 'string' ? [] : [payload])),
    );
    const ids = received.flatMap((request) => request.ids);
    expect(new Set(ids).size).toBe(ids.length);
    const file = await readFile(addresses.nginxFile, 'utf8');
    expect(file.trimEnd().split('\n')).toEqual(of('nginx_file').map(({ payload }) => payload));
    expect(problems).toEqual([]);
  });

  it('waits for what is to come, and stops at once when told', async () => {
    const { abort, send } = open();
    let now = end - 60_000;
    const waits: number[] = [];
    const clock = {
      now: () => now,
      wait: async (milliseconds: number) => {
        waits.push(milliseconds);
        now += milliseconds;
        if (now > end - 30_000) abort.abort();
      },
    };
    const sent = await playDemo({ story, send, clock, signal: abort.signal });
    await send.close();
    expect(sent).toBeGreaterThanOrEqual(story.filter(({ at }) => at <= end - 31_000).length);
    expect(sent).toBeLessThanOrEqual(story.filter(({ at }) => at <= end - 30_000).length);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(250);
  });

  it('sends again what a busy receiver put off, under the same ids, and reports what it refused', async () => {
    answer = (_, request) => {
      if (request === 0) return { status: 429 };
      if (request > 1) return { status: 200, body: { items: [{ create: { status: 201 } }] } };
      const items = [{ status: 201 }, { status: 429 }, { status: 400, error: { reason: 'too deep' } }];
      return { status: 200, body: { errors: true, items: items.map((create) => ({ create })) } };
    };
    const { send } = open();
    await send.bulk([{ n: 1 }, { n: 2 }, { n: 3 }], 'demo-windows');
    await send.close();
    expect(received.map(({ ids }) => ids.length)).toEqual([3, 3, 1]);
    expect(received[1]?.ids).toEqual(received[0]?.ids);
    expect(received[2]?.ids[0]).toBe(received[0]?.ids[1]);
    expect(problems).toEqual([{ channel: 'bulk', message: 'too deep', lost: 1 }]);
  });

  it('waits for a listener that is not there yet', async () => {
    const late = createTcpServer((socket) =>
      socket.setEncoding('utf8').on('data', (chunk) => {
        tcpText += chunk;
      }),
    );
    const port = await listen(late);
    await new Promise((resolve) => late.close(resolve));
    const { send, abort } = open({ syslogTcp: { host: '127.0.0.1', port } });
    const sending = send.syslogTcp(['<13>Nov  3 09:00:00 a b: c']);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await listen(late, port);
    await sending;
    await until(() => tcpText === '<13>Nov  3 09:00:00 a b: c\n');
    abort.abort();
    await send.close();
    late.close();
    expect(problems).toEqual([]);
  });

  it('gives up at once when told to stop, without a word', async () => {
    const { send, abort } = open({
      bulkUrl: 'http://127.0.0.1:1',
      syslogTcp: { host: '127.0.0.1', port: 1 },
    });
    const started = Date.now();
    const sending = Promise.all([send.bulk([{ n: 1 }], 'demo-windows'), send.syslogTcp(['x'])]);
    setTimeout(() => abort.abort(), 50);
    await sending;
    await send.close();
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(problems).toEqual([]);
  });

  it('reports a request that was refused as a whole', async () => {
    answer = () => ({ status: 413, body: { error: 'too large' } });
    const { send } = open();
    await send.bulk([{ n: 1 }, { n: 2 }], 'demo-windows');
    await send.close();
    expect(problems).toEqual([{ channel: 'bulk', message: expect.stringContaining('HTTP 413'), lost: 2 }]);
  });
});
