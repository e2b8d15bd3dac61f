import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { bytesIn } from '../../apps/tidewatch/server/disk/folder.ts';
import { freePorts } from '../free_ports.ts';
import { eventually, type RunningServer, startServer } from './server.ts';
import { startSlowSink } from './slow_sink.ts';

const storePerSecond = 20;
const budgetMiB = 64;
const leastSeconds = 4;
const perRequest = 100;
const padding = 'x'.repeat(6_000);

const MiB = 1024 ** 2;

interface Load {
  over: boolean;
}

/** What HTTP senders offered, and what each was told. */
function sendHttp({ ingest }: RunningServer, load: Load) {
  const told = {
    offered: 0,
    acknowledged: new Set<string>(),
    refused: new Set<string>(),
    retryAfter: [] as number[],
  };
  const sender = async () => {
    while (!load.over) {
      const tags = Array.from({ length: perRequest }, () => `http-${told.offered++}`);
      const body = tags.map((tag) => `{"create":{}}\n{"message":"${tag} ${padding}"}\n`).join('');
      const response = await fetch(`${ingest}/overload/_bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      });
      const answer = (await response.json()) as { items?: { create: { status: number } }[] };
      if (response.status === 429) {
        told.retryAfter.push(Number(response.headers.get('retry-after')));
        for (const tag of tags) told.refused.add(tag);
        await setTimeout(20);
      } else {
        expect(response.status).toBe(200);
        answer.items?.forEach(({ create: { status } }, i) => {
          told[status === 201 ? 'acknowledged' : 'refused'].add(tags[i] as string);
        });
      }
    }
  };
  return { told, sending: Promise.all([sender(), sender(), sender(), sender()]) };
}

/** A syslog sender that writes as fast as its connection takes it. */
async function sendTcp(port: number, load: Load) {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const lines: string[] = [];
  let waited = 0;
  let waitingSince: number | undefined;
  const writing = (async () => {
    while (!load.over) {
      const tag = `tcp-${lines.length}`;
      lines.push(tag);
      if (socket.write(`<134>1 2026-01-01T00:00:00Z host app - - - ${tag} ${padding}\n`)) continue;
      waitingSince = Date.now();
      await once(socket, 'drain');
      waited = Math.max(waited, Date.now() - waitingSince);
      waitingSince = undefined;
    }
    await new Promise<void>((resolve) => socket.end(resolve));
  })();
  return { lines, writing, longestWaitMs: () => Math.max(waited, Date.now() - (waitingSince ?? Date.now())) };
}

async function sendUdp(port: number, load: Load): Promise<number> {
  const socket = createSocket('udp4');
  let sent = 0;
  while (!load.over) {
    for (let i = 0; i < 20; i++) {
      const datagram = `<134>1 2026-01-01T00:00:00Z host app - - - udp-${sent++} ${padding}`;
      await new Promise<void>((resolve) => socket.send(datagram, port, '127.0.0.1', () => resolve()));
    }
    await setTimeout(20);
  }
  socket.close();
  return sent;
}

async function metric({ url }: RunningServer, name: string, having: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`tidewatch_${name}{`) && line.includes(having))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

const tagOf = (original: string): string =>
  /(?:http|tcp|udp)-\d+/.exec(original)?.[0] ?? original.slice(0, 80);

it('ten times what the store takes: senders wait or are told, and nothing that was taken is lost or doubled', async () => {
  const sink = await startSlowSink(storePerSecond);
  const [port = 0] = await freePorts(1);
  const server = await startServer({
    config: `roles: [ingest, index]
inputs: [{ type: http }, { type: syslog, protocols: [tcp, udp], port: ${port} }]
stream: { budget: ${budgetMiB} MiB }
store: { opensearch: { nodes: ['${sink.url}'], bulk: { request_bytes: 262144, max_requests: 2 } } }
`,
  });
  const load: Load = { over: false };
  const started = performance.now();
  const memory: number[] = [];
  let disk = 0;
  const sampling = setInterval(async () => {
    memory.push(await server.memory());
    disk = Math.max(disk, await bytesIn(join(server.data, 'streams')));
  }, 250);
  const tcp = await sendTcp(port, load);
  const { told: http, sending } = sendHttp(server, load);
  const datagrams = sendUdp(port, load);
  const capacity = () => (storePerSecond * (performance.now() - started)) / 1_000;
  const offered = () => http.offered + tcp.lines.length;
  await eventually(
    async () => ({ refusals: http.retryAfter.length, waited: tcp.longestWaitMs(), offered: offered() }),
    ({ refusals, waited }) =>
      refusals >= 10 &&
      waited > 1_000 &&
      offered() > 10 * capacity() &&
      capacity() > storePerSecond * leastSeconds,
    60,
  );
  const share = offered() / capacity();
  load.over = true;
  const [udpSent] = await Promise.all([datagrams, sending]);
  clearInterval(sampling);

  // The store is as fast as ever again: what was taken arrives, and the connection that had to wait goes on.
  sink.pace(1_000_000);
  await tcp.writing;
  const acknowledged = http.acknowledged.size + tcp.lines.length;
  await eventually(
    async () => new Set(sink.stored.map(tagOf)),
    (tags) => tcp.lines.every((tag) => tags.has(tag)) && [...http.acknowledged].every((tag) => tags.has(tag)),
    60,
  );
  const udpStored = () => sink.stored.filter((original) => tagOf(original).startsWith('udp')).length;
  const dropped = await eventually(
    () => metric(server, 'input_dropped_total', 'syslog'),
    (count) => count + udpStored() >= udpSent,
  );
  const stored = sink.stored.map(tagOf);
  const udp = udpStored();
  const steady = memory[Math.floor(memory.length / 4)] as number;
  const most = Math.max(...memory);
  process.stdout.write(
    `${share.toFixed(1)} times what the store takes: ` +
      `${http.acknowledged.size} acknowledged and ${http.refused.size} refused over HTTP, ${tcp.lines.length} over TCP ` +
      `(longest wait ${tcp.longestWaitMs()} ms), ${udp} stored and ${dropped} counted as dropped of ${udpSent} over UDP; ` +
      `memory ${steady.toFixed(0)} to ${most.toFixed(0)} MiB, log ${(disk / MiB).toFixed(1)} MiB\n`,
  );

  expect(new Set(stored).size).toBe(stored.length);
  expect(stored.filter((tag) => http.refused.has(tag))).toEqual([]);
  expect(stored.length - udp).toBe(acknowledged);
  expect(Math.min(...http.retryAfter)).toBeGreaterThanOrEqual(1);
  expect(udp + dropped).toBe(udpSent);
  expect(most).toBeLessThan(steady * 2);
  expect(disk).toBeLessThan((budgetMiB + 4) * MiB);
  await server.dispose();
  await sink.close();
}, 200_000);
