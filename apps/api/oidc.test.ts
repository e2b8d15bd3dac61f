import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '@tidewatch/control';
// @ts-expect-error it has no types
import Provider from 'oidc-provider';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rolesOf } from './oidc/settings.ts';
import { startApi, type TestApi } from './server.fixture.ts';

const secret = 'a secret of the client';
/** Whom the provider knows, and their groups. */
const groups = new Map<string, unknown>();
const names = new Map<string, string>();

let provider: Server;
let server: TestApi;
let url: string;
/** Cookies by the origin that set them. */
let jar: Map<string, Map<string, string>>;

beforeAll(async () => {
  provider = createServer().listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  server = await startApi({
    oidc: {
      ...{ name: 'Test', issuer, clientId: 'tidewatch', clientSecret: async () => `${secret}\n` },
      sessionMs: 8 * 3_600_000,
      ...{ scopes: ['openid', 'profile', 'groups'], userClaim: 'preferred_username', groupsClaim: 'groups' },
      roles: new Map<string, readonly Role[]>([
        ['soc', ['analyst']],
        ['leads', ['engineer', 'admin']],
      ]),
    },
  });
  url = await server.api.listen({ host: '127.0.0.1', port: 0 });
  const known = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: 'tidewatch', client_secret: secret, response_types: ['code'] },
        redirect_uris: [`${url}/api/oidc/callback`],
      },
    ],
    scopes: ['openid', 'profile', 'groups'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    pkce: { required: () => true },
    cookies: { keys: ['test'] },
    findAccount: async (_ctx: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({
        ...{
          sub: id,
          preferred_username: names.get(id) ?? id,
          name: id.toUpperCase(),
          groups: groups.get(id),
        },
      }),
    }),
  });
  provider.on('request', known.callback());
}, 30_000);
afterAll(async () => {
  await server.stop();
  provider.close();
});
beforeEach(() => {
  jar = new Map();
});

async function browse(address: string, form?: Record<string, string>): Promise<Response> {
  const { origin } = new URL(address);
  const cookies = jar.get(origin) ?? new Map<string, string>();
  jar.set(origin, cookies);
  const answer = await fetch(address, {
    redirect: 'manual',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
  return answer;
}

/** What a person's browser does until it is at a page of the console, where it answers. */
async function follow(answer: Response, at: string, user: string): Promise<string> {
  const location = answer.headers.get('location');
  if (location === null) {
    const page = await answer.text();
    const form = /action="([^"]+)"/.exec(page)?.[1] ?? '';
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? page;
    const next = new URL(form, at).href;
    return follow(await browse(next, { prompt, login: user, password: 'x' }), next, user);
  }
  const next = new URL(location, at).href;
  if (next.startsWith(url) && !next.includes('/api/oidc/')) return next.slice(url.length);
  return follow(await browse(next), next, user);
}
const logIn = async (user: string, back = '/events?q=a') => {
  const at = `${url}/api/oidc/login?back=${encodeURIComponent(back)}`;
  return follow(await browse(at), at, user);
};
const session = async () => (await browse(`${url}/api/session`)).json() as Promise<Record<string, unknown>>;

it('lets in whom the provider vouches for, with the roles of their groups', async () => {
  groups.set('alice', ['soc', 'staff']);
  expect(await logIn('alice')).toBe('/events?q=a');
  expect(await session()).toMatchObject({ user: 'alice', roles: ['analyst'], method: 'oidc' });
  expect((await server.audit())[0]).toMatchObject({ who: 'alice', action: 'session.open' });
});

it('takes over what their groups are at each login', async () => {
  groups.set('bob', 'leads');
  await logIn('bob');
  expect(await session()).toMatchObject({ user: 'bob', roles: ['engineer', 'admin'] });
  groups.set('bob', ['soc']);
  names.set('bob', 'robert');
  jar.clear();
  await logIn('bob');
  expect(await session()).toMatchObject({ user: 'bob', roles: ['analyst'] });
});

