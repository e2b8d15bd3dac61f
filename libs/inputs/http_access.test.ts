import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTidewatchError } from '@tidewatch/event';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { input, receiving, sink, start } from './http.suite.ts';
import { waitFor } from './sink.suite.ts';
import { createCertificates } from './tls.suite.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidewatch-http-'));
const at = (name: string) => join(directory, name);
const pem = (name: string) => readFileSync(at(name));
const tls = { certificate: at('server.crt'), key: at('server.key') };
const api_keys = [{ name: 'gateway', sha256: createHash('sha256').update('s3cret').digest('hex') }];

receiving();

beforeAll(() => createCertificates(directory));
afterAll(() => rmSync(directory, { recursive: true }));

/** Status of a document sent to a source; rejects with the socket's error. */
const send = (url: string, headers: Record<string, string> = {}, options: object = {}) =>
  new Promise<number>((resolve, reject) => {
    const open = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = open(
      `${url}/ingest/x`,
      { method: 'POST', headers, ca: pem('ca.crt'), agent: false, ...options },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end('{}');
  });

describe('HTTPS', () => {
  test('takes events, and speaks no plain HTTP', async () => {
    const url = await start({ tls });
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await send(url)).toBe(200);
    await expect(send(url.replace('https', 'http'))).rejects.toThrow();
    await waitFor(
      async () => (await sink.context.metrics.sum('input_refused_total', { reason: 'tls_handshake' })) === 1,
    );
    expect(sink.taken).toHaveLength(1);
  });

  test('a client certificate names the sender, and none gets nobody in', async () => {
    const url = await start({ tls: { ...tls, client_ca: at('ca.crt') } });
    expect(await send(url, {}, { cert: pem('client.crt'), key: pem('client.key') })).toBe(200);
    expect(sink.taken[0]!.record.hints).toMatchObject({ subject: 'O=Test, CN=edge-7', peer: '127.0.0.1' });
    await expect(send(url)).rejects.toThrow();
    await expect(send(url, {}, { cert: pem('other.crt'), key: pem('other.key') })).rejects.toThrow();
    expect(sink.taken).toHaveLength(1);
  });

  test('with a certificate no key is needed, but one that is sent must be right', async () => {
    const url = await start({ tls: { ...tls, client_ca: at('ca.crt') }, api_keys });
    const own = { cert: pem('client.crt'), key: pem('client.key') };
    expect(await send(url, {}, own)).toBe(200);
    expect(await send(url, { authorization: 'ApiKey s3cret' }, own)).toBe(200);
    expect(await send(url, { authorization: 'ApiKey wrong' }, own)).toBe(401);
  });

  test('a sender that dawdles over its handshake is cut off', async () => {
    const url = await start({ tls, request_timeout_ms: 200 });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const began = Date.now();
    await new Promise((resolve) =>
      socket
        .on('close', resolve)
        .on('error', () => {})
        .resume(),
    );
    expect(Date.now() - began).toBeLessThan(3_000);
  });

  test('files that are not there are said at start, and by the listener', async () => {
    await expect(start({ tls: { ...tls, key: at('nowhere.key') } })).rejects.toSatisfy((error) =>
      isTidewatchError(error, 'TLS_FILE_UNREADABLE'),
    );
    expect(input.listeners()[0]).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('nowhere.key'),
    });
  });
});

