import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logonMatch, memoryAlerts } from './memory.fixture.ts';
import { type Method, start, startApi, type TestApi } from './server.fixture.ts';

const password = 'three small boats at noon';
const day = 86_400_000;

let server: TestApi;
let admin: Record<string, string>;
beforeEach(async () => {
  server = await startApi();
  admin = await server.logIn('admin');
});
afterEach(() => server.stop());

const ask = (method: Method, path: string, body?: object, headers = admin) =>
  server.ask(method, path, body, headers);
const logIn = async (user: string, given = password) => {
  const answer = await ask('POST', '/session', { user, password: given }, {});
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  return { ...answer, headers: { cookie, 'x-tidewatch-csrf': answer.json().csrf ?? '' } };
};
/** Reads are noted without waiting. */
const lastAudit = async () => {
  await nextTurn();
  return (await server.audit())[0];
};

describe('a new user', () => {
  it('begins by a link, sets a password, and logs in with it', async () => {
    await ask('POST', '/users', { id: 'alice', name: 'Alice', roles: ['analyst'] });
    const { url } = (await ask('POST', '/users/alice/login-links')).json();
    const token = new URLSearchParams(new URL(url).hash.slice(1)).get('token');
    const opened = await ask('POST', '/session', { token }, {});
    expect(opened.json()).toMatchObject({ user: 'alice', method: 'link', hasPassword: false });
    const own = {
      cookie: String(opened.headers['set-cookie']).split(';')[0] ?? '',
      'x-tidewatch-csrf': opened.json().csrf,
    };
    expect((await ask('PUT', '/session/password', { password: 'short' }, own)).json().code).toBe(
      'PASSWORD_WEAK',
    );
    expect((await ask('PUT', '/session/password', { password }, own)).status).toBe(204);
    const session = await logIn('alice');
    expect([session.status, session.json().method]).toEqual([200, 'password']);
    const change = (body: object) => ask('PUT', '/session/password', body, session.headers);
    const next = { password: 'four large boats at dawn' };
    expect((await change(next)).json().code).toBe('PASSWORD_ASKED');
    expect((await change({ ...next, current: 'wrong' })).json().code).toBe('PASSWORD_WRONG');
    expect((await change({ ...next, current: password })).status).toBe(204);
    expect(JSON.stringify([await server.audit(), server.logged])).not.toContain('boats');
  });

  it('is slowed who guesses, from wherever', async () => {
    await server.control.users.setPassword('admin', password);
    const from = async (address: string, user: string) =>
      (
        await server.api.inject({
          method: 'POST',
          url: '/api/session',
          remoteAddress: address,
          payload: { user, password: 'guess' },
        })
      ).statusCode;
    const statuses: number[] = [];
    for (let address = 0; address < 31; address++) statuses.push(await from(`192.0.2.${address}`, 'admin'));
    expect(statuses).toEqual([...Array(30).fill(401), 429]);
    expect(await from('192.0.2.99', 'nobody')).toBe(401);
    expect(await lastAudit()).toMatchObject({
      who: 'anonymous',
      action: 'session.refused',
      target: 'LOGIN_REFUSED',
      detail: { address: '192.0.2.99', method: 'password' },
    });
    // Not who logged in before in the browser they use, who guesses no more there than from an address.
    const { token } = await server.control.createLoginLink({ user: 'admin' });
    const opened = await ask('POST', '/session', { token }, {});
    const device = String(opened.headers['set-cookie']).match(/tidewatch_device=[\w-]{43}/)?.[0] ?? '';
    const at = { method: 'POST', url: '/api/session', remoteAddress: '192.0.2.1' } as const;
    const known = async (given: string, user = 'admin') =>
      server.api.inject({ ...at, headers: { cookie: device }, payload: { user, password: given } });
    expect(await from('192.0.2.98', 'admin')).toBe(429);
    const answer = await known(password);
    expect([answer.statusCode, String(answer.headers['set-cookie'])]).toEqual([
      200,
      expect.not.stringContaining('tidewatch_device'),
    ]);
    const more: number[] = [];
    for (let i = 0; i < 10; i++) more.push((await known('guess')).statusCode);
    expect(more).toEqual([...Array(9).fill(401), 429]);
    expect((await known(password, 'nobody')).statusCode).toBe(401);
    const site: number[] = [];
    for (let host = 1; host <= 11; host++) site.push(await from(`2001:db8::${host}`, `user${host}`));
    expect(site).toEqual([...Array(10).fill(401), 429]);
    expect(await from('2001:db8:0:1::1', 'nobody')).toBe(401);
  });
});

