import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { type ControlStore, openControlStore, sessionLimits } from './index.ts';

let directory: string;
let file: string;
let now: number;
let control: ControlStore;
const clock = () => now;
const advance = (ms: number) => {
  now += ms;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-control-'));
  file = join(directory, 'data', 'control.db');
  now = Date.UTC(2026, 0, 5, 8);
  control = openControlStore({ file, clock });
});
afterEach(async () => {
  await control.close();
  rmSync(directory, { recursive: true });
});

async function logIn(user = 'admin') {
  const redeemed = await control.redeem((await control.createLoginLink({ user })).token);
  if (!redeemed.ok) throw redeemed.error;
  return redeemed;
}

describe('login links', () => {
  it('open one session for the first user, who is the administrator', async () => {
    const { token, session } = await logIn();
    expect(session.user).toMatchObject({ id: 'admin', roles: ['admin'] });
    expect(await control.sessions.authenticate(token)).toEqual(session);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(session.csrf).not.toBe(token);
  });

  it.each([
    ['LINK_USED', async (token: string) => void (await control.redeem(token)), (token: string) => token],
    ['LINK_EXPIRED', async () => advance(15 * 60_000), (token: string) => token],
    ['LINK_EXPIRED', async () => void (await control.sessions.revokeAll()), (token: string) => token],
    ['LINK_UNKNOWN', async () => {}, () => 'A'.repeat(43)],
    ['LINK_UNKNOWN', async () => {}, () => ''],
  ])('are refused with %s', async (code, meanwhile, given) => {
    const { token } = await control.createLoginLink({ user: 'admin' });
    await meanwhile(token);
    expect(await control.redeem(given(token))).toMatchObject({ ok: false, error: { code, status: 401 } });
  });

  it('never make a second user by themselves', async () => {
    await logIn();
    await expect(control.createLoginLink({ user: 'mallory' })).rejects.toMatchObject({
      code: 'USER_UNKNOWN',
    });
    expect((await control.users.list()).map(({ id }) => id)).toEqual(['admin']);
  });

  it('leave no token in the files', async () => {
    const { token } = await control.createLoginLink({ user: 'admin' });
    const session = await logIn();
    await control.close();
    const bytes = readdirSync(join(directory, 'data')).map((name) =>
      readFileSync(join(directory, 'data', name)),
    );
    expect(Buffer.concat(bytes).includes(session.session.csrf)).toBe(true);
    expect(Buffer.concat(bytes).includes(token)).toBe(false);
    expect(Buffer.concat(bytes).includes(session.token)).toBe(false);
  });
});

describe('sessions', () => {
  it('end after twelve idle hours', async () => {
    const { token, session } = await logIn();
    const { user } = session;
    now += sessionLimits.idleMs - 1;
    expect(await control.sessions.authenticate(token)).toMatchObject({ user });
    now += sessionLimits.idleMs - 1;
    expect(await control.sessions.authenticate(token, { touch: false })).toMatchObject({ user });
    now += 1;
    expect(await control.sessions.authenticate(token)).toBeUndefined();
  });

  it('end after seven days however busy', async () => {
    const { token, session } = await logIn();
    const end = session.createdAt + sessionLimits.absoluteMs;
    for (; now < end; now += 6 * 3_600_000)
      expect(await control.sessions.authenticate(token)).toMatchObject({ user: session.user });
    expect(await control.sessions.authenticate(token)).toBeUndefined();
    expect(await control.sessions.list()).toEqual([]);
  });

  it('are revoked one by one and all at once', async () => {
    const first = await logIn();
    now += 1;
    const second = await logIn();
    expect((await control.sessions.list('admin')).map(({ id }) => id)).toEqual([
      second.session.id,
      first.session.id,
    ]);
    expect(await control.sessions.revoke(first.session.id)).toBe(true);
    expect(await control.sessions.revoke(first.session.id)).toBe(false);
    expect(await control.sessions.authenticate(first.token)).toBeUndefined();
    expect(await control.sessions.revokeAll()).toEqual({ sessions: 1, keys: 0 });
    expect(await control.sessions.authenticate(second.token)).toBeUndefined();
  });

  it('carry the roles that the user has now', async () => {
    const { token } = await logIn();
    await control.users.save({ id: 'other', name: 'Other', roles: ['admin'] });
    await control.users.save({ id: 'admin', name: 'Admin', roles: ['viewer', 'analyst'] });
    expect((await control.sessions.authenticate(token))?.user.roles).toEqual(['viewer', 'analyst']);
  });
});

describe('users', () => {
  it.each([
    ['', ['viewer']],
    ['a b', ['viewer']],
    ['x'.repeat(65), ['viewer']],
    ['ann', []],
  ] as const)('refuse %j with %j', async (id, roles) => {
    await expect(control.users.save({ id, name: id, roles })).rejects.toMatchObject({ code: 'USER_INVALID' });
  });

  it('keep their date of creation', async () => {
    const made = await control.users.save({ id: 'ann', name: 'Ann', roles: ['viewer'] });
    now += 1000;
    expect(await control.users.save({ id: 'ann', name: 'Ann B', roles: ['analyst'] })).toEqual({
      ...made,
      name: 'Ann B',
      roles: ['analyst'],
    });
    expect(await control.users.get('ann')).toMatchObject({ name: 'Ann B', createdAt: made.createdAt });
  });
});

describe('the file', () => {
  it('is readable by its owner alone', () => {
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o777, name).toBe(0o600);
  });

  it('is refused with a reason where it is not ours', async () => {
    const damaged = join(directory, 'damaged.db');
    writeFileSync(damaged, 'no database at all '.repeat(500));
    expect(() => openControlStore({ file: damaged })).toThrowError(
      expect.objectContaining({ code: 'CONTROL_DAMAGED' }),
    );
    expect(() => openControlStore({ file: directory })).toThrowError(
      expect.objectContaining({ code: 'CONTROL_UNREADABLE' }),
    );
    const newer = openDatabase(join(directory, 'newer.db'));
    newer.prepare('PRAGMA user_version = 99').all();
    newer.close();
    expect(() => openControlStore({ file: join(directory, 'newer.db') })).toThrowError(
      expect.objectContaining({ code: 'CONTROL_NEWER' }),
    );
  });

  it('answers CONTROL_CLOSED once closed', async () => {
    await control.close();
    await expect(control.redeem('x')).rejects.toMatchObject({ code: 'CONTROL_CLOSED' });
    await expect(
      control.audit.append({ who: 'a', action: 'b', target: 'c', detail: null }),
    ).rejects.toMatchObject({
      code: 'CONTROL_CLOSED',
    });
    control = openControlStore({ file, clock });
  });
});
