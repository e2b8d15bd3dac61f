import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adminToken, startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let headers: Record<string, string>;
beforeEach(async () => {
  server = await startApi();
  headers = await server.logIn('analyst');
});
afterEach(() => server.stop());

const inject = (method: 'GET' | 'POST' | 'DELETE', url: string, more: object = {}) =>
  server.api.inject({ method, url, headers, ...more });
/** The reads of others are noted, too. */
const noted = async () => {
  await nextTurn();
  return (await server.audit())
    .filter(({ action }) => /refused|failed/.test(action))
    .map(({ who, action, target, detail }) => ({ who, action, target, detail }));
};

it('leaves a row of what was refused to somebody known, and of what failed', async () => {
  const { secret, key } = await server.control.keys.add({
    ...{ user: 'analyst', name: 'k', scopes: ['rules:read'], expiresAt: server.time.now + 1_000 },
  });
  const change = { ids: [{ id: 'a' }], action: { action: 'acknowledge' } };
  expect((await inject('GET', '/api/users')).statusCode).toBe(403);
  expect((await inject('GET', '/api/alerts/none')).statusCode).toBe(404);
  server.deps.alerts.change = async () => {
    throw new Error('The disk is full.');
  };
  expect((await inject('POST', '/api/alerts/actions', { payload: change })).statusCode).toBe(500);
  await inject('POST', '/api/alerts/actions', {
    payload: change,
    headers: { ...headers, origin: 'http://x' },
  });
  await inject('GET', '/api/alerts', { headers: { authorization: `Bearer ${secret}` } });
  await inject('GET', '/api/alerts', { headers: { authorization: 'Bearer tidewatch_guess' } });
  await inject('POST', '/api/admin/reset', { headers: { authorization: `Bearer ${adminToken}x` } });
  // Nobody known, and no secret; and a typing error.
  await inject('GET', '/api/alerts', { headers: {} });
  await inject('GET', '/api/alerts?q=%28');
  const address = '127.0.0.1';
  expect((await noted()).reverse()).toEqual([
    {
      ...{ who: 'analyst', action: 'users.list.refused', target: '/api/users' },
      detail: { address, code: 'ROLE_MISSING' },
    },
    {
      ...{ who: 'analyst', action: 'alerts.get.failed', target: '/api/alerts/none' },
      detail: { address, code: 'ALERT_UNKNOWN' },
    },
    {
      ...{ who: 'analyst', action: 'alerts.change.failed', target: '/api/alerts/actions' },
      detail: { ...change, address, code: 'INTERNAL' },
    },
    {
      ...{ who: 'analyst', action: 'alerts.change.refused', target: '/api/alerts/actions' },
      detail: { address, code: 'ORIGIN_FOREIGN' },
    },
    {
      ...{ who: 'analyst', action: 'alerts.search.refused', target: '/api/alerts' },
      detail: { address, apiKey: key.id, code: 'KEY_SCOPE' },
    },
    {
      ...{ who: 'anonymous', action: 'alerts.search.refused', target: '/api/alerts' },
      detail: { address, code: 'KEY_INVALID' },
    },
    {
      ...{ who: 'anonymous', action: 'admin.reset.refused', target: '/api/admin/reset' },
      detail: { address, code: 'ADMIN_TOKEN_INVALID' },
    },
  ]);
});

it('counts what is repeated, so that a flood stays small', async () => {
  for (let i = 0; i < 200; i++) await inject('GET', `/api/alerts/guess-${i}`);
  expect(await noted()).toHaveLength(1);
  server.time.now += 60_000;
  await inject('GET', '/api/alerts/guess-again');
  expect(await noted()).toEqual([
    expect.objectContaining({ target: '/api/alerts/guess-again' }),
    {
      who: 'analyst',
      action: 'alerts.get.failed',
      target: '',
      detail: { code: 'ALERT_UNKNOWN', again: 199 },
    },
    expect.objectContaining({ target: '/api/alerts/guess-0' }),
  ]);
});