describe('administrators', () => {
  it('change what others may do at once, and nothing of themselves', async () => {
    const analyst = await server.logIn('analyst');
    expect((await ask('PUT', '/users/analyst', { roles: ['viewer'] })).json().roles).toEqual(['viewer']);
    expect((await ask('GET', '/session', undefined, analyst)).json().roles).toEqual(['viewer']);
    expect((await ask('PUT', '/users/analyst', { disabled: true })).json()).toMatchObject({ sessions: 0 });
    expect((await ask('GET', '/session', undefined, analyst)).status).toBe(401);
    for (const [method, body] of [['PUT', { disabled: true }], ['DELETE']] as const)
      expect((await ask(method, '/users/admin', body)).json().code).toBe('SELF_CHANGE');
    expect((await ask('DELETE', '/users/analyst')).status).toBe(204);
    expect(await lastAudit()).toMatchObject({
      who: 'admin',
      action: 'users.remove',
      target: '/api/users/analyst',
    });
    expect((await ask('PUT', '/users/analyst', {})).json().code).toBe('USER_UNKNOWN');
  });

  it.each([
    [{ id: 'a b', name: 'x', roles: ['viewer'] }, 400, 'REQUEST_INVALID'],
    [{ id: 'Local-Admin', name: 'x', roles: ['viewer'] }, 400, 'USER_INVALID'],
    [{ id: 'bob', name: 'x', roles: [] }, 400, 'REQUEST_INVALID'],
    [{ id: 'bob', name: 'x', roles: ['root'] }, 400, 'REQUEST_INVALID'],
    [{ id: 'bob', name: 'x', roles: ['viewer'], password }, 400, 'REQUEST_INVALID'],
    [{ id: 'admin', name: 'x', roles: ['viewer'] }, 409, 'USER_EXISTS'],
    [{ id: 'bob', name: 'x', roles: ['viewer'], reach: { dataClasses: ['secret'] } }, 400, 'CLASS_UNKNOWN'],
  ])('do not make %j', async (body, status, code) => {
    const answer = await ask('POST', '/users', body);
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });

  it('leave names and roles of external users to who vouches for them', async () => {
    await server.control.signIn({ subject: 's', id: 'carol', name: 'Carol', roles: ['viewer'] });
    expect((await ask('PUT', '/users/carol', { roles: ['admin'] })).json().code).toBe('USER_EXTERNAL');
    expect((await ask('PUT', '/users/carol', { reach: { dataClasses: [] } })).json().reach).toEqual({
      dataClasses: [],
    });
    expect((await server.control.users.get('carol'))?.external).toBe(true);
  });
});

describe('who sees some classes only', () => {
  it('finds, changes and hears of nothing else', async () => {
    const classes = ['unapproved', 'network'].map((name) => ({ name, readers: ['viewer'] }));
    const ofUseCases = (names: readonly string[]) => (names.includes('ssh') ? ['network'] : []);
    const match = { ...logonMatch(start - 1_000, 'db-1', 1), dataClass: 'network' };
    const alerts = memoryAlerts([match, logonMatch(start - 500, 'db-2', 2)]);
    const narrow = await startApi({ dataClasses: { all: classes, ofUseCases }, alerts });
    const headers = await narrow.logIn('analyst');
    const everything = await narrow.logIn('admin');
    const list = async (as: Record<string, string>) =>
      (await narrow.api.inject({ url: '/api/alerts', headers: as })).json().items as { id: string }[];
    const all = await list(everything);
    const user = { id: 'analyst', name: 'x', roles: ['analyst'] } as const;
    await narrow.control.users.save({ ...user, reach: { useCases: ['ssh'] } });
    const own = await list(headers);
    expect([all.length, own.length]).toEqual([2, 1]);
    const change = await narrow.api.inject({
      ...{ method: 'POST', url: '/api/alerts/actions', headers },
      payload: { ids: all.map(({ id }) => ({ id })), action: { action: 'acknowledge' } },
    });
    expect(change.json()).toMatchObject({
      changed: [{ id: own[0]?.id }],
      conflicts: [all.find(({ id }) => id !== own[0]?.id)?.id],
    });
    const both = await narrow.api.inject({
      ...{ method: 'POST', url: '/api/alerts/actions', headers: everything },
      payload: { ids: all.map(({ id }) => ({ id })), action: { action: 'acknowledge' } },
    });
    const undone = await narrow.api.inject({
      ...{ method: 'POST', url: '/api/alerts/undo', headers },
      payload: { changeId: both.json().changeId },
    });
    expect(undone.json()).toMatchObject({ changed: [{ id: own[0]?.id }], conflicts: [] });
    const letters = await narrow.api.inject({ url: '/api/dead-letters', headers });
    expect([letters.statusCode, letters.json().code]).toEqual([403, 'REACH_NARROW']);
    const others = await narrow.api.inject({ url: '/api/exceptions', headers });
    expect(others.json().code).toBe('REACH_NARROW');
    const trial = await narrow.api.inject({
      ...{ method: 'POST', url: '/api/rules/backtests', headers: everything },
      payload: { source: 'title: x' },
    });
    for (const at of [`rules/backtests/${trial.json().id}`, 'detectors/runs/run-1'])
      for (const [as, status] of [
        [everything, 200],
        [headers, 404],
      ] as const)
        expect((await narrow.api.inject({ url: `/api/${at}`, headers: as })).statusCode).toBe(status);
    await narrow.control.users.save({
      id: 'admin',
      name: 'x',
      roles: ['admin'],
      reach: { useCases: ['ssh'] },
    });
    for (const [method, url, payload] of [
      ['POST', '/api/users', { id: 'eve', name: 'x', roles: ['admin'] }],
      ['PUT', '/api/users/analyst', { reach: {} }],
      ['POST', '/api/users/analyst/login-links', undefined],
      ['GET', '/api/audit', undefined],
      ['GET', '/api/audit/export?format=csv&reason=case+7', undefined],
      ['GET', '/api/audit/verify', undefined],
      ['POST', '/api/originals/find', { pseudonyms: ['p1'] }],
      ['POST', '/api/originals/erase', { pseudonyms: ['p1'], reason: 'asked for' }],
    ] as const) {
      const lets = { method, url, headers: everything, ...(payload && { payload }) };
      expect((await narrow.api.inject(lets)).json().code).toBe('REACH_NARROW');
    }
    await narrow.control.users.save({ id: 'admin', name: 'x', roles: ['admin'], reach: {} });
    const fieldsOf = async (as: Record<string, string>) =>
      (await narrow.api.inject({ url: '/api/privacy/fields?source=syslog', headers: as })).json().events;
    const engineer = await narrow.logIn('engineer');
    const seen = await fieldsOf(engineer);
    await narrow.control.users.save({
      ...user,
      id: 'engineer',
      roles: ['engineer'],
      reach: { useCases: [] },
    });
    expect([seen, await fieldsOf(engineer)]).toEqual([3, 0]);
    const job = await narrow.api.inject({
      ...{ method: 'POST', url: '/api/alerts/jobs', headers: everything },
      payload: { filter: {}, action: { action: 'acknowledge' } },
    });
    const { id } = job.json();
    const ended = await narrow.api.inject({ method: 'DELETE', url: `/api/alerts/jobs/${id}`, headers });
    expect([job.statusCode, ended.statusCode]).toEqual([202, 404]);
    await narrow.stop();
  });
});

