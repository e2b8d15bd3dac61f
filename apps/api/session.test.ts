import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminToken, start, startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
beforeEach(async () => {
  server = await startApi();
});
afterEach(() => server.stop());

const open = (token: string, headers: Record<string, string> = {}) =>
  server.api.inject({ method: 'POST', url: '/api/session', headers, payload: { token } });
const link = async () => (await server.control.createLoginLink({ user: 'admin' })).token;

describe('logging in', () => {
  it('trades a link for a cookie that scripts and other sites never see', async () => {
    const answer = await open(await link());
    expect(answer.json()).toEqual({
      user: 'admin',
      roles: ['admin'],
      method: 'link',
      hasPassword: false,
      version: '0.1.0',
      governance: 'evaluation',
      demo: true,
      zone: null,
      dataClasses: 'all',
      csrf: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^tidewatch_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
      ),
      // It opens nothing.
      expect.stringMatching(
        /^tidewatch_device=[\w-]{43}; Max-Age=15552000; Path=\/api\/session; HttpOnly; SameSite=Strict$/,
      ),
    ]);
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
    const session = await server.api.inject({ url: '/api/session', headers: { cookie } });
    expect(session.json().csrf).toBe(answer.json().csrf);
    const close = { cookie, 'x-tidewatch-csrf': answer.json().csrf };
    const closed = await server.api.inject({ method: 'DELETE', url: '/api/session', headers: close });
    expect([closed.statusCode, closed.body]).toEqual([204, '']);
    expect((await server.api.inject({ url: '/api/session', headers: { cookie } })).statusCode).toBe(401);
    expect((await server.audit()).map(({ who, action }) => `${who} ${action}`)).toEqual([
      'admin session.close',
      'admin session.open',
    ]);
  });

  it('says which way a link failed, and notes it', async () => {
    const token = await link();
    await open(token);
    expect((await open(token)).json().code).toBe('LINK_USED');
    expect((await open('nonsense')).json()).toEqual({
      code: 'LINK_UNKNOWN',
      message: expect.stringContaining('login-link'),
    });
    const late = await link();
    server.time.now += 15 * 60_000;
    expect((await open(late)).json().code).toBe('LINK_EXPIRED');
    expect((await server.audit())[0]).toMatchObject({
      who: 'anonymous',
      action: 'session.refused',
      target: 'LINK_EXPIRED',
    });
    expect(JSON.stringify([await server.audit(), server.logged])).not.toContain(token);
  });

  it('allows ten attempts a minute and address', async () => {
    const attempts = async (n: number) => {
      const codes = [];
      for (let i = 0; i < n; i++) codes.push((await open('nonsense')).statusCode);
      return codes;
    };
    expect(await attempts(11)).toEqual([...Array(10).fill(401), 429]);
    server.time.now += 6_000;
    expect(await attempts(2)).toEqual([401, 429]);
    const elsewhere = {
      method: 'POST',
      url: '/api/session',
      remoteAddress: '10.0.0.9',
      payload: { token: 'x' },
    } as const;
    expect((await server.api.inject(elsewhere)).statusCode).toBe(401);
  });

  it('marks the cookie secure behind a trusted proxy that speaks HTTPS', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'tide.example' };
    const payload = { token: await link() };
    expect((await open(payload.token, headers)).headers['set-cookie']).not.toContain('Secure');
    const proxied = await startApi({ trustedProxies: ['127.0.0.1'], hosts: ['tide.example'] });
    const { token } = await proxied.control.createLoginLink({ user: 'admin' });
    const answer = await proxied.api.inject({
      method: 'POST',
      url: '/api/session',
      headers,
      payload: { token },
    });
    for (const line of answer.headers['set-cookie'] ?? []) expect(line).toContain('; Secure');
    expect(answer.headers['set-cookie']).toHaveLength(2);
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d{7,}/);
    await proxied.stop();
  });
});