describe('where other machines reach it', () => {
  test.each([
    ['nothing', {}, 'NEEDS_KEYS'],
    ['TLS alone', { tls }, 'NEEDS_KEYS'],
    ['keys alone', { api_keys }, 'NEEDS_TLS'],
    ['insecure alone', { insecure: true }, 'NEEDS_KEYS'],
  ])('%s does not start', async (_, config, code) => {
    const failure = await start({ host: '0.0.0.0', ...config }).catch((error: unknown) => error);
    expect(isTidewatchError(failure, code)).toBe(true);
    expect((failure as Error).message).not.toMatch(/\{\w+\}/);
  });

  test.each([
    ['keys and TLS', { api_keys, tls }],
    ['client certificates', { tls: { ...tls, client_ca: at('ca.crt') } }],
    ['keys, and insecure said', { api_keys, insecure: true }],
  ])('%s does', async (_, config) => {
    await start({ host: '0.0.0.0', ...config });
    expect(input.listeners()[0]).toMatchObject({ state: 'listening' });
  });

  test('through a proxy it asks who sends, too', async () => {
    await expect(start({ trusted_proxies: ['127.0.0.1'] })).rejects.toSatisfy((error) =>
      isTidewatchError(error, 'NEEDS_KEYS'),
    );
  });
});

describe('keys that were made on the server', () => {
  const keys = new Map([['tidewatch_one', { id: 'k1', sources: ['x', 'web-*'] }]]);
  const open = (more: object = {}) =>
    start(
      { server_keys: true, ...more },
      { ...sink.context, senderOf: (secret: string) => keys.get(secret) },
    );
  const status = (url: string, authorization?: string, source = 'x') =>
    fetch(`${url}/ingest/${source}`, {
      ...{ method: 'POST', body: '{}', headers: authorization === undefined ? {} : { authorization } },
    }).then((answer) => answer.status);

  test('let in who has one, for its sources, until it is taken back', async () => {
    const url = await open({ api_keys });
    const basic = `Basic ${Buffer.from('anything:tidewatch_one').toString('base64')}`;
    for (const right of ['Bearer tidewatch_one', 'ApiKey tidewatch_one', basic, 'ApiKey s3cret'])
      expect(await status(url, right), right).toBe(200);
    expect(await status(url, 'Bearer tidewatch_one', 'other')).toBe(403);
    expect([await status(url), await status(url, 'Bearer tidewatch_two')]).toEqual([401, 401]);
    keys.clear();
    expect(await status(url, 'Bearer tidewatch_one')).toBe(401);
  });

  test('are keys enough for other machines', async () => {
    const url = await open({ host: '0.0.0.0', insecure: true });
    expect(url).toMatch(/^http:/);
  });

  test('are none where they are not asked for', async () => {
    const url = await open({ server_keys: false, api_keys });
    expect(await status(url, 'Bearer tidewatch_one')).toBe(401);
  });
});

describe('behind a proxy', () => {
  const authorization = 'ApiKey s3cret';

  test('the peer is the last address that is no trusted proxy', async () => {
    const url = await start({ api_keys, trusted_proxies: ['127.0.0.0/8'] });
    await send(url, { authorization, 'x-forwarded-for': '203.0.113.9, 198.51.100.7' });
    await send(url, { authorization });
    expect(sink.taken.map(({ record }) => record.hints.peer)).toEqual(['198.51.100.7', '127.0.0.1']);
  });

  test('without trusted proxies nobody’s word is believed', async () => {
    await send(await start({}), { 'x-forwarded-for': '198.51.100.7' });
    expect(sink.taken[0]!.record.hints.peer).toBe('127.0.0.1');
  });

  test('everything is under the base path, and nothing beside it', async () => {
    const url = await start({ base_path: '/logs' });
    expect(url).toMatch(/\/logs$/);
    expect(await send(url)).toBe(200);
    for (const path of ['', '/', '/_license', '/_cluster/health'])
      expect((await fetch(url + path)).status, path).toBe(200);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    for (const path of ['/', '/_license', '/ingest/x', '/logsx'])
      expect((await fetch(new URL(path, url))).status, path).toBe(404);
    expect(await send(new URL(url).origin)).toBe(404);
    expect(sink.taken).toHaveLength(1);
  });
});

test('connections are counted while they are open', async () => {
  const url = await start({});
  const open = () => sink.context.metrics.value('input_connections', { input: 'test' });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await waitFor(async () => (await open()) === 1);
  socket.destroy();
  await waitFor(async () => (await open()) === 0);
});
