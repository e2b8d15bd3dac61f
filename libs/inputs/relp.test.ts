import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTidewatchError } from '@tidewatch/event';
import type { Input, InputContext } from '@tidewatch/plugin';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKeep } from './relp/keep.ts';
import { relp } from './relp.ts';
import { createSink, type Sink, waitFor } from './sink.suite.ts';
import { createCounts } from './syslog/counts.ts';

let sink: Sink;
let input: Input;
const clients: Client[] = [];

interface Client {
  readonly socket: Socket;
  /** All that the server sent. */
  received: string;
  readonly closed: Promise<void>;
}

const make = (config: Record<string, unknown> = {}) =>
  relp.create(relp.config.parse({ port: 0, ...config }), sink.context);
async function start(config: Record<string, unknown> = {}): Promise<void> {
  input = make(config);
  await input.start();
}
const portOf = () => Number(/:(\d+)$/.exec(input.listeners()[0]!.address)?.[1]);
const detail = () => input.listeners()[0]?.detail;
const frame = (txnr: number, command: string, data = '') =>
  `${txnr} ${command} ${Buffer.byteLength(data)}${data === '' ? '' : ` ${data}`}\n`;
const messages = (from: number, to: number, text = (i: number) => `<13>message ${i}`) =>
  Array.from({ length: to - from + 1 }, (_, i) => frame(from + i, 'syslog', text(from + i))).join('');
