import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlStore, mayIngest, openControlStore } from './index.ts';
import { createPasswords } from './passwords.ts';

const password = 'three small boats at noon';
const passwordCost = { N: 2 ** 10, r: 8, p: 1 };
const day = 86_400_000;

let directory: string;
let now: number;
let control: ControlStore;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-accounts-'));
  now = Date.UTC(2026, 0, 5, 8);
  control = openControlStore({ file: join(directory, 'control.db'), clock: () => now, passwordCost });
  await control.createLoginLink({ user: 'admin' });
  await control.users.save({ id: 'alice', name: 'Alice', roles: ['analyst'] });
});
afterEach(async () => {
  await control.close();
  rmSync(directory, { recursive: true });
});

async function opened(redeeming: ReturnType<ControlStore['redeem']>) {
  const redeemed = await redeeming;
  if (!redeemed.ok) throw redeemed.error;
  return redeemed;
}
const byLink = async (user: string) =>
  opened(control.redeem((await control.createLoginLink({ user })).token));

it('keep the zone that somebody wants times in, and no other word', async () => {
  await control.users.setZone('alice', 'Asia/Kathmandu');
  await control.users.save({ id: 'alice', name: 'Alice B', roles: ['analyst'] });
  expect(await control.users.get('alice')).toMatchObject({ name: 'Alice B', zone: 'Asia/Kathmandu' });
  for (const zone of ['Atlantis/Capital', '+02:00', '', 'UTC; DROP TABLE users'])
    await expect(control.users.setZone('alice', zone)).rejects.toMatchObject({ code: 'ZONE_UNKNOWN' });
  await control.users.setZone('alice', null);
  expect(await control.users.get('alice')).not.toHaveProperty('zone');
  await expect(control.users.setZone('nobody', 'UTC')).rejects.toMatchObject({ code: 'USER_UNKNOWN' });
});

describe('passwords', () => {
  it('open sessions for who knows them, and are kept as hashes that differ', async () => {
    await control.users.setPassword('alice', password);
    await control.users.setPassword('admin', password);
    const { session } = await opened(control.logIn('alice', password));
    expect(session).toMatchObject({ method: 'password', user: { id: 'alice', hasPassword: true } });
    for (const [user, given] of [
      ['alice', `${password}!`],
      ['bob', password],
      ['alice', ''],
    ] as const)
      expect(await control.logIn(user, given)).toMatchObject({ ok: false, error: { code: 'LOGIN_REFUSED' } });
    const bytes = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
    const hashes = new Set(bytes.join('').match(/scrypt\$1024\$8\$1\$[\w+/=]{24}\$[\w+/=]{44}/g));
    expect([hashes.size, bytes.join('').includes(password)]).toEqual([2, false]);
  });

  it('end what was open before, but for the session that set them, and void links', async () => {
    const { token: link } = await control.createLoginLink({ user: 'alice' });
    const [own, other] = [await byLink('alice'), await byLink('alice')];
    await control.users.setPassword('alice', password, { keep: own.session.id });
    expect((await control.sessions.list('alice')).map(({ id }) => id)).toEqual([own.session.id]);
    expect(await control.sessions.authenticate(other.token)).toBeUndefined();
    expect((await control.redeem(link)).ok).toBe(false);
  });

  it('end what reads by key, too, and not what sends events', async () => {
    const [reads, sends] = [await addKey(), await addKey({ scopes: ['ingest'] })];
    const both = () => [reads, sends].map(({ secret }) => control.keys.find(secret) !== undefined);
    await control.users.setPassword('alice', password, { keepKeys: true });
    expect(both()).toEqual([true, true]);
    await control.users.setPassword('admin', password);
    expect(both()).toEqual([true, true]);
    await control.users.setPassword('alice', password);
    expect(both()).toEqual([false, true]);
    await addKey({ scopes: ['ingest', 'alerts:read'] });
    expect(await control.sessions.revokeAll()).toMatchObject({ keys: 1 });
    expect(both()).toEqual([false, true]);
  });

  it('change only for who knows the one before, where that is asked', async () => {
    await control.users.setPassword('alice', password);
    await expect(
      control.users.setPassword('alice', 'four large boats at dawn', { current: 'wrong' }),
    ).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    await control.users.setPassword('alice', 'four large boats at dawn', { current: password });
    expect((await control.logIn('alice', password)).ok).toBe(false);
  });

  it.each(['', 'fourteen signs', 'aaaaaaaaaaaaaaaaaaaaa', 'alice.alice.alice', 'x'.repeat(257)])(
    'are not %j',
    async (weak) =>
      expect(control.users.setPassword('alice', weak)).rejects.toMatchObject({ code: 'PASSWORD_WEAK' }),
  );

  it('make too many at once wait no longer than for a while', async () => {
    const logins = Array.from({ length: 60 }, () => control.logIn('nobody', password));
    const codes = (await Promise.allSettled(logins.slice(-8))).map(
      (login) => login.status === 'rejected' && login.reason.code,
    );
    expect(codes).toEqual(Array(8).fill('LOGINS_BUSY'));
    expect((await Promise.allSettled(logins)).filter(({ status }) => status === 'fulfilled')).toHaveLength(
      52,
    );
  });

  it('cost what they should where nobody says otherwise, and are told by what they cost then', async () => {
    const [usual, less] = [createPasswords(), createPasswords(passwordCost)];
    const stored = await usual.hash(password);
    expect(stored).toMatch(/^scrypt\$32768\$8\$3\$/);
    expect(await less.verify(password.normalize('NFD'), stored)).toBe(true);
  });
});

