import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { isTidewatchError } from '@tidewatch/event';
import { createLogger } from '@tidewatch/telemetry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from './sink.suite.ts';
import { createCertificates } from './tls.suite.ts';
import { createTls, tlsConfig } from './tls.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidewatch-tls-'));
const at = (name: string) => join(directory, name);
const lines: string[] = [];
const log = createLogger({ destination: { write: (line) => void lines.push(line) } });
const open = (config: object) => createTls(tlsConfig.parse(config), log, 20);

beforeAll(() => createCertificates(directory));
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  [{ certificate: 'nowhere.crt' }, 'TLS_FILE_UNREADABLE', 'tls.certificate'],
  [{ key: 'nowhere.key' }, 'TLS_FILE_UNREADABLE', 'tls.key'],
  [{ client_ca: 'nowhere.pem' }, 'TLS_FILE_UNREADABLE', 'tls.client_ca'],
  [{ certificate: 'garbage' }, 'TLS_FILE_INVALID', 'PEM'],
  [{ key: 'server.crt' }, 'TLS_FILE_INVALID', 'tls.key'],
  [{ key: 'locked.key' }, 'TLS_FILE_INVALID', 'passphrase'],
  [{ client_ca: 'garbage' }, 'TLS_FILE_INVALID', 'tls.client_ca'],
  [{ key: 'other.key' }, 'TLS_KEY_MISMATCH', 'other.key'],
])('%j is refused at start as %s', async (wrong, code, said) => {
  writeFileSync(at('garbage'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const pkcs8 = ['pkcs8', '-topk8', '-in', at('server.key'), '-passout', 'pass:x', '-out', at('locked.key')];
  execFileSync('openssl', pkcs8);
  const names: Record<string, string> = { certificate: 'server.crt', key: 'server.key', ...wrong };
  const config = Object.fromEntries(Object.entries(names).map(([field, name]) => [field, at(name)]));
  const failure = await open(config).catch((error: unknown) => error);
  expect(isTidewatchError(failure, code)).toBe(true);
  expect((failure as Error).message).toContain(said);
  expect((failure as Error).message).not.toMatch(/\{\w+\}/);
});

test('a new certificate is served at once, a broken one is not, and both are said', async () => {
  const put = (name: string) => {
    copyFileSync(at(`${name}.crt`), at('live.crt'));
    copyFileSync(at(`${name}.key`), at('live.key'));
  };
  put('server');
  const tls = await open({ certificate: at('live.crt'), key: at('live.key') });
  const server = createServer(tls.options, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  tls.follow(server);
  const { port } = server.address() as AddressInfo;
  const nameNow = () =>
    new Promise<string>((resolve, reject) => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  expect(await nameNow()).toBe('server');
  expect(tls.detail).toBeUndefined();
  copyFileSync(at('other.crt'), at('live.crt'));
  await waitFor(() => tls.detail?.includes('previous certificate') === true);
  expect(await nameNow()).toBe('server');
  expect(lines.join()).toContain('the previous one stays');
  put('other');
  await waitFor(async () => (await nameNow()) === 'other');
  expect(tls.detail).toBeUndefined();
  rmSync(at('live.key'));
  await waitFor(() => tls.detail?.includes('cannot be read') === true);
  expect(await nameNow()).toBe('other');
  tls.close();
  put('server');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await nameNow()).toBe('other');
  server.close();
});

test('only a certificate of the named authority gets in, and only over the versions allowed', async () => {
  const tls = await open({
    certificate: at('server.crt'),
    key: at('server.key'),
    client_ca: at('ca.crt'),
    min_version: 'TLSv1.3',
  });
  const server = createServer(tls.options, (_, response) => response.end('in'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  tls.follow(server);
  const { port } = server.address() as AddressInfo;
  const getIn = (own: object) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...own });
      socket.write('GET / HTTP/1.0\r\n\r\n');
      socket.on('data', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });
  const read = (name: string) => execFileSync('cat', [at(name)]);
  const client = { cert: read('client.crt'), key: read('client.key') };
  expect(await getIn(client)).toBe(true);
  expect(await getIn({})).toBe(false);
  expect(await getIn({ cert: read('other.crt'), key: read('other.key') })).toBe(false);
  expect(await getIn({ ...client, maxVersion: 'TLSv1.2' })).toBe(false);
  tls.close();
  server.close();
});

test('a certificate that ended is used, and said', async () => {
  const tls = await open({ certificate: at('ended.crt'), key: at('server.key') });
  expect(tls.detail).toContain('ended on');
  tls.close();
});
