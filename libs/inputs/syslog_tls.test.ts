import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { isTidewatchError } from '@tidewatch/event';
import type { Input } from '@tidewatch/plugin';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSink, type Sink, waitFor } from './sink.suite.ts';
import { syslog } from './syslog.ts';
import { createCertificates } from './tls.suite.ts';

let directory: string;
let sink: Sink;
let input: Input;
const sockets: { destroy(): void }[] = [];
const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name));

const make = (tls: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  syslog.create(
    syslog.config.parse({
      protocols: ['tls'],
      port: 0,
      tls_port: 0,
      tls: { certificate: at('server.crt'), key: at('server.key'), ...tls },
      ...more,
    }),
    sink.context,
  );
async function start(tls: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<void> {
  input = make(tls, more);
  await input.start();
}
const portOf = (protocol = 'tls') =>
  Number(/:(\d+)$/.exec(input.listeners().find(({ address }) => address.startsWith(protocol))!.address)?.[1]);
const detail = () => input.listeners()[0]?.detail;

async function client(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port: portOf(), host: '127.0.0.1', ca: read('ca.crt'), ...options });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.once('secureConnect', resolve);
    socket.once('close', () => resolve());
  });
  return socket;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-syslog-tls-'));
  createCertificates(directory);
});
afterAll(() => rm(directory, { recursive: true }));
beforeEach(async () => {
  sink = await createSink();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await input?.stop();
  await sink.remove();
});

describe('syslog over TLS', () => {
  test('takes both framings, beside UDP and TCP on another port', async () => {
    await start({}, { protocols: ['udp', 'tcp', 'tls'] });
    expect(input.listeners().map(({ address }) => address.replace(/\d+$/, ''))).toEqual([
      'tcp://127.0.0.1:',
      'udp://127.0.0.1:',
      'tls://127.0.0.1:',
    ]);
    const socket = await client();
    expect(socket.authorized).toBe(true);
    socket.write('<13>by line\n11 <13>counted<13>no end');
    await sink.until(2);
    socket.end();
    await sink.until(3);
    expect(sink.texts()).toEqual(['<13>by line', '<13>counted', '<13>no end']);
    expect(sink.taken[0]!.record.hints).toEqual({ peer: '127.0.0.1' });
    expect(await sink.context.metrics.value('input_connections', { input: 'test' })).toBe(0);
  });

  const edge = () => ({ cert: read('client.crt'), key: read('client.key') });
  test.each([
    ['its common name', ['edge-7']],
    ['an alternative name', ['LOCALHOST']],
    ['its address', ['127.0.0.1']],
  ])('takes a client certificate by %s, and hands its subject on', async (_, allow_subjects) => {
    await start({ client_ca: at('ca.crt'), allow_subjects });
    (await client(edge())).write('<13>proven\n');
    await sink.until(1);
    expect(sink.taken[0]!.record.hints).toEqual({ peer: '127.0.0.1', subject: 'O=Test, CN=edge-7' });
  });

  test.each([
    ['without a certificate', () => ({}), '1 handshakes failed', 'tls_handshake'],
    [
      'with the certificate of another authority',
      () => ({ cert: read('other.crt'), key: read('other.key') }),
      '1 handshakes failed',
      'tls_handshake',
    ],
    ['with a name that is not allowed', edge, '1 certificates refused', 'certificate'],
  ])('turns a sender away %s', async (_, options, said, reason) => {
    await start({ client_ca: at('ca.crt'), allow_subjects: ['edge-8', '*.example.org'] });
    const socket = await client(options());
    socket.write('<13>stranger\n');
    await waitFor(() => detail() === said && socket.closed);
    expect(await sink.context.metrics.value('input_refused_total', { input: 'test', reason })).toBe(1);
    expect(sink.calls).toEqual([]);
  });

  test('a sender that speaks no TLS is counted, and one of another address never gets to a handshake', async () => {
    await start();
    const plain = connectPlain(portOf(), '127.0.0.1');
    sockets.push(plain);
    plain.on('error', () => undefined);
    plain.write('<13>plain\n');
    await waitFor(() => detail() === '1 handshakes failed');
    await input.stop();
    await start({}, { allow_from: ['192.0.2.0/24'] });
    await client();
    await waitFor(() => detail() === '1 from strangers');
  });

  test('off loopback it needs to know who sends; a client certificate says it', async () => {
    const refused = (code: string) => (error: unknown) => isTidewatchError(error, code);
    await expect(make({}, { host: '0.0.0.0' }).start()).rejects.toSatisfy(refused('NEEDS_PEERS'));
    const client_ca = at('ca.crt');
    const both = { host: '0.0.0.0', protocols: ['tcp', 'tls'] };
    await expect(make({ client_ca }, both).start()).rejects.toSatisfy(refused('NEEDS_PEERS'));
    const without = syslog.create(syslog.config.parse({ protocols: ['tls'], tls_port: 0 }), sink.context);
    await expect(without.start()).rejects.toSatisfy(refused('NEEDS_CERTIFICATE'));
    await start({ client_ca }, { host: '0.0.0.0' });
    (await client(edge())).write('<13>from anywhere\n');
    await sink.until(1);
    expect(
      syslog.config.safeParse({ tls: { certificate: 'a', key: 'b', allow_subjects: ['x'] } }).error?.issues,
    ).toMatchObject([{ path: ['tls', 'allow_subjects'] }]);
  });

  test('a listener that is stopped closes its senders and starts again', async () => {
    await start();
    const socket = await client();
    socket.write('<13>last');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await input.stop();
    await waitFor(() => socket.closed);
    expect(sink.texts()).toEqual(['<13>last']);
    await input.start();
    (await client()).write('<13>again\n');
    await sink.until(2);
  });
});
