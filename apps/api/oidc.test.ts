import type { Role } from '@tidewatch/control';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rolesOf } from './oidc/settings.ts';
import { startWithProvider } from './oidc.fixture.ts';
import { startApi, type TestApi } from './server.fixture.ts';

type Site = Awaited<ReturnType<typeof startWithProvider>>;
let site: Site;
let server: TestApi;
let url: string;
let groups: Site['groups'];
let browser: ReturnType<Site['open']>;
beforeAll(async () => {
  site = await startWithProvider();
  ({ server, url, groups } = site);
}, 30_000);
afterAll(() => site.stop());
beforeEach(() => {
  browser = site.open();
});
const logIn = (user: string, back?: string) => browser.logIn(user, back);
const session = () => browser.session();

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
  site.names.set('bob', 'robert');
  browser = site.open();
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
  const callback = await browser.comeBack('eve');
  const refused = '/login?why=OIDC_REFUSED';
  const { browse } = browser;
  expect((await site.open().browse(callback)).headers.get('location')).toBe(refused);
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
  expect(await (await browser.browse(`${url}/api/session/methods`)).json()).toEqual({
    oidc: { name: 'Test' },
  });
  const { oidc } = server.deps;
  if (oidc === undefined) throw new TypeError('No provider was given.');
  const lost = await startApi({ oidc: { ...oidc, issuer: 'http://127.0.0.1:9' } });
  const plain = await startApi();
  const ask = async ({ api }: TestApi) => api.inject({ url: '/api/oidc/login' });
  expect((await ask(lost)).headers.location).toBe('/login?why=OIDC_AWAY');
  expect((await ask(plain)).json().code).toBe('OIDC_OFF');
  await Promise.all([lost.stop(), plain.stop()]);
});

const hour = 3_600_000;
const refreshing = { issueRefreshToken: async () => true };
/** Groups stand in what it signs, and nowhere else. */
const signing = { features: { userinfo: { enabled: false } }, conformIdTokenClaims: false };

it.each([
  ['the access token, which is over', refreshing, 2 * hour],
  ['a signed token alone', { ...refreshing, ...signing }, 5 * 60_000],
])('asks on by the refresh token where groups are told for %s', async (_told, options, later) => {
  const other = await startWithProvider(options);
  try {
    const { open, grants } = other;
    const { logIn: arrive, session: mine } = open();
    other.groups.set('gina', ['leads']);
    await arrive('gina');
    for (const [given, roles] of [
      ['soc', ['analyst']],
      ['leads', ['engineer', 'admin']],
    ] as const) {
      other.groups.set('gina', [given]);
      other.server.time.now += later;
      expect(await mine()).toMatchObject({ user: 'gina', roles });
    }
    expect(grants).toEqual(['authorization_code', 'refresh_token', 'refresh_token']);
    // Whom it knows no more it gives nothing for the token.
    other.groups.set('gina', null);
    other.server.time.now += later;
    expect((await mine()).code).toBe('SESSION_MISSING');
  } finally {
    await other.stop();
  }
});

it('knows groups by their whole name', () => {
  const roles = new Map<string, readonly Role[]>([['soc', ['analyst']]]);
  expect(rolesOf(['soc', 'soc'], roles)).toEqual(['analyst']);
  for (const none of [undefined, null, {}, ['SOC', 'soc ', ['soc']], 7])
    expect(rolesOf(none, roles)).toEqual([]);
});
