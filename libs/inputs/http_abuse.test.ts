import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { receiving, refused, sink, start, url } from './http.suite.ts';
import { waitFor } from './sink.suite.ts';

const sockets: Socket[] = [];
const sha256 = createHash('sha256').update('s3cret').digest('hex');

/** A connection whose answers are kept as they come. */
function open(localAddress = '127.0.0.1'): { readonly socket: Socket; readonly answer: () => string } {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress });
  sockets.push(socket);
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (part) => {
    text += part;
  });
  return { socket, answer: () => text };
}
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
/** The first line of the answer to what is written as it stands; empty where the connection closes without. */
async function statusOf(...parts: readonly (string | Buffer)[]): Promise<string> {
  const { socket, answer } = open();
  for (const part of parts) socket.write(part);
  await waitFor(() => answer().includes('\r\n') || socket.closed);
  socket.destroy();
  return answer().split('\r\n')[0]!.replace('HTTP/1.1 ', '');
}

receiving();
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const head = (...headers: readonly string[]) =>
  `${['POST /x/_bulk HTTP/1.1', 'host: localhost', ...headers].join('\r\n')}\r\n\r\n`;
const chunked = 'transfer-encoding: chunked';
const body = '{"create":{}}\n{"a":1}\n';
const length = `content-length: ${body.length}`;

