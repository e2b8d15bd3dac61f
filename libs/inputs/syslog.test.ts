import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { isTidewatchError } from '@tidewatch/event';
import type { Input } from '@tidewatch/plugin';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSink, type Sink, waitFor } from './sink.suite.ts';
import { syslog } from './syslog.ts';

let sink: Sink;
let input: Input;
const sockets: Socket[] = [];

const make = (config: Record<string, unknown> = {}) =>
  syslog.create(syslog.config.parse({ port: 0, ...config }), sink.context);
async function start(config: Record<string, unknown> = {}): Promise<void> {
  input = make(config);
  await input.start();
}
const portOf = (from: Input = input) => Number(/:(\d+)$/.exec(from.listeners()[0]!.address)?.[1]);
const detail = (protocol: string) =>
  input.listeners().find(({ address }) => address.startsWith(protocol))?.detail;

async function tcp(host = '127.0.0.1'): Promise<Socket> {
  const socket = connect(portOf(), host);
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}

async function udp(messages: (string | Buffer)[], host = '127.0.0.1'): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  for (const message of messages)
    await new Promise((resolve) => socket.send(message as string, portOf(), host, resolve));
  socket.close();
}

beforeEach(async () => {
  sink = await createSink();
});
afterEach(async () => {
  await input?.stop();
  for (const socket of sockets.splice(0)) socket.destroy();
  await sink.remove();
});