describe('users', () => {
  it('who are disabled have nothing open and no key, and get none back when they are enabled', async () => {
    await control.users.setPassword('alice', password);
    const { token } = await byLink('alice');
    const { secret } = await addKey();
    await control.users.change('alice', { disabled: true });
    expect(await control.sessions.authenticate(token)).toBeUndefined();
    expect(control.keys.find(secret)).toBeUndefined();
    expect((await control.logIn('alice', password)).ok).toBe(false);
    await expect(control.createLoginLink({ user: 'alice' })).rejects.toMatchObject({ code: 'USER_DISABLED' });
    await control.users.change('alice', { disabled: false });
    expect(control.keys.find(secret)).toBeUndefined();
    expect(await control.sessions.authenticate(token)).toBeUndefined();
  });

  it('take sessions and keys with them', async () => {
    const { token } = await byLink('alice');
    const { secret } = await addKey();
    await control.users.remove('alice');
    await control.users.save({ id: 'alice', name: 'Another', roles: ['admin'] });
    expect([await control.sessions.authenticate(token), control.keys.find(secret)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('always have an administrator who is in force', async () => {
    const last = { code: 'LAST_ADMIN' };
    const demote = () => control.users.save({ id: 'admin', name: 'Admin', roles: ['viewer'] });
    await expect(demote()).rejects.toMatchObject(last);
    await expect(control.users.change('admin', { disabled: true })).rejects.toMatchObject(last);
    await expect(control.users.remove('admin')).rejects.toMatchObject(last);
    await control.users.save({ id: 'alice', name: 'Alice', roles: ['admin'] });
    expect((await demote()).roles).toEqual(['viewer']);
    await expect(control.users.change('alice', { disabled: true })).rejects.toMatchObject(last);
  });

  it('change in all that is asked, or in nothing', async () => {
    const change = { name: 'Somebody', reach: { dataClasses: ['web'] }, disabled: true };
    await expect(control.users.change('admin', change)).rejects.toMatchObject({ code: 'LAST_ADMIN' });
    expect(await control.users.get('admin')).toMatchObject({ name: 'admin', reach: {}, disabled: false });
    await expect(control.users.change('nobody', change)).rejects.toMatchObject({ code: 'USER_UNKNOWN' });
    expect(await control.users.change('alice', change)).toMatchObject({ ...change, roles: ['analyst'] });
  });

  it('keep their reach until another is given', async () => {
    const reach = { dataClasses: ['network'], useCases: ['ssh'] };
    await control.users.save({ id: 'alice', name: 'Alice', roles: ['analyst'], reach });
    expect((await control.users.save({ id: 'alice', name: 'Alice', roles: ['viewer'] })).reach).toEqual(
      reach,
    );
    const { user } = (await byLink('alice')).session;
    expect(user.reach).toEqual(reach);
    await control.users.save({ id: 'alice', name: 'Alice', roles: ['viewer'], reach: {} });
    expect((await control.users.get('alice'))?.reach).toEqual({});
  });
});

describe('identities of a provider', () => {
  const carol = {
    subject: 'https://id.example.org 7',
    id: 'carol',
    name: 'Carol',
    roles: ['viewer'],
  } as const;

  it('become users, with the roles of each login', async () => {
    const { token, session } = await opened(control.signIn(carol));
    expect(session).toMatchObject({
      method: 'oidc',
      user: { id: 'carol', external: true, roles: ['viewer'] },
    });
    await opened(control.signIn({ ...carol, id: 'renamed', roles: ['analyst'] }));
    expect((await control.sessions.authenticate(token))?.user).toMatchObject({
      id: 'carol',
      roles: ['analyst'],
    });
  });

  it('without a role get nowhere, and lose what they had', async () => {
    const { token } = await opened(control.signIn(carol));
    const refused = { ok: false, error: { code: 'IDENTITY_WITHOUT_ROLE', status: 403 } };
    expect(await control.signIn({ ...carol, roles: [] })).toMatchObject(refused);
    expect(await control.sessions.authenticate(token)).toBeUndefined();
    expect(await control.signIn({ ...carol, subject: 'x 9', id: 'dave', roles: [] })).toMatchObject(refused);
    expect((await control.users.list()).map(({ id, roles }) => [id, roles])).toEqual([
      ['admin', ['admin']],
      ['alice', ['analyst']],
      ['carol', []],
    ]);
  });

  it('let nobody in for longer than was said, nor keys whose user nobody vouches for any more', async () => {
    const { session, token } = await opened(control.signIn(carol, day / 2 - 1));
    const { secret } = await addKey({ user: 'carol', expiresAt: now + 100 * day });
    expect(session.expiresAt).toBe(now + day / 2 - 1);
    now += day / 2 - 1;
    expect(await control.sessions.authenticate(token)).toBeUndefined();
    now += 29 * day;
    expect(control.keys.find(secret)?.user.id).toBe('carol');
    await control.vouch({ ...carol, roles: ['analyst'] });
    now += 30 * day - 1;
    expect(control.keys.find(secret)?.user.roles).toEqual(['analyst']);
    now += 1;
    expect(control.keys.find(secret)).toBeUndefined();
  });

  it('lose at once what is not vouched for any more', async () => {
    const { token } = await opened(control.signIn(carol));
    await control.vouch({ ...carol, roles: ['engineer'] });
    expect((await control.sessions.authenticate(token))?.user.roles).toEqual(['engineer']);
    await control.vouch({ ...carol, roles: [] });
    expect(await control.sessions.authenticate(token)).toBeUndefined();
    expect((await control.users.get('carol'))?.roles).toEqual([]);
  });

  it('never take over the user of another', async () => {
    const taken = { ok: false, error: { code: 'IDENTITY_TAKEN' } };
    expect(await control.signIn({ ...carol, id: 'admin' })).toMatchObject(taken);
    await opened(control.signIn(carol));
    expect(await control.signIn({ ...carol, subject: 'https://id.example.org 8' })).toMatchObject(taken);
  });
});

const addKey = (more: object = {}) =>
  control.keys.add({ user: 'alice', name: 'export', scopes: ['alerts:read'], expiresAt: now + day, ...more });

describe('API keys', () => {
  it('are told once, and found until they expire', async () => {
    const { key, secret } = await addKey({ sources: ['web-*'] });
    expect(secret).toMatch(/^tidewatch_[\w-]{43}$/);
    expect(control.keys.find(secret)).toMatchObject({
      id: key.id,
      sources: ['web-*'],
      scopes: ['alerts:read'],
    });
    expect(await control.keys.list('alice')).toMatchObject([{ lastUsedAt: now }]);
    expect(await control.keys.list('admin')).toEqual([]);
    expect(control.keys.find(`${secret}x`)).toBeUndefined();
    now += day;
    expect(control.keys.find(secret)).toBeUndefined();
    expect([control.keys.due(now), control.keys.due(now + 1)]).toEqual([0, 1]);
    expect([await control.keys.expire(now), await control.keys.expire(now + 1)]).toEqual([0, 1]);
    const bytes = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
    expect(bytes.join('')).not.toContain(secret);
  });

  it.each([
    ['without a scope', { scopes: [] }, 'KEY_INVALID'],
    ['that is expired', { expiresAt: 0 }, 'KEY_INVALID'],
    ['for ever', { expiresAt: Date.UTC(2027, 1, 5) }, 'KEY_INVALID'],
    ['of nobody', { user: 'nobody' }, 'USER_UNKNOWN'],
  ])('are not made %s', async (_what, more, code) => expect(addKey(more)).rejects.toMatchObject({ code }));

  it('send events while their user may, and they were made for it', async () => {
    const { key: reads } = await addKey();
    const { secret } = await addKey({ scopes: ['ingest'] });
    const may = () => mayIngest(control.keys.find(secret) as typeof reads);
    expect([mayIngest(reads), may()]).toEqual([false, false]);
    await control.users.save({ id: 'alice', name: 'Alice', roles: ['engineer'] });
    expect(may()).toBe(true);
  });

  it('end when they are removed', async () => {
    const { key, secret } = await addKey();
    expect([await control.keys.remove(key.id), await control.keys.remove(key.id)]).toEqual([true, false]);
    expect(control.keys.find(secret)).toBeUndefined();
  });
});