it('asks again whether the provider still vouches for who is logged in', async () => {
  groups.set('dora', ['leads']);
  await logIn('dora');
  groups.set('dora', ['soc']);
  server.time.now += 5 * 60_000 - 1;
  expect(await session()).toMatchObject({ roles: ['engineer', 'admin'] });
  server.time.now += 1;
  expect(await session()).toMatchObject({ user: 'dora', roles: ['analyst'] });
  groups.delete('dora');
  server.time.now += 5 * 60_000;
  expect((await session()).code).toBe('SESSION_MISSING');
  expect((await server.control.users.get('dora'))?.roles).toEqual([]);
});

it('ends a session by its limit, whatever the provider says', async () => {
  groups.set('frank', ['soc']);
  await logIn('frank');
  server.time.now += 8 * 3_600_000 - 1;
  expect((await session()).user).toBe('frank');
  server.time.now += 1;
  expect((await session()).code).toBe('SESSION_MISSING');
});

it.each([
  ['nobody', undefined],
  ['staff', ['staff', 'SOC', '__proto__', 'constructor', 7]],
])('grants nothing to %s, whose groups have no role', async (user, given) => {
  groups.set(user, given);
  expect(await logIn(user)).toBe('/login?why=IDENTITY_WITHOUT_ROLE');
  expect((await session()).code).toBe('SESSION_MISSING');
  expect(await server.control.users.get(user)).toBeUndefined();
});

it('takes no user over whom it does not vouch for', async () => {
  await server.control.createLoginLink({ user: 'alice' });
  await server.control.users.save({ id: 'carol', name: 'Carol', roles: ['admin'] });
  groups.set('carol', ['soc']);
  expect(await logIn('carol')).toBe('/login?why=IDENTITY_TAKEN');
});

it('takes no code in another browser, nor a second time, nor one that it did not ask for', async () => {
  groups.set('eve', ['soc']);
  const at = `${url}/api/oidc/login`;
  let callback = '';
  const away = await browse(at);
  const until = async (answer: Response, from: string): Promise<void> => {
    const location = answer.headers.get('location');
    if (location !== null) {
      const next = new URL(location, from).href;
      if (!next.includes('/api/oidc/callback')) return until(await browse(next), next);
      callback = next;
      return;
    }
    const page = await answer.text();
    const form = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', from).href;
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? '';
    return until(await browse(form, { prompt, login: 'eve', password: 'x' }), form);
  };
  await until(away, at);
  const mine = jar;
  const refused = '/login?why=OIDC_REFUSED';
  jar = new Map();
  expect((await browse(callback)).headers.get('location')).toBe(refused);
  jar = mine;
  const forged = callback.replace(/state=[^&]+/, 'state=forged');
  expect((await browse(forged)).headers.get('location')).toBe(refused);
  // That was its one try.
  expect((await browse(callback)).headers.get('location')).toBe(refused);
  expect((await session()).code).toBe('SESSION_MISSING');
});

it.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\n\\evil.example',
])('never leads to %s', async (back) => {
  server.time.now += 60_000;
  groups.set('alice', ['soc']);
  expect(await logIn('alice', back)).toBe('/alerts');
});

it('says on the log-in page that there is one, and that it is away', async () => {
  expect(await (await browse(`${url}/api/session/methods`)).json()).toEqual({ oidc: { name: 'Test' } });
  const { oidc } = server.deps;
  if (oidc === undefined) throw new TypeError('No provider was given.');
  const lost = await startApi({ oidc: { ...oidc, issuer: 'http://127.0.0.1:9' } });
  const plain = await startApi();
  const ask = async ({ api }: TestApi) => api.inject({ url: '/api/oidc/login' });
  expect((await ask(lost)).headers.location).toBe('/login?why=OIDC_AWAY');
  expect((await ask(plain)).json().code).toBe('OIDC_OFF');
  await Promise.all([lost.stop(), plain.stop()]);
});

it('knows groups by their whole name', () => {
  const roles = new Map<string, readonly Role[]>([['soc', ['analyst']]]);
  expect(rolesOf(['soc', 'soc'], roles)).toEqual(['analyst']);
  for (const none of [undefined, null, {}, ['SOC', 'soc ', ['soc']], 7])
    expect(rolesOf(none, roles)).toEqual([]);
});