describe('API keys', () => {
  const make = async (body: object, headers = admin) =>
    (
      await ask('POST', '/keys', { name: 'export', scopes: ['alerts:read'], days: 1, ...body }, headers)
    ).json();
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}`, host: 'localhost:8420' });

  it('act for their user, until they end', async () => {
    const { id, secret } = await make({});
    const found = await ask('GET', '/alerts', undefined, bearer(secret));
    expect([found.status, found.json().items.length]).toEqual([200, 2]);
    expect(await lastAudit()).toMatchObject({
      who: 'admin',
      action: 'alerts.search',
      detail: { apiKey: id },
    });
    expect((await ask('GET', '/keys')).json().keys).toMatchObject([
      { id, state: 'active', lastUsedAt: start },
    ]);
    server.time.now += day;
    expect((await ask('GET', '/alerts', undefined, bearer(secret))).json().code).toBe('KEY_INVALID');
    expect(JSON.stringify(await server.audit())).not.toContain(secret);
  });

  it('of others are seen and ended by administrators alone', async () => {
    const engineer = await server.logIn('engineer');
    const own = await make({}, engineer);
    const other = await make({});
    const listed = async (headers: Record<string, string>) =>
      (await ask('GET', '/keys', undefined, headers)).json().keys.map(({ id }: { id: string }) => id);
    expect([await listed(engineer), (await listed(admin)).length]).toEqual([[own.id], 2]);
    expect((await ask('DELETE', `/keys/${other.id}`, undefined, engineer)).json().code).toBe('KEY_UNKNOWN');
    expect((await ask('DELETE', `/keys/${own.id}`)).status).toBe(204);
    expect((await ask('GET', '/alerts', undefined, bearer(own.secret))).status).toBe(401);
  });

  it.each([
    [{ scopes: ['everything'] }, 'SCOPE_UNKNOWN'],
    [{ scopes: ['users:write'] }, 'SCOPE_UNKNOWN'],
    [{ user: 'engineer' }, 'KEY_OWNER'],
    [{ days: 400 }, 'REQUEST_INVALID'],
  ])('are not made with %j', async (body, code) => expect((await make(body)).code).toBe(code));

  it('change nothing in a browser’s name: a cookie beside them counts for nothing', async () => {
    const { secret } = await make({ scopes: ['alerts:read'] });
    const answer = await ask('DELETE', '/demo', undefined, { ...admin, ...bearer(secret) });
    expect(answer.json().code).toBe('KEY_CLOSED');
  });
});