describe('requests that two servers could read as two', () => {
  test.each([
    ['a length and chunks', head('content-length: 6', chunked), '0\r\n\r\nGET / HTTP/1.1\r\n\r\n'],
    ['two lengths', head('content-length: 4', length), body],
    ['a negative length', head('content-length: -1'), body],
    ['a name with a space behind it', head(`content-length : ${body.length}`), body],
    ['a header over two lines', head(`x: a\r\n content-length: 3\r\n${length}`), body],
    ['line ends without CR', head(length).replaceAll('\r\n', '\n'), body],
    ['chunks of another kind', head('transfer-encoding: xchunked'), body],
    ['chunks in the wrong place', head('transfer-encoding: chunked, identity'), '0\r\n\r\n'],
    ['a chunk whose size is none', head(chunked), `ZZ\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk of endless size', head(chunked), `${'F'.repeat(17)}\r\nabc`],
    ['a chunk with an endless name', head(chunked), `5;${'a'.repeat(100_000)}\r\nabcde\r\n0\r\n\r\n`],
    ['NUL in a header', head('x: a\0b', length), body],
    ['TLS', Buffer.from([22, 3, 1, 0, 200, 1, 0, 0]).toString('latin1'), ''],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ''],
  ])('%s: 400, counted, and nothing is taken', async (_, first, second) => {
    await start();
    expect(await statusOf(first, second)).toBe('400 Bad Request');
    expect(await refused('bad_request')).toBe(1);
    expect(sink.calls).toEqual([]);
  });

  test('a header of 100 kB is 431', async () => {
    await start();
    expect(await statusOf(head(`x: ${'a'.repeat(100_000)}`))).toMatch(/^431 /);
    expect(await refused('bad_request')).toBe(1);
  });

  test.each([
    ['in chunks', chunked, `${body.length.toString(16)}\r\n${body}\r\n5\r\nab`],
    ['packed', 'content-encoding: gzip\r\ncontent-length: 1000', gzipSync(body)],
  ])('a body %s that breaks off is not taken', async (_, header, part) => {
    await start();
    const { socket } = open();
    socket.write(head(header));
    socket.write(part);
    socket.end();
    await closed(socket);
    await waitFor(async () => (await refused('client_gone')) === 1);
    expect(sink.calls).toEqual([]);
  });
});

describe('senders that dawdle', () => {
  const dribble = (socket: Socket, text: string) => {
    const timer = setInterval(() => socket.write(text), 20);
    socket.once('close', () => clearInterval(timer));
  };
  test.each([
    ['before a request', '', ''],
    ['over headers', 'GET / HTTP/1.1\r\nhost: localhost\r\n', 'a: b\r\n'],
    ['over a body', head('content-length: 100000'), 'a'],
    ['over a body that nobody reads', head('content-length: 100000').replace('/x/_bulk', '/a/b/c'), 'a'],
    ['over a body without a key', head('content-length: 100000').replace('/x/_bulk', '/upload'), 'a'],
  ])('%s are cut off', async (when, first, more) => {
    const keys = when.endsWith('key') ? { api_keys: [{ name: 'k', sha256 }] } : {};
    await start({ request_timeout_ms: 200, ...keys });
    const { socket } = open();
    socket.write(first);
    if (more !== '') dribble(socket, more);
    const began = Date.now();
    await closed(socket);
    expect(Date.now() - began).toBeLessThan(3_000);
  });

  test('who waits for the pipeline does not dawdle', async () => {
    await start({ request_timeout_ms: 200 });
    sink.gate = new Promise((resolve) => setTimeout(resolve, 600));
    const { socket, answer } = open();
    socket.write(`${head(length)}${body}`);
    await waitFor(() => answer().startsWith('HTTP/1.1 200 ') || socket.closed);
    expect(sink.texts()).toEqual(['{"a":1}']);
    expect(answer()).toMatch(/^HTTP\/1.1 200 /);
  });

  test('a body over the limit is let go of at once, not when its sender ends it', async () => {
    await start({ max_body_bytes: 8 * 1024 * 1024 });
    const most = Buffer.alloc(8 * 1024 * 1024, 32);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 24; i++) {
      const { socket, answer } = open();
      socket.write(`${head(chunked)}1000000\r\n`);
      socket.write(most);
      socket.write(' ');
      await waitFor(() => answer().startsWith('HTTP/1.1 413 '));
    }
    // A third of what came; what was let go of need not be collected yet.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});

test('one address has no more than half of the connections', async () => {
  await start({ max_connections: 20 });
  const all = Array.from({ length: 30 }, () => open().socket);
  await waitFor(() => all.filter(({ closed }) => closed).length === 20);
  expect(await refused('too_many_connections')).toBe(20);
  const { socket, answer } = open('127.0.0.2');
  socket.write(`${head(length)}${body}`);
  await waitFor(() => answer().startsWith('HTTP/1.1 200 '));
  for (const one of all) one.destroy();
  await waitFor(async () => (await statusOf(head(length), body)) === '200 OK');
});

describe('wrong keys', () => {
  const ask = async (key: string, forwardedFor: string) => {
    const headers = { authorization: `ApiKey ${key}`, 'x-forwarded-for': forwardedFor };
    return fetch(url, { headers });
  };
  /** Guesses until that is refused; answers how often it was not. */
  async function guess(from: (i: number) => string): Promise<number> {
    for (let i = 0; ; i++) if ((await ask(`guess-${i}`, from(i))).status === 429) return i;
  }

  test('twenty are looked at, then not even the right one, but for who had it right before', async () => {
    await start({ api_keys: [{ name: 'k', sha256 }], trusted_proxies: ['127.0.0.1'] });
    expect((await ask('s3cret', '192.0.2.1')).status).toBe(200);
    // One more may fit in while they are sent.
    expect(await guess(() => '192.0.2.1')).toBeOneOf([20, 21]);
    expect(await guess(() => '192.0.2.2')).toBeOneOf([20, 21]);
    const late = await ask('s3cret', '192.0.2.2');
    expect([late.status, late.headers.get('retry-after')]).toEqual([
      429,
      expect.stringMatching(/^([1-9]|1[01])$/),
    ]);
    expect((await ask('s3cret', '192.0.2.1')).status).toBe(200);
    expect((await ask('s3cret', '192.0.2.3')).status).toBe(200);
    expect(await refused('too_many_guesses')).toBe(3);
    expect(sink.log.filter((line) => line.includes('192.0.2.2'))).toHaveLength(1);
  });

  test('an address that anybody may have written does not count', async () => {
    await start({ api_keys: [{ name: 'k', sha256 }], trusted_proxies: ['127.0.0.1'] });
    expect(await guess((i) => `198.51.100.${i}, 192.0.2.7`)).toBeOneOf([20, 21]);
    expect((await ask('s3cret', '198.51.100.99, 192.0.2.7')).status).toBe(429);
  });

  test('none is no wrong one', async () => {
    await start({ api_keys: [{ name: 'k', sha256 }] });
    for (let i = 0; i < 30; i++) expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'ApiKey s3cret' } })).status).toBe(200);
  });
});