describe('changes', () => {
  const change = (headers: Record<string, string>) =>
    server.api.inject({ method: 'DELETE', url: '/api/demo', headers });

  it.each([
    ['no CSRF header', { 'x-tidewatch-csrf': '' }, 'CSRF_INVALID'],
    ['another session’s CSRF token', { 'x-tidewatch-csrf': 'A'.repeat(43) }, 'CSRF_INVALID'],
    ['another site', { origin: 'http://evil.example' }, 'ORIGIN_FOREIGN'],
    ['another port', { origin: 'http://localhost:9999' }, 'ORIGIN_FOREIGN'],
    ['an opaque origin', { origin: 'null' }, 'ORIGIN_FOREIGN'],
    ['another site by fetch metadata', { 'sec-fetch-site': 'same-site' }, 'ORIGIN_FOREIGN'],
  ])('are refused with %s', async (_what, headers, code) => {
    const answer = await change({ ...(await server.logIn('admin')), ...headers });
    expect([answer.statusCode, answer.json().code]).toEqual([403, code]);
  });

  it('to the zone that one wants times in stay, and are refused where it is none', async () => {
    const headers = await server.logIn('viewer');
    const setZone = (zone: unknown) =>
      server.api.inject({ method: 'PUT', url: '/api/session/zone', headers, payload: { zone } });
    expect((await setZone('America/St_Johns')).statusCode).toBe(204);
    expect((await setZone('Atlantis/Capital')).json().code).toBe('ZONE_UNKNOWN');
    const session = await server.api.inject({ url: '/api/session', headers });
    expect(session.json()).toMatchObject({ user: 'viewer', zone: 'America/St_Johns' });
  });

  it('are taken from our own pages', async () => {
    const answer = await change({ ...(await server.logIn('admin')), 'sec-fetch-site': 'same-origin' });
    expect(answer.json()).toEqual({ events: 3, alerts: 2 });
  });

  it('are refused at login from another site too', async () => {
    expect((await open(await link(), { origin: 'http://evil.example' })).json().code).toBe('ORIGIN_FOREIGN');
  });
});

describe('hosts', () => {
  const ask = (host: string) => server.api.inject({ url: '/health/live', headers: { host } });

  it.each([
    'localhost',
    'localhost:8420',
    '127.0.0.1:8420',
    '127.1.2.3',
    '[::1]:8420',
    '10.0.0.1:8420',
    'LOCALHOST',
    'tide.localhost',
  ])('answers for %s', async (host) => expect((await ask(host)).statusCode).toBe(200));

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1.evil.example',
    'x@localhost',
    'tide.example',
  ])('does not answer for %s', async (host) => {
    const answer = await ask(host);
    expect([answer.statusCode, answer.json().code]).toEqual([421, 'HOST_UNKNOWN']);
  });

  it('answers for hosts of the configuration', async () => {
    const named = await startApi({ hosts: ['Tide.example:8420'] });
    const answer = await named.api.inject({ url: '/health/live', headers: { host: 'tide.example:8420' } });
    await named.stop();
    expect(answer.statusCode).toBe(200);
  });
});

describe('administration on the server', () => {
  const admin = (url: string, payload?: object) =>
    server.api.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${adminToken}`, host: '127.0.0.1:8420' },
      ...(payload === undefined ? {} : { payload }),
    });
  const tokenOf = (url: string) => new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? '';

  it('makes links that work', async () => {
    const answer = (await admin('/api/admin/login-links', {})).json();
    expect(answer).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:8420\/login#token=[\w-]{43}$/),
      expiresAt: new Date(start + 15 * 60_000).toISOString(),
    });
    expect((await open(tokenOf(answer.url))).statusCode).toBe(200);
  });

  it('refuses a link for nobody', async () => {
    await link();
    expect((await admin('/api/admin/login-links', { user: 'nobody' })).json().code).toBe('USER_UNKNOWN');
  });

  it('resets: every session and link ends, and a new link opens', async () => {
    const old = await link();
    const headers = await server.logIn('viewer');
    const answer = (await admin('/api/admin/reset')).json();
    expect([answer.sessions, answer.keys]).toEqual([1, 0]);
    expect((await server.api.inject({ url: '/api/session', headers })).statusCode).toBe(401);
    expect((await open(old)).json().code).toBe('LINK_EXPIRED');
    expect((await open(tokenOf(answer.url))).json().roles).toEqual(['admin']);
    expect((await server.audit()).map(({ who, action }) => `${who} ${action}`)).toContain(
      'local-admin admin.reset',
    );
  });
});
