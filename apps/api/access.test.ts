import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowed, cells, closed } from './access.fixture.ts';
import { guard } from './guard.ts';
import { createRequests, statusOf } from './requests.fixture.ts';
import type { Api } from './route.ts';
import { routes } from './routes/index.ts';
import { startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let ask: ReturnType<typeof createRequests>;
beforeAll(async () => {
  server = await startApi();
  await server.control.createLoginLink({ user: 'admin' });
  ask = createRequests(server);
});
afterAll(() => server.stop());

describe('routes and roles (S2)', () => {
  it('are all in the matrix', () => {
    expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(allowed).sort());
    for (const { name, policy } of routes) {
      const kind = { public: 'public', session: 'session', metrics: 'metrics', admin_token: 'admin token' }[
        policy.kind
      ];
      const wanted = allowed[name];
      expect(kind, name).toBe(typeof wanted === 'string' ? wanted : 'session');
      if (policy.kind === 'session')
        expect([...policy.roles].sort(), name).toEqual([...(wanted ?? [])].sort());
    }
  });

  it.each(closed)('%s is shut without a session', async (name, who) => {
    const answer = await ask(name, { 'x-tidewatch-csrf': 'guess' });
    expect([answer.statusCode, answer.json().code]).toEqual([
      401,
      who === 'admin token' ? 'ADMIN_TOKEN_INVALID' : 'SESSION_MISSING',
    ]);
  });

  it.each(cells)('%s for %s: %s', async (name, role, may) => {
    const headers = await server.logIn(role);
    const answer = await ask(name, headers, role);
    if (!may) return expect([answer.statusCode, answer.json().code]).toEqual([403, 'ROLE_MISSING']);
    // The privacy officer may ask, but sees no event and no alert.
    const hidden =
      role === 'privacy_officer' &&
      ['alerts.get', 'alerts.related', 'alerts.prevalence', 'events.get'].includes(name);
    expect(answer.statusCode, answer.body).toBe(hidden ? 404 : statusOf(name));
  });

  it('shows the privacy officer that nothing is theirs to read', async () => {
    const headers = await server.logIn('privacy_officer');
    for (const name of ['alerts.search', 'events.search'])
      expect((await ask(name, headers)).json(), name).toMatchObject({ items: [], total: 0 });
  });

  it('takes a role away at once', async () => {
    const headers = await server.logIn('analyst');
    await server.control.users.save({ id: 'analyst', name: 'analyst', roles: ['viewer'] });
    expect((await ask('alerts.change', headers)).json().code).toBe('ROLE_MISSING');
  });
});

describe('the audit log (V6)', () => {
  it('hears of every route but those that show no content of events, or write for themselves', () => {
    const own = routes.filter(
      ({ audit, policy }) => audit === 'own' && policy.kind !== 'public' && policy.kind !== 'metrics',
    );
    expect(own.map(({ name }) => name)).toEqual([
      'session.get',
      'session.password',
      'session.close',
      'alerts.export',
      'alerts.job_get',
      'cases.owners',
      'cases.export',
      'views.searches',
      'views.note_search',
      'views.forget_searches',
      'events.export',
      'rules.list',
      'rules.coverage',
      'rules.get',
      'rules.backtest_get',
      'rules.check',
      'usecases.list',
      'usecases.get',
      'parsers.list',
      'parsers.get',
      'parsers.parse',
      'parsers.test',
      'parsers.suggest',
      'health.get',
      'disk.get',
      'enrichment.get',
      'forecasts.list',
      'forecasts.get',
      'models.list',
      'models.get',
      'models.upload',
      'detectors.list',
      'detectors.get',
      'detectors.run_get',
      'detectors.estimate',
      'features.export',
      'dead_letters.totals',
      'dead_letters.jobs',
      'dead_letters.job',
      'live.read',
      'audit.export',
    ]);
  });
});

describe('a route without a policy', () => {
  it('does not start', async () => {
    const app = fastify();
    guard(app, {} as Api);
    expect(() => app.get('/api/open', async () => 'x')).toThrowError(
      expect.objectContaining({ code: 'ROUTE_WITHOUT_POLICY' }),
    );
    await app.close();
  });
});
