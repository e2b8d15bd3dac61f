import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Input, InputContext } from '@tidewatch/plugin';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundled } from '../../test/bundle.ts';
import { relp } from './relp.ts';
import { createSink, type Sink, waitFor } from './sink.suite.ts';
import { syslog } from './syslog.ts';
import { createCertificates } from './tls.suite.ts';

let sink: Sink;
let input: Input;
const sockets: Socket[] = [];

async function start(config: Record<string, unknown>): Promise<void> {
  input = syslog.create(syslog.config.parse({ port: 0, ...config }), sink.context);
  await input.start();
}
const portOf = () => Number(/:(\d+)$/.exec(input.listeners()[0]!.address)?.[1]);
const detail = () => input.listeners()[0]?.detail;
const dropped = (reason: string) =>
  sink.context.metrics.value('input_dropped_total', { input: 'test', reason });

async function tcp(): Promise<Socket> {
  const socket = connect(portOf(), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

beforeEach(async () => {
  sink = await createSink();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await input?.stop();
  await sink.remove();
});

describe('limits of syslog', () => {
  test('an address over its quota is not read for a while, over all its connections', async () => {
    await start({ protocols: ['tcp'], peer_quota: { events_per_second: 200, burst_seconds: 0.1 } });
    const [one, two] = [await tcp(), await tcp()];
    const began = Date.now();
    for (let i = 0; i < 10; i++) {
      one.write(`<1>one ${i}\n`.repeat(10));
      two.write(`<1>two ${i}\n`.repeat(10));
      await sink.until((i + 1) * 20);
    }
    expect(Date.now() - began).toBeGreaterThan(700);
    const ofOne = sink.texts().filter((text) => text.startsWith('<1>one'));
    expect(ofOne).toEqual(Array.from({ length: 100 }, (_, i) => `<1>one ${Math.floor(i / 10)}`));
  });

  test('what came while its sender was over the quota is kept when the connection breaks', async () => {
    await start({ protocols: ['tcp'], peer_quota: { events_per_second: 1, burst_seconds: 1 } });
    const socket = await tcp();
    socket.write('<1>a\n'.repeat(100));
    await sink.until(100);
    socket.write('<1>b\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sink.taken).toHaveLength(100);
    await input.stop();
    expect(sink.taken).toHaveLength(101);
  });

  test('datagrams over the quota are dropped and counted', async () => {
    await start({ protocols: ['udp'], peer_quota: { events_per_second: 10, burst_seconds: 1 } });
    const socket = createSocket('udp4');
    for (let i = 0; i < 50; i++)
      await new Promise((resolve) => socket.send(`<1>${i}`, portOf(), '127.0.0.1', resolve));
    socket.close();
    await waitFor(async () => sink.taken.length + (await dropped('quota')) === 50);
    expect(await dropped('quota')).toBeGreaterThanOrEqual(35);
    expect(detail()).toMatch(/^\d+ over the quota$/);
  });

  test('each record of a list counts for its sender', async () => {
    await start({
      protocols: ['udp'],
      format: 'auto',
      peer_quota: { events_per_second: 1, burst_seconds: 5 },
    });
    sink.holds = 20;
    const socket = createSocket('udp4');
    const send = () => new Promise((resolve) => socket.send('[{},{}]', portOf(), '127.0.0.1', resolve));
    await send();
    await sink.until(1);
    await send();
    await waitFor(async () => (await dropped('quota')) === 1);
    socket.close();
    expect(sink.taken).toHaveLength(1);
  });

  test.runIf(process.platform === 'linux')('what the system dropped is counted too', async () => {
    await start({ protocols: ['udp'] });
    const count = 20_000;
    const program = `const s = require('node:dgram').createSocket('udp4');
      let left = ${count};
      const next = () => left-- > 0 ? s.send(Buffer.alloc(1000, 97), ${portOf()}, '127.0.0.1', next) : s.close();
      next();`;
    execFileSync(process.execPath, ['-e', program]);
    // What is still in the system's buffer at the stop was neither taken nor dropped.
    await waitFor(async () => {
      const before = sink.taken.length;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return sink.taken.length === before;
    });
    await input.stop();
    expect(await dropped('system')).toBeGreaterThan(0);
    expect(sink.taken.length + (await dropped('system')) + (await dropped('busy'))).toBe(count);
    expect(sink.log.join()).toContain('dropped by the system before');
  });

  test('an idle connection is closed, but not one that is made to wait', async () => {
    await start({ protocols: ['tcp'], idle_timeout_ms: 300, max_pending_bytes: 1024 });
    let open = () => {};
    sink.gate = new Promise((resolve) => {
      open = resolve;
    });
    const waiting = await tcp();
    waiting.write(`<1>${'x'.repeat(2000)}\n`);
    const idle = await tcp();
    await once(idle, 'close');
    await waitFor(() => detail() === '1 connections idle');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(waiting.closed).toBe(false);
    open();
    await once(waiting, 'close');
    expect(sink.taken).toHaveLength(1);
  });
});

describe('back-pressure', () => {
  const count = 64_000;

  test.each(['tcp', 'tls', 'relp'])(
    'a sender over %s waits while the pipeline does, and loses nothing',
    {
      timeout: 60_000,
    },
    async (protocol) => {
      const directory = await mkdtemp(join(tmpdir(), 'tidewatch-pressure-'));
      createCertificates(directory);
      let open = () => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      let next = 0;
      let inOrder = true;
      const context: InputContext = {
        ...sink.context,
        async accept(_, records) {
          await gate;
          for (const { bytes } of records)
            inOrder &&= Buffer.from(bytes).toString() === `<13>${String(next++).padStart(996, '.')}`;
          return records.map(() => ({ status: 'accepted', id: 'x' }));
        },
      };
      const tls = { certificate: join(directory, 'server.crt'), key: join(directory, 'server.key') };
      const max_pending_bytes = 1024 * 1024;
      input =
        protocol === 'relp'
          ? relp.create(relp.config.parse({ port: 0, max_pending_bytes }), context)
          : syslog.create(
              syslog.config.parse({ protocols: [protocol], port: 0, tls_port: 0, tls, max_pending_bytes }),
              context,
            );
      await input.start();

      const program = fileURLToPath(bundled(new URL('./syslog/sender.child.ts', import.meta.url)));
      const sender = spawn(process.execPath, [program, protocol, String(portOf()), String(count)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const said: number[] = [];
      sender.stdout.setEncoding('utf8').on('data', (text: string) => {
        said.push(...text.trim().split('\n').map(Number));
      });
      const before = process.memoryUsage();
      await waitFor(() => said.length > 5 && said.at(-1)! > 0 && said.at(-1) === said.at(-5), 15_000);
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      const held = heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers;
      const sent = said.at(-1)!;
      process.stdout.write(
        `${protocol}: the sender stopped at ${Math.round(sent / 1024)} KiB, the input grew by ${Math.round(held / 1024)} KiB\n`,
      );
      expect(next).toBe(0);
      expect(sent).toBeLessThan((count * 1000) / 2);
      expect(held).toBeLessThan(16 * 1024 * 1024);
      const exited = once(sender, 'exit');
      open();
      await waitFor(
        () => next === count,
        30_000,
        () => `${next} of ${count}`,
      );
      expect(inOrder).toBe(true);
      await exited;
      await rm(directory, { recursive: true });
    },
  );
});