describe('syslog', () => {
  test('takes UDP and TCP on one port', async () => {
    await start({ source: 'firewall', dataset: 'cisco.asa' });
    expect(input.listeners().map(({ address, state }) => [address, state])).toEqual([
      [`tcp://127.0.0.1:${portOf()}`, 'listening'],
      [`udp://127.0.0.1:${portOf()}`, 'listening'],
    ]);
    await udp(['<13>from udp\n']);
    await sink.until(1);
    (await tcp()).write('<13>by line\n11 <13>counted<13>no end');
    await sink.until(3);
    sockets[0]!.end();
    await sink.until(4);
    expect(sink.texts()).toEqual(['<13>from udp', '<13>by line', '<13>counted', '<13>no end']);
    expect(sink.taken[0]).toMatchObject({
      source: 'firewall',
      record: {
        format: 'syslog',
        position: { kind: 'none' },
        hints: { peer: '127.0.0.1', dataset: 'cisco.asa' },
      },
    });
  });

  test('takes IPv6, and IPv4 on the same socket, as plain addresses', async () => {
    await start({ host: '::', insecure: true, allow_from: ['127.0.0.0/8', '::1'] });
    await udp(['<1>six'], '::1');
    await sink.until(1);
    await udp(['<1>four']);
    await sink.until(2);
    (await tcp('127.0.0.1')).write('<1>tcp four\n');
    await sink.until(3);
    expect(sink.taken.map(({ record }) => record.hints.peer)).toEqual(['::1', '127.0.0.1', '127.0.0.1']);
  });

  test('a line of 1 MB is cut, counted and logged; its neighbours are whole', async () => {
    await start();
    const socket = await tcp();
    socket.write('<1>before\n');
    socket.write(`<2>${'x'.repeat(1024 * 1024 - 3)}\n`);
    socket.write('<3>after\n');
    await sink.until(3);
    expect(sink.texts()).toEqual(['<1>before', `<2>${'x'.repeat(65_533)}`, '<3>after']);
    expect(sink.taken.map(({ record }) => record.hints.truncatedFrom)).toEqual([
      undefined,
      1024 * 1024,
      undefined,
    ]);
    expect(detail('tcp')).toBe('1 cut');
    socket.write(`${'x'.repeat(70_000)}\n`.repeat(3));
    await sink.until(6);
    expect(detail('tcp')).toBe('4 cut');
    expect(sink.log.filter((line) => line.includes('max_line_bytes'))).toHaveLength(1);
    await udp([Buffer.alloc(60_000, 97)]);
    await sink.until(7);
    expect(sink.taken[6]!.record.hints.truncatedFrom).toBeUndefined();
  });

  test('invalid UTF-8 passes on byte for byte', async () => {
    await start();
    const bytes = Buffer.from([60, 49, 62, 0xff, 0xc3, 0x28, 0x00, 0xfe]);
    (await tcp()).write(Buffer.concat([bytes, Buffer.from('\n')]));
    await sink.until(1);
    expect(Buffer.from(sink.taken[0]!.record.bytes).equals(bytes)).toBe(true);
  });

  test('datagrams go on in batches', async () => {
    await start({ protocols: ['udp'] });
    await udp(Array.from({ length: 300 }, (_, i) => `<1>${i}`));
    await sink.until(300);
    expect(sink.texts()).toEqual(Array.from({ length: 300 }, (_, i) => `<1>${i}`));
    expect(Math.max(...sink.calls.map(({ size }) => size))).toBeLessThanOrEqual(256);
    expect(sink.calls.length).toBeLessThan(100);
  });

  test('a full pipeline makes TCP wait: nothing is lost, order holds', async () => {
    await start({ max_pending_bytes: 64 * 1024 });
    sink.full = 3;
    let open = () => {};
    sink.gate = new Promise((resolve) => {
      open = resolve;
    });
    const socket = await tcp();
    const line = (i: number) => `<1>${String(i).padStart(1000, '.')}`;
    const count = 20_000;
    let written = 0;
    for (; written < count; written++) if (!socket.write(`${line(written)}\n`)) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stuck = socket.writableLength;
    for (written++; written < count; written++) socket.write(`${line(written)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(socket.writableLength).toBeGreaterThan(stuck);
    open();
    await sink.until(count, 9_000);
    expect(sink.taken.every(({ text }, i) => text === line(i))).toBe(true);
    expect(sink.log.join()).toContain('takes no records now');
  });

  test('a full pipeline drops datagrams, counts them, and takes the next ones', async () => {
    await start({ protocols: ['udp'], max_pending_bytes: 8 * 1024 });
    let open = () => {};
    sink.gate = new Promise((resolve) => {
      open = resolve;
    });
    await udp(Array.from({ length: 100 }, () => `<1>${'x'.repeat(1000)}`));
    await waitFor(() => detail('udp') !== undefined);
    open();
    await waitFor(() => Number.parseInt(detail('udp') ?? '0', 10) + sink.taken.length === 100);
    expect(detail('udp')).toMatch(/^\d+ dropped$/);
    const before = sink.taken.length;
    await udp(['<1>next']);
    await sink.until(before + 1);
  });

  test('too many connections are closed and counted', async () => {
    await start({ protocols: ['tcp'], max_connections: 2 });
    await tcp();
    await tcp();
    const third = connect(portOf(), '127.0.0.1');
    sockets.push(third);
    third.on('error', () => undefined);
    await new Promise((resolve) => third.once('close', resolve));
    expect(detail('tcp')).toBe('1 connections too many');
    sockets[0]!.write('<1>still served\n');
    await sink.until(1);
  });

  test('what governance refuses is counted', async () => {
    await start();
    sink.refuses = new Set(['syslog']);
    (await tcp()).write('<1>a\n<1>b\n');
    await waitFor(() => detail('tcp') === '2 refused');
  });

  test.each([
    [{ insecure: true }, 'NEEDS_PEERS'],
    [{ allow_from: ['192.0.2.0/24'] }, 'NEEDS_TLS'],
    [{ allow_from: ['192.0.2.0/24'], protocols: ['udp'] }, 'NEEDS_TLS'],
  ])('off loopback %j does not start: %s', async (config, code) => {
    const failure = await make({ host: '0.0.0.0', ...config })
      .start()
      .catch((error: unknown) => error);
    expect(isTidewatchError(failure, code)).toBe(true);
    expect((failure as Error).message).not.toMatch(/\{\w+\}/);
  });

  test('off loopback it turns away whom nobody named', async () => {
    await start({ host: '0.0.0.0', insecure: true, allow_from: ['192.0.2.0/24'] });
    await udp(['<1>x']);
    const socket = await tcp();
    await new Promise((resolve) => socket.once('close', resolve));
    await waitFor(() => detail('udp') === '1 from strangers' && detail('tcp') === '1 from strangers');
    expect(sink.calls).toEqual([]);
  });

  test('refuses a range that is none', () => {
    for (const range of ['10.0.0.0/33', 'x', '::1/129', '10.0.0.0/8/8'])
      expect(syslog.config.safeParse({ allow_from: [range] }).success).toBe(false);
  });

  test('a port that is taken by either transport is said, and the other is let go', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const late = make({ port });
    await expect(late.start()).rejects.toThrow(new RegExp(`Port ${port} \\(tcp\\) .* taken`));
    expect(late.listeners()).toMatchObject([{ state: 'failed' }]);
    other.close();

    // A port that TCP has just given back: one that UDP chooses may be another program's there.
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port: taken } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const datagrams = createSocket('udp4');
    await new Promise<void>((resolve) => datagrams.bind(taken, '127.0.0.1', resolve));
    await expect(make({ port: taken }).start()).rejects.toThrow(`Port ${taken} (udp)`);
    await start({ port: taken, protocols: ['tcp'] });
    datagrams.close();
  });

  test('stop takes what was received, and comes twice', async () => {
    await start();
    sink.full = 1;
    (await tcp()).write('<1>a\n<1>b');
    await waitFor(() => sink.full === 0);
    await input.stop();
    expect(sink.texts()).toEqual(['<1>a', '<1>b']);
    await input.stop();
    expect(input.listeners()).toEqual([]);
  });
});
