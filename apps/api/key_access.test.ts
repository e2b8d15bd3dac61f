import { roles } from '@tidewatch/control';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cells } from './access.fixture.ts';
import { createRequests, makeKey, statusOf } from './requests.fixture.ts';
import { routes } from './routes/index.ts';
import { keyScopeOf, keyScopes } from './security/key_scope.ts';
import { adminToken, startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let ask: ReturnType<typeof createRequests>;
beforeAll(async () => {
  server = await startApi();
  await server.control.createLoginLink({ user: 'admin' });
  ask = createRequests(server);
});
afterAll(() => server.stop());

const scopes = keyScopes(routes);

describe('API keys', () => {
  it.each(roles)(
    'a key of %s with all scopes opens what is theirs, and nothing that is for people',
    async (role) => {
      await server.logIn(role);
      const { secret } = await makeKey(server, role, scopes);
      for (const [name, , may] of cells.filter(([, who]) => who === role)) {
        const answer = await ask(name, { authorization: `Bearer ${secret}` }, role);
        const closed = /^(?:session|users|keys|demo)\./.test(name);
        if (closed || !may) expect(answer.json().code, name).toBe(closed ? 'KEY_CLOSED' : 'ROLE_MISSING');
        // What others in this walk have done away with is not there any more.
        else expect([200, 202, 204, 404, 409], `${name}: ${answer.body}`).toContain(answer.statusCode);
      }
    },
  );

  it('opens no route to a key that lacks its scope alone', async () => {
    await server.logIn('admin');
    for (const route of routes) {
      const scope = keyScopeOf(route);
      if (scope === undefined || route.name === 'live.read') continue;
      const { secret } = await makeKey(
        server,
        'admin',
        scopes.filter((one) => one !== scope),
      );
      const answer = await ask(route.name, { authorization: `Bearer ${secret}` });
      expect([answer.statusCode, answer.json()], route.name).toEqual([
        403,
        { code: 'KEY_SCOPE', message: expect.stringContaining(scope), details: { scope } },
      ]);
    }
  });
});

describe('the admin token', () => {
  it.each(['', 'Bearer ', 'Bearer wrong', adminToken, `Basic ${adminToken}`])(
    'does not take %j for the admin token',
    async (authorization) => {
      expect((await ask('admin.reset', { authorization })).statusCode).toBe(401);
    },
  );

  it('takes the admin token for users, keys, the audit log, dead letters, the archive, originals, the disk, enrichment, forecasts, models, detectors, features, parsers, lists and changes of alerts, backtests, writing rules and use-cases, and for nothing else that asks for a session', async () => {
    const authorization = `Bearer ${adminToken}`;
    for (const { name, policy } of routes) {
      if (policy.kind !== 'session' || name === 'live.read') continue;
      const { statusCode } = await ask(name, { authorization });
      const done = statusOf(name);
      // It belongs to nobody, and so has to say for whom a key is.
      if (name.startsWith('keys.')) expect(statusCode, name).toBe(name === 'keys.add' ? 400 : done);
      else
        expect(statusCode, name).toBe(
          /^users\.|^audit\.|^dead_letters\.|^archive\.|^originals\.|^disk\.|^enrichment\.|^forecasts\.|^models\.|^detectors\.|^features\.|^parsers\.|^usecases\.|^alerts\.(?:search|get|groups|change|undo|job)|^rules\.(?:backtest|check|put|release|remove|restore)/.test(
            name,
          )
            ? done
            : 401,
        );
    }
    expect((await ask('dead_letters.list', { authorization: 'Bearer wrong' })).json().code).toBe(
      'ADMIN_TOKEN_INVALID',
    );
    const noted = (await server.audit()).find(({ action }) => action === 'dead_letters.drop');
    expect(noted).toMatchObject({ who: 'local-admin', detail: { ids: ['0-7'], reason: 'noise' } });
  });

  it('keeps the administration shut where there is no token', async () => {
    const other = await startApi({ adminToken: undefined } as never);
    const url = '/api/admin/reset';
    const answer = await other.api.inject({
      method: 'POST',
      url,
      headers: { authorization: 'Bearer undefined' },
    });
    await other.stop();
    expect(answer.json().code).toBe('ADMIN_TOKEN_INVALID');
  });
});