const open = frame(1, 'open', 'relp_version=0\nrelp_software=librelp,1.2.14\ncommands=syslog');
const acks = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i} rsp 6 200 OK\n`).join('');
const opened = '1 rsp 61 200 OK\nrelp_version=0\nrelp_software=tidewatch\ncommands=syslog\n';

async function client(text = ''): Promise<Client> {
  const socket = connect(portOf(), '127.0.0.1');
  const made: Client = {
    socket,
    received: '',
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
  };
  clients.push(made);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    made.received += bytes;
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(text);
  return made;
}

/** A client whose session is open. */
async function session(text: string): Promise<Client> {
  const one = await client(open);
  await waitFor(() => one.received === opened);
  one.socket.write(text);
  return one;
}

function closeGate(): () => void {
  let openGate = () => {};
  sink.gate = new Promise((resolve) => {
    openGate = resolve;
  });
  return openGate;
}

beforeEach(async () => {
  sink = await createSink();
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await input?.stop();
  await sink.remove();
});

describe('relp', () => {
  test('opens a session, acknowledges in order what was kept, and closes', async () => {
    await start({ source: 'edge', dataset: 'linux.auth' });
    const one = await session(messages(2, 4) + frame(5, 'close'));
    await one.closed;
    expect(one.received).toBe(`${opened}${acks(2, 5)}0 serverclose 0\n`);
    expect(sink.texts()).toEqual(['<13>message 2', '<13>message 3', '<13>message 4']);
    expect(sink.taken[0]).toMatchObject({
      source: 'edge',
      record: {
        format: 'syslog',
        position: { kind: 'none' },
        hints: { peer: '127.0.0.1', dataset: 'linux.auth' },
      },
    });
    expect(detail()).toBeUndefined();
  });

  test.each([
    ['a command before the session is open', messages(1, 1), ''],
    [
      'an open without a version',
      frame(1, 'open', 'commands=syslog'),
      '1 rsp 30 500 no relp_version is offered\n',
    ],
    [
      'an open without the command syslog',
      frame(1, 'open', 'relp_version=1\ncommands=eventlog'),
      '1 rsp 37 500 the command syslog is not offered\n',
    ],
    ['a number that is left out', `${open}${messages(3, 3)}`, opened],
    ['a command after the close', `${open}${frame(2, 'close')}${messages(3, 3)}`, opened + acks(2, 2)],
    ['what is no command', `${open}${messages(2, 3)}GET / HTTP/1.1\n`, opened + acks(2, 3)],
  ])('%s ends the session, after the answers to what was right', async (_, text, answers) => {
    await start();
    const one = await client(text);
    await one.closed;
    expect(one.received).toBe(`${answers}0 serverclose 0\n`);
    expect(detail()).toBe('1 connections broken off');
    expect(
      await sink.context.metrics.value('input_refused_total', { input: 'test', reason: 'protocol' }),
    ).toBe(1);
  });

  test.each([
    ['an open of a later version', frame(1, 'open', 'relp_version=2\ncommands=syslog,x'), /relp_version=1/],
    ['a second open', open + frame(2, 'open', 'relp_version=0\ncommands=syslog'), /^2 rsp 61 200 OK/m],
    ['a command that is not known', open + frame(2, 'starttls'), /^2 rsp \d+ 500 /m],
    ['an empty message', open + frame(2, 'syslog'), /^2 rsp 6 200 OK/m],
    ['a hint', `${open}${frame(0, 'whatever')}${frame(2, 'syslog', '\n')}`, /^2 rsp 6 200 OK/m],
  ])('%s is answered and the session goes on', async (_, text, answer) => {
    await start();
    const one = await client(text);
    await waitFor(() => answer.test(one.received));
    const next = (text.match(/^\d/gm) ?? []).filter((digit) => digit !== '0').length + 1;
    one.socket.write(messages(next, next));
    await sink.until(1);
    await waitFor(() => one.received.endsWith(acks(next, next)));
  });

  test('acknowledges nothing before it is kept', async () => {
    await start();
    const let_through = closeGate();
    const one = await session(messages(2, 100));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.received).toBe(opened);
    let_through();
    await waitFor(() => one.received === opened + acks(2, 100));
    expect(sink.taken).toHaveLength(99);
  });

  test('what becomes a dead letter is acknowledged', async () => {
    const context: InputContext = {
      ...sink.context,
      accept: async (_, records) =>
        records.map(() => ({ status: 'dead_letter', id: 'x', reason: 'not_understood', message: '' })),
    };
    input = relp.create(relp.config.parse({ port: 0 }), context);
    await input.start();
    const one = await session(messages(2, 3));
    await waitFor(() => one.received === opened + acks(2, 3));
  });

  test('a long message is cut, counted and acknowledged', async () => {
    await start({ max_line_bytes: 480 });
    const one = await session(frame(2, 'syslog', 'x'.repeat(1000)) + messages(3, 3));
    await waitFor(() => one.received === opened + acks(2, 3));
    expect(sink.taken.map(({ text, record }) => [text.length, record.hints.truncatedFrom])).toEqual([
      [480, 1000],
      [13, undefined],
    ]);
    expect(detail()).toBe('1 cut');
  });

  test('what governance refuses is not acknowledged, and offered again', async () => {
    await start();
    sink.refuses = new Set(['relp']);
    const one = await session(messages(2, 3));
    await waitFor(() => detail() === '2 refused');
    await input.stop();
    expect(one.received).toBe(`${opened}0 serverclose 0\n`);

    const counts = createCounts(sink.context, 'relp', 'tcp');
    const never = new AbortController().signal;
    const keep = createKeep('relp', sink.context.accept, counts, never, 20);
    const records = ['a', 'b'].map((text) => ({
      bytes: Buffer.from(text),
      format: 'syslog' as const,
      position: { kind: 'none' as const },
      received: 0,
      hints: {},
    }));
    const kept = keep(records, never);
    await waitFor(() => sink.calls.length > 3);
    sink.refuses = new Set();
    expect(await kept).toBe(true);
    expect(sink.texts()).toEqual(['a', 'b']);
    expect(counts.detail()).toBe('2 refused');
  });

  test('no more than the window is read, and all arrives in the end', async () => {
    await start({ window: 100, max_pending_bytes: 64 * 1024 });
    const let_through = closeGate();
    const text = (i: number) => `<13>${String(i).padStart(1000, '.')}`;
    const one = await session('');
    const count = 20_000;
    one.socket.write(messages(2, count + 1, text));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(one.socket.writableLength).toBeGreaterThan(1024 * 1024);
    let_through();
    await sink.until(count, 9_000);
    expect(sink.taken.every((taken, i) => taken.text === text(i + 2))).toBe(true);
    await waitFor(() => one.received.endsWith(acks(count + 1, count + 1)));
    expect(one.received).toBe(opened + acks(2, count + 1));
    // One chunk of the socket may hold more than the window.
    expect(Math.max(...sink.calls.map(({ size }) => size))).toBeLessThan(200);
  });

  test('a full pipeline makes all wait, and what a broken connection left is given up', async () => {
    await start();
    sink.full = Number.POSITIVE_INFINITY;
    const lost = await session(messages(2, 50));
    const patient = await session(messages(2, 3, (i) => `<13>patient ${i}`));
    await waitFor(() => sink.log.join().includes('takes no records now'));
    lost.socket.destroy();
    await lost.closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    sink.full = 0;
    await waitFor(() => patient.received === opened + acks(2, 3), 9_000);
    expect(sink.texts()).toEqual(['<13>patient 2', '<13>patient 3']);
  });

  test('stop acknowledges what is under way and tells the sender', async () => {
    await start();
    const let_through = closeGate();
    const one = await session(messages(2, 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = input.stop();
    one.socket.write(messages(11, 20));
    await new Promise((resolve) => setTimeout(resolve, 50));
    let_through();
    await stopped;
    await one.closed;
    expect(one.received).toMatch(/0 serverclose 0\n$/);
    const acked = (one.received.match(/ rsp /g) ?? []).length - 1;
    expect(sink.texts()).toHaveLength(acked);
    expect(acked).toBeGreaterThanOrEqual(9);
    await input.stop();
    expect(input.listeners()).toEqual([]);
    await input.start();
    expect((await client(open)).socket.readyState).toBe('open');
  });

  test('takes no more from one address than its quota', async () => {
    await start({ peer_quota: { events_per_second: 100, burst_seconds: 0.1 } });
    const one = await session('');
    const began = Date.now();
    for (let i = 2; i < 62; i += 10) {
      one.socket.write(messages(i, i + 9));
      await waitFor(() => one.received.endsWith(acks(i + 9, i + 9)));
    }
    expect(Date.now() - began).toBeGreaterThan(350);
    expect(sink.taken).toHaveLength(60);
  });

  test('each record of a list counts for its sender', async () => {
    await start({ peer_quota: { events_per_second: 10, burst_seconds: 0.1 } });
    sink.holds = 4;
    const one = await session('');
    const began = Date.now();
    for (let i = 2; i < 5; i++) {
      one.socket.write(messages(i, i));
      await waitFor(() => one.received.endsWith(acks(i, i)));
    }
    expect(Date.now() - began).toBeGreaterThan(500);
    expect(sink.taken).toHaveLength(3);
  });

  test('off loopback it needs to know who sends; a certificate that is not there is said', async () => {
    await expect(make({ host: '0.0.0.0', insecure: true }).start()).rejects.toSatisfy((error) =>
      isTidewatchError(error, 'NEEDS_PEERS'),
    );
    await expect(make({ host: '0.0.0.0', allow_from: ['::/0'] }).start()).rejects.toSatisfy((error) =>
      isTidewatchError(error, 'NEEDS_TLS'),
    );
    const directory = await mkdtemp(join(tmpdir(), 'tidewatch-relp-'));
    const files = { certificate: join(directory, 'a'), key: join(directory, 'b') };
    await expect(make({ tls: files }).start()).rejects.toSatisfy((error) =>
      isTidewatchError(error, 'TLS_FILE_UNREADABLE'),
    );
    await rm(directory, { recursive: true });
  });
});
