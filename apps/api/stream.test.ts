import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let address: URL;
let cookie: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  server = await startApi();
  address = new URL(await server.api.listen({ host: '127.0.0.1', port: 0 }));
  cookie = (await server.logIn('analyst')).cookie;
});
afterEach(async () => {
  await server.stop();
  vi.useRealTimers();
});

const alert = (n: number, title = 'T') =>
  ({ id: `a${n}`, effect: 'created', level: 'high', title, last: n }) as const;

/** An open stream, and what came on it so far. */
async function listen(headers: Record<string, string> = {}, query = '') {
  const asked: ClientRequest = request(new URL(`/api/live${query}`, address), {
    headers: { cookie, ...headers },
  }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const stream = { response, text: '', ended: false };
  response.setEncoding('utf8').on('data', (chunk: string) => {
    stream.text += chunk;
  });
  response.on('close', () => {
    stream.ended = true;
  });
  response.on('error', () => undefined);
  return stream;
}

/** What a browser would give when it comes back. */
const lastId = ({ text }: { readonly text: string }): string =>
  [...text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? '';

describe('the live stream', () => {
  it('tells what happens, unbuffered and uncached', async () => {
    const stream = await listen();
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    server.deps.live.publish('alert', alert(1, '<b>'));
    await vi.waitFor(() =>
      expect(stream.text).toMatch(/event: alert\ndata: {"id":"a1",.*"title":"<b>".*}\n\n/),
    );
  });

  it('resumes where the last connection broke', async () => {
    const first = await listen();
    server.deps.live.publish('alert', alert(1));
    await vi.waitFor(() => expect(first.text).toContain('a1'));
    first.response.destroy();
    server.deps.live.publish('alert', alert(2));
    const again = await listen({ 'last-event-id': lastId(first) });
    await vi.waitFor(() => expect(again.text).toContain('a2'));
    expect(again.text).not.toContain('a1');
    expect((await server.audit()).filter(({ action }) => action === 'live.read')).toHaveLength(2);
  });

  it('beats every second, and ends with what opened it, at once or when that ran out', async () => {
    const [revoked, over] = [await listen(), await listen({ cookie: (await server.logIn('viewer')).cookie })];
    vi.advanceTimersByTime(1_000);
    await vi.waitFor(() => expect(revoked.text).toContain('event: beat\ndata: {}\n\n'));
    const { id } = (await server.control.sessions.list('analyst'))[0] ?? {};
    await server.control.sessions.revoke(id ?? '');
    await vi.waitFor(() => expect(revoked.ended).toBe(true));
    expect(over.ended).toBe(false);
    server.time.now += 12 * 3_600_000;
    vi.advanceTimersByTime(14_000);
    await vi.waitFor(() => expect(over.ended).toBe(true));
  });

  it('gives who opens it anew what they missed, by the id in the address', async () => {
    const first = await listen();
    server.deps.live.publish('alert', alert(1));
    await vi.waitFor(() => expect(first.text).toContain('a1'));
    server.deps.live.publish('alert', alert(2));
    const id = lastId(first);
    const again = await listen({}, `?lastEventId=${id}`);
    await vi.waitFor(() => expect(again.text).toContain('a2'));
    expect(again.text).not.toMatch(/a1|resync/);
    const quiet = await listen();
    await vi.waitFor(() => expect(quiet.text).toMatch(/id: \S+\n\n/));
    server.deps.live.publish('alert', alert(3));
    const after = await listen({}, `?lastEventId=${lastId(quiet)}`);
    await vi.waitFor(() => expect(after.text).toContain('a3'));
    expect(after.text).not.toMatch(/a2|resync/);
    const lost = await listen({}, '?lastEventId=before-7');
    await vi.waitFor(() => expect(lost.text).toContain('event: resync'));
  });

  it('shows the privacy officer counts, but no alerts', async () => {
    const stream = await listen({ cookie: (await server.logIn('privacy_officer')).cookie });
    server.deps.live.publish('alert', alert(1));
    server.deps.live.publish('alert', { ...alert(2), dataClass: 'unapproved' });
    server.deps.live.publish('demo', { demo: false });
    await vi.waitFor(() => expect(stream.text).toContain('event: demo'));
    expect(stream.text).not.toContain('event: alert');
  });

  it('shows a viewer alerts and counts of the classes that viewers may read', async () => {
    const stream = await listen({ cookie: (await server.logIn('viewer')).cookie });
    server.deps.live.publish('alert', alert(1));
    server.deps.live.publish('alert', { ...alert(2), dataClass: 'personnel' });
    server.deps.live.publish('alert', { ...alert(3), dataClass: 'unapproved' });
    await vi.waitFor(() => expect(stream.text).toContain('a3'));
    expect(stream.text.match(/event: alert/g)).toHaveLength(1);
    for (const dataClass of ['personnel', 'unapproved'])
      server.deps.live.publish('events', { count: 7, dataClass });
    vi.advanceTimersByTime(500);
    await vi.waitFor(() => expect(stream.text).toContain('event: events'));
    expect(stream.text.match(/event: events\ndata: .+/g)).toEqual([
      'event: events\ndata: {"count":7,"dataClass":"unapproved"}',
    ]);
  });

  it('narrows with what its reader may see', async () => {
    const stream = await listen();
    const analyst = { id: 'analyst', name: 'x', roles: ['analyst'] } as const;
    await server.control.users.save({ ...analyst, reach: { dataClasses: ['unapproved'] } });
    server.deps.live.publish('alert', { ...alert(1), dataClass: 'personnel' });
    server.deps.live.publish('alert', { ...alert(2), dataClass: 'unapproved' });
    await vi.waitFor(() => expect(stream.text).toContain('a2'));
    expect(stream.text).not.toContain('a1');
  });

  it('is shut without a session', async () => {
    expect((await listen({ cookie: '' })).response.statusCode).toBe(401);
  });

  it('cuts a client off that does not read, and nobody else', async () => {
    const reading = await listen();
    const socket = connect(Number(address.port), '127.0.0.1').on('error', () => undefined);
    socket.write(`GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`);
    await vi.waitFor(() => expect(server.api.streams()).toBe(2));
    let sent = 0;
    while (server.api.streams() === 2 && sent < 20_000) {
      for (let i = 0; i < 50; i++) server.deps.live.publish('alert', alert(++sent, 'x'.repeat(4_000)));
      await new Promise(setImmediate);
    }
    expect(server.api.streams()).toBe(1);
    await vi.waitFor(() => expect(reading.text).toContain(`"a${sent}"`));
    expect(reading.ended).toBe(false);
    socket.destroy();
  });

  it('ends when the server closes, which does not hang', async () => {
    const stream = await listen();
    await server.api.close();
    await vi.waitFor(() => expect(stream.ended).toBe(true));
  });
});
