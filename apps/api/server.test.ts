import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApiDocument } from './index.ts';
import { startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
beforeEach(async () => {
  server = await startApi();
});
afterEach(() => server.stop());

const get = (url: string, headers: Record<string, string> = {}) => server.api.inject({ url, headers });

describe('every answer', () => {
  it.each([
    '/api/session',
    '/api/openapi.json',
    '/health/live',
    '/metrics',
    '/alerts',
    '/api/none',
    '/',
    '/_next/none.js',
  ])('of %s has the security headers (S11)', async (url) => {
    const { headers } = await get(url);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
    if (url.startsWith('/api')) expect(headers['cache-control']).toBe('no-store');
  });

  it('hides what went wrong inside, and logs it under the id it tells', async () => {
    const events = {
      ...server.deps.events,
      search: () => Promise.reject(new Error('cannot open /secret/partition.db')),
    };
    const broken = await startApi({ events });
    const answer = await broken.api.inject({ url: '/api/events', headers: await broken.logIn('admin') });
    const { code, details } = answer.json();
    expect([answer.statusCode, code]).toEqual([500, 'INTERNAL']);
    expect(answer.body).not.toContain('secret');
    const line = broken.logged.find((one) => one.includes('/secret/partition.db'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', id: details.id, url: '/api/events' });
    await broken.stop();
  });
});

describe('hostile requests', () => {
  const post = (payload: string, type = 'application/json') =>
    server.api.inject({ method: 'POST', url: '/api/session', headers: { 'content-type': type }, payload });

  it.each([
    ['a body of brackets', () => post(`[${'['.repeat(64)}${']'.repeat(64)}]`), 413, 'BODY_TOO_COMPLEX'],
    ['a login of over 4 kB', () => post(`{"token":"${'x'.repeat(4_096)}"}`), 413, 'BODY_TOO_LARGE'],
    ['what is not JSON', () => post('{"token":'), 400, 'REQUEST_INVALID'],
    ['__proto__', () => post('{"token":"x","__proto__":{"admin":true}}'), 400, 'REQUEST_INVALID'],
    ['another type', () => post('token=x', 'application/x-www-form-urlencoded'), 415, 'MEDIA_TYPE'],
    ['no body', () => server.api.inject({ method: 'POST', url: '/api/session' }), 400, 'REQUEST_INVALID'],
    ['a broken path', () => get('/api/alerts/%zz'), 400, 'REQUEST_INVALID'],
  ])('%s gets a problem', async (_what, ask, status, code) => {
    const answer = await ask();
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('probes', () => {
  it('tell live from ready', async () => {
    expect((await get('/health/live')).json()).toEqual({ live: true });
    server.deps.health.set('detector', 'starting', 'secret detail');
    const notYet = await get('/health/ready');
    expect([notYet.statusCode, notYet.json()]).toEqual([
      503,
      {
        code: 'NOT_READY',
        message: expect.any(String),
        details: { roles: [{ role: 'detector', state: 'starting' }] },
      },
    ]);
    server.deps.health.set('detector', 'degraded');
    expect((await get('/health/ready')).json()).toEqual({
      ready: true,
      roles: [{ role: 'detector', state: 'degraded' }],
    });
  });

  it('time requests by route template, never by id', async () => {
    await get('/api/alerts/some-id');
    await get('/api/none');
    const { body, headers } = await get('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain(
      'tidewatch_http_request_duration_seconds_count{route="/api/alerts/:id",method="GET",status_class="4xx"} 1',
    );
    expect(body).not.toContain('some-id');
  });

  it('fill the health page', async () => {
    server.deps.health.set('ingest', 'ready');
    const { body } = await get('/api/health', await server.logIn('viewer'));
    expect(JSON.parse(body)).toMatchObject({
      version: '0.1.0',
      startedAt: '2026-01-05T12:00:00.000Z',
      roles: [{ role: 'ingest', state: 'ready', since: '2026-01-05T12:00:00.000Z' }],
      rules: { loaded: 1 },
    });
  });
});

describe('the OpenAPI document', () => {
  it('is the same from a running server and from the generator, and names all routes', async () => {
    const document = await openApiDocument('0.1.0');
    const { paths } = document as { paths: Record<string, Record<string, { operationId: string }>> };
    expect((await get('/api/openapi.json')).json()).toEqual(document);
    expect(server.api.openapi()).toEqual(document);
    const operations = Object.values(paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(operations).toContain('disk.get');
    expect(new Set(operations).size).toBe(operations.length);
    expect(Object.keys(paths)).not.toContain('/');
  });

  it('refers to nothing it does not hold', async () => {
    const text = JSON.stringify(await openApiDocument('0.1.0'));
    const { schemas } = JSON.parse(text).components;
    const referred = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name));
    expect([...referred].sort()).toEqual(Object.keys(schemas).sort());
    expect(schemas).toHaveProperty('Problem');
  });
});
