import { roles } from '@tidewatch/control';
import fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guard } from './guard.ts';
import type { Api } from './route.ts';
import { routes } from './routes/index.ts';
import { keyScopeOf, keyScopes } from './security/key_scope.ts';
import { adminToken, startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let alertId: string;
let keyId: string;
let made = 0;
let exceptionId: string;
let caseId: string;
let viewId: string;
let caseChangeId: string;
beforeAll(async () => {
  server = await startApi();
  const { items } = await server.deps.alerts.search(
    { range: { from: 0, to: Number.MAX_SAFE_INTEGER }, sort: 'newest', limit: 1 },
    { principal: 'test', dataClasses: 'all' },
  );
  alertId = items[0]?.id ?? '';
});
// An analyst removes only what they made.
beforeEach(async () => {
  const scope = { principal: 'test', dataClasses: 'all' } as const;
  const filter = { text: '', range: { from: 0, to: 1 } };
  const action = { action: 'reopen' } as const;
  alertJob = (await server.deps.alertJobs.start({ filter, scope, action })).id;
  endedJob = (await server.deps.alertJobs.start({ filter, scope, action })).id;
  await server.deps.alertJobs.cancel(endedJob);
  await server.control.createLoginLink({ user: 'admin' });
  await server.control.users.save({ id: 'somebody', name: 'Somebody', roles: ['viewer'] });
  const exception = await server.deps.exceptions.add({
    rules: ['rule-1'],
    conditions: [{ field: 'host.name', values: ['db-1'] }],
    reason: 'noise',
    by: 'analyst',
  });
  const fields = { title: 'Passwords', severity: 'high', owner: null, alerts: [] } as const;
  caseId = (await server.control.cases.open(fields, 'admin')).case.id;
  exceptionId = exception.ok ? exception.exception.id : '';
  for (const source of ['title: one', 'title: two']) {
    await server.deps.ruleDesk.put('kept-1', source, () => true);
    await server.deps.useCases.put('case-1', source, () => true, { may: 'nobody' });
  }
});
afterAll(() => server.stop());

/** A request that each route takes, were it allowed. */
const bodies: Readonly<Record<string, () => object>> = {
  'cases.add': () => ({ title: 'Passwords' }),
  'cases.undo': () => ({ changeId: caseChangeId }),
  'cases.change': () => ({ version: 1, title: 'Other' }),
  'cases.note': () => ({ note: 'seen' }),
  'cases.add_alerts': () => ({ ids: [alertId] }),
  'cases.add_found': () => ({ filter: {} }),
  'cases.remove_alerts': () => ({ ids: [alertId] }),
  'views.add': () => ({ page: 'alerts', name: `view ${made++}`, state: '' }),
  'views.default': () => ({ page: 'alerts', view: null }),
  'views.change': () => ({ name: `view ${made++}` }),
  'views.note_search': () => ({ page: 'alerts', q: 'status: open' }),
  'session.password': () => ({ password: 'three small boats at noon' }),
  'users.add': () => ({ id: `new-${made++}`, name: 'New', roles: ['viewer'] }),
  'users.change': () => ({ name: 'Other' }),
  'keys.add': () => ({ name: 'k', scopes: ['rules:read'], days: 1 }),
  'session.open': () => ({ token: 'unknown' }),
  'alerts.change': () => ({ ids: [{ id: alertId }], action: { action: 'acknowledge' } }),
  'alerts.undo': () => ({ changeId: 'none' }),
  'alerts.job_preview': () => ({ filter: {} }),
  'alerts.job_start': () => ({ filter: { q: 'status: open' }, action: { action: 'acknowledge' } }),
  'exceptions.preview': () => ({
    rules: ['rule-1'],
    conditions: [{ field: 'host.name', values: ['db-1'] }],
  }),
  'exceptions.add': () => ({
    rules: ['rule-1'],
    conditions: [{ field: 'host.name', values: ['db-1'] }],
    reason: 'noise',
  }),
  'originals.find': () => ({ pseudonyms: ['p1-20261101-0'] }),
  'originals.erase': () => ({ pseudonyms: ['p1-20261101-0'], reason: 'asked for it' }),
  'archive.restore': () => ({ class: 'auth', from: 'now-30d' }),
  'admin.login_link': () => ({ user: 'admin' }),
  'features.export': () => ({ from: 'now-1d', purpose: 'for the test' }),
  'rules.backtest': () => ({ source: 'title: x' }),
  'rules.put': () => ({ source: 'title: x' }),
  'rules.check': () => ({ source: 'title: x' }),
  'session.zone': () => ({ zone: 'UTC' }),
  'usecases.put': () => ({ source: 'title: x' }),
  'dead_letters.replay': () => ({ ids: ['0-7'] }),
  'dead_letters.drop': () => ({ ids: ['0-7'], reason: 'noise' }),
  'dead_letters.restore': () => ({ ids: ['0-7'] }),
  'parsers.parse': () => ({ text: 'a' }),
  'detectors.put': () => ({ source: 'id: logons' }),
  'detectors.run': () => ({}),
  'detectors.estimate': () => ({ source: 'id: logons' }),
  'detectors.normal_add': () => ({
    features: [{ feature: 'logons', direction: 'above', absolute: 5 }],
    reason: 'a nightly job',
  }),
  'detectors.normal_effect': () => ({ features: [{ feature: 'logons', direction: 'above', absolute: 5 }] }),
  'models.upload': () => ({ offset: 0, content: 'YQ==' }),
  'models.backtest': () => ({}),
  'models.promote': () => ({ to: 'shadow', why: 'to see' }),
  'models.retire': () => ({ why: 'too loud' }),
  'models.rollback': () => ({ why: 'too loud' }),
  'parsers.test': () => ({ parser: 'a', tests: 'b' }),
  'parsers.suggest': () => ({ text: 'a' }),
};
const tryRule = () => {
  const scope = { principal: 'test', dataClasses: 'all' } as const;
  return server.deps.backtests.start({ asked: { source: 'title: x' }, range: { from: 0, to: 1 }, scope }).id;
};
const workOnLetters = () =>
  server.deps.deadLetters.start({ verb: 'replay', choice: { ids: ['0-7'] }, by: 'test' }).id;
let alertJob = '';
let endedJob = '';
const ids: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(
    ['get', 'change', 'note', 'alerts', 'add_alerts', 'add_found', 'remove_alerts', 'export'].map((verb) => [
      `cases.${verb}`,
      () => caseId,
    ]),
  ),
  'views.change': () => viewId,
  'views.remove': () => viewId,
  'users.change': () => 'somebody',
  'users.remove': () => 'somebody',
  'users.link': () => 'somebody',
  'users.log_out': () => 'somebody',
  'keys.remove': () => keyId,
  'alerts.job_get': () => alertJob,
  'alerts.job_undo': () => endedJob,
  'alerts.job_cancel': () => alertJob,
  'alerts.get': () => alertId,
  'alerts.related': () => alertId,
  'alerts.prevalence': () => alertId,
  'events.get': () => server.events[0]?.event.id ?? '',
  'rules.get': () => 'rule-1',
  'exceptions.remove': () => exceptionId,
  'parsers.get': () => 'nginx.error',
  'forecasts.get': () => 'events_per_minute',
  'detectors.get': () => 'logons',
  'detectors.put': () => 'logons',
  'detectors.remove': () => 'logons',
  'detectors.run': () => 'logons',
  'detectors.run_get': () => 'run-1',
  'detectors.run_cancel': () => 'run-1',
  'detectors.history': () => 'logons',
  'detectors.entities': () => 'logons',
  'detectors.series': () => 'logons',
  'detectors.normal': () => 'logons',
  'detectors.normal_effect': () => 'logons',
  'detectors.normal_add': () => 'logons',
  'detectors.normal_remove': () => 'logons',
  'detectors.suggestions': () => 'logons',
  'models.get': () => 'odd-lines',
  'models.scores': () => 'odd-lines',
  'models.upload': () => 'odd-lines',
  'models.add': () => 'odd-lines',
  'models.backtest': () => 'odd-lines',
  'models.promote': () => 'odd-lines',
  'models.retire': () => 'odd-lines',
  'models.rollback': () => 'odd-lines',
  'forecasts.acknowledge': () => 'events_per_minute',
  'rules.release': () => 'rule-1',
  'rules.put': () => 'kept-1',
  'rules.check': () => 'kept-1',
  'usecases.get': () => 'case-1',
  'usecases.put': () => 'case-1',
  'usecases.remove': () => 'case-1',
  'usecases.restore': () => 'case-1',
  'rules.remove': () => 'kept-1',
  'rules.restore': () => 'kept-1',
  'rules.backtest_get': tryRule,
  'rules.backtest_cancel': tryRule,
  'dead_letters.get': () => '0-7',
  'dead_letters.job': workOnLetters,
  'dead_letters.cancel': workOnLetters,
};
const queries: Readonly<Record<string, string>> = {
  'audit.export': '?reason=for+the+test',
  'events.export': '?reason=for+the+test',
  'alerts.export': '?reason=for+the+test',
  'cases.export': '?reason=for+the+test',
  'views.searches': '?page=alerts',
  'events.top': '?field=host.name',
  'detectors.series': `?entity=${encodeURIComponent('["alice"]')}`,
  'events.complete': '?text=a',
  'alerts.complete': '?text=a',
  'cases.complete': '?text=a',
  'alerts.groups': '?by=rule.id',
  'entities.get': '?field=host.name&value=db-1',
  'privacy.fields': '?source=syslog',
};

const ask = (name: string, headers: Record<string, string>) => {
  const row = routes.find((one) => one.name === name);
  if (row === undefined) throw new Error(name);
  const body = bodies[name]?.();
  return server.api.inject({
    method: row.method,
    url:
      row.url
        .replace(/:id|:name/, ids[name]?.() ?? '')
        .replace(':version', '1')
        .replace(':normal', '7d0f3c0a-55d1-4d3f-9a5c-0d9b8b6f2a11')
        .replace(':file', 'card.md') + (queries[name] ?? ''),
    headers: { host: 'localhost:8420', ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
};

const makeKey = (user: string, scopes: readonly string[]) =>
  server.control.keys.add({ user, name: 'test', scopes, expiresAt: server.time.now + 60_000 });
/** Answer that it is done, and nothing more. */
const silent: ReadonlySet<string> = new Set(
  routes
    .filter(({ schemas, produces }) => schemas.answer === undefined && produces === undefined)
    .map(({ name }) => name),
);

const triagers = ['analyst', 'engineer', 'admin'];
const readers = ['viewer', 'analyst', 'engineer', 'privacy_officer', 'admin'];
/** Who may use what: the promise, written a second time. The live stream never ends, so live.test.ts asks for it. */
const allowed: Readonly<Record<string, readonly string[] | 'public' | 'metrics' | 'admin token'>> = {
  'session.get': readers,
  'session.open': 'public',
  'session.methods': 'public',
  'session.password': readers,
  'session.close': readers,
  'oidc.depart': 'public',
  'oidc.arrive': 'public',
  'users.list': ['admin'],
  'users.add': ['admin'],
  'users.change': ['admin'],
  'users.remove': ['admin'],
  'users.link': ['admin'],
  'users.log_out': ['admin'],
  'keys.list': ['engineer', 'admin'],
  'keys.add': ['engineer', 'admin'],
  'keys.remove': ['engineer', 'admin'],
  'audit.search': ['privacy_officer', 'admin'],
  'audit.export': ['privacy_officer', 'admin'],
  'audit.verify': ['privacy_officer', 'admin'],
  'alerts.search': readers,
  'alerts.histogram': readers,
  'alerts.export': readers,
  'alerts.totals': readers,
  'alerts.get': readers,
  'alerts.related': readers,
  'alerts.prevalence': readers,
  'alerts.change': ['analyst', 'engineer', 'admin'],
  'alerts.undo': ['analyst', 'engineer', 'admin'],
  'alerts.groups': readers,
  'alerts.job_preview': ['analyst', 'engineer', 'admin'],
  'alerts.job_start': ['analyst', 'engineer', 'admin'],
  'alerts.jobs': ['analyst', 'engineer', 'admin'],
  'alerts.job_get': ['analyst', 'engineer', 'admin'],
  'alerts.job_undo': ['analyst', 'engineer', 'admin'],
  'alerts.job_cancel': ['analyst', 'engineer', 'admin'],
  'cases.list': triagers,
  'cases.owners': triagers,
  'cases.add': triagers,
  'cases.undo': triagers,
  'cases.get': triagers,
  'cases.change': triagers,
  'cases.note': triagers,
  'cases.alerts': triagers,
  'cases.add_alerts': triagers,
  'cases.add_found': triagers,
  'cases.remove_alerts': triagers,
  'cases.export': triagers,
  'views.list': readers,
  'views.add': readers,
  'views.default': readers,
  'views.change': readers,
  'views.remove': readers,
  'views.searches': readers,
  'views.note_search': readers,
  'views.forget_searches': readers,
  'events.search': readers,
  'events.export': readers,
  'events.histogram': readers,
  'events.top': readers,
  'events.fields': readers,
  'events.complete': readers,
  'session.zone': readers,
  'alerts.complete': readers,
  'cases.complete': triagers,
  'events.get': readers,
  'entities.get': readers,
  'privacy.fields': ['engineer', 'privacy_officer', 'admin'],
  'rules.list': readers,
  'rules.coverage': readers,
  'rules.verdicts': readers,
  'rules.get': readers,
  'rules.release': ['engineer', 'admin'],
  'rules.put': ['engineer', 'admin'],
  'rules.check': ['analyst', 'engineer', 'admin'],
  'rules.remove': ['engineer', 'admin'],
  'rules.restore': ['engineer', 'admin'],
  'usecases.list': readers,
  'usecases.get': readers,
  'usecases.put': ['engineer', 'privacy_officer', 'admin'],
  'usecases.remove': ['engineer', 'privacy_officer', 'admin'],
  'usecases.restore': ['engineer', 'privacy_officer', 'admin'],
  'parsers.list': readers,
  'parsers.get': readers,
  'parsers.parse': ['engineer', 'admin'],
  'parsers.test': ['engineer', 'admin'],
  'parsers.suggest': ['engineer', 'admin'],
  'exceptions.list': ['analyst', 'engineer', 'admin'],
  'exceptions.preview': ['analyst', 'engineer', 'admin'],
  'exceptions.add': ['analyst', 'engineer', 'admin'],
  'exceptions.remove': ['analyst', 'engineer', 'admin'],
  'rules.backtest': ['analyst', 'engineer', 'admin'],
  'rules.backtest_get': ['analyst', 'engineer', 'admin'],
  'rules.backtest_cancel': ['analyst', 'engineer', 'admin'],
  'health.get': readers,
  'disk.get': readers,
  'enrichment.get': readers,
  'detectors.list': readers,
  'detectors.get': readers,
  'detectors.put': ['engineer', 'admin'],
  'detectors.remove': ['engineer', 'admin'],
  'detectors.run': ['analyst', 'engineer', 'admin'],
  'detectors.run_get': ['analyst', 'engineer', 'admin'],
  'detectors.run_cancel': ['analyst', 'engineer', 'admin'],
  'detectors.history': readers,
  'detectors.estimate': ['engineer', 'admin'],
  'detectors.entities': readers,
  'detectors.series': readers,
  'detectors.normal': ['analyst', 'engineer', 'admin'],
  'detectors.normal_effect': ['analyst', 'engineer', 'admin'],
  'detectors.normal_add': ['analyst', 'engineer', 'admin'],
  'detectors.normal_remove': ['analyst', 'engineer', 'admin'],
  'detectors.suggestions': ['analyst', 'engineer', 'admin'],
  'models.list': readers,
  'models.get': readers,
  'models.scores': readers,
  'models.upload': ['engineer', 'admin'],
  'models.add': ['engineer', 'admin'],
  'models.backtest': ['engineer', 'admin'],
  'models.promote': ['engineer', 'admin'],
  'models.retire': ['engineer', 'admin'],
  'models.rollback': ['engineer', 'admin'],
  'forecasts.list': readers,
  'forecasts.get': readers,
  'forecasts.acknowledge': ['analyst', 'engineer', 'admin'],
  'features.export': ['engineer', 'admin'],
  'dead_letters.list': ['analyst', 'engineer', 'admin'],
  'dead_letters.totals': ['analyst', 'engineer', 'admin'],
  'dead_letters.get': ['analyst', 'engineer', 'admin'],
  'dead_letters.replay': ['engineer', 'admin'],
  'dead_letters.drop': ['engineer', 'admin'],
  'dead_letters.restore': ['engineer', 'admin'],
  'dead_letters.jobs': ['analyst', 'engineer', 'admin'],
  'dead_letters.job': ['analyst', 'engineer', 'admin'],
  'dead_letters.cancel': ['engineer', 'admin'],
  'archive.list': ['engineer', 'privacy_officer', 'admin'],
  'archive.restore': ['engineer', 'admin'],
  'originals.find': ['privacy_officer', 'admin'],
  'originals.erase': ['privacy_officer', 'admin'],
  'demo.remove': ['admin'],
  'live.read': readers,
  'admin.login_link': 'admin token',
  'admin.reset': 'admin token',
  metrics: 'metrics',
  'health.live': 'public',
  'health.ready': 'public',
};

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

  const closed = Object.entries(allowed).filter(([, who]) => who !== 'public' && who !== 'metrics');
  it.each(closed)('%s is shut without a session', async (name, who) => {
    const answer = await ask(name, { 'x-tidewatch-csrf': 'guess' });
    expect([answer.statusCode, answer.json().code]).toEqual([
      401,
      who === 'admin token' ? 'ADMIN_TOKEN_INVALID' : 'SESSION_MISSING',
    ]);
  });

  const cells = closed
    .filter(([name, who]) => typeof who !== 'string' && name !== 'live.read')
    .flatMap(([name, who]) => roles.map((role) => [name, role, who.includes(role)] as const));
  it.each(cells)('%s for %s: %s', async (name, role, may) => {
    const headers = await server.logIn(role);
    keyId = (await makeKey(role, ['rules:read'])).key.id;
    // People change what is theirs.
    if (name === 'views.change' || name === 'views.remove')
      viewId = (await server.control.views.add(role, { page: 'alerts', name, state: '', shared: false })).id;
    if (name === 'cases.undo') {
      const reader = { principal: role, dataClasses: 'all' } as const;
      caseChangeId = (await server.control.cases.note(caseId, 'seen', reader)).changeId ?? '';
    }
    const answer = await ask(name, headers);
    if (!may) return expect([answer.statusCode, answer.json().code]).toEqual([403, 'ROLE_MISSING']);
    // The privacy officer may ask, but sees no event and no alert.
    const hidden =
      role === 'privacy_officer' &&
      ['alerts.get', 'alerts.related', 'alerts.prevalence', 'events.get'].includes(name);
    const begun = routes.find((route) => route.name === name)?.status ?? 200;
    expect(answer.statusCode, answer.body).toBe(hidden ? 404 : silent.has(name) ? 204 : begun);
  });

  it('shows the privacy officer that nothing is theirs to read', async () => {
    const headers = await server.logIn('privacy_officer');
    for (const name of ['alerts.search', 'events.search'])
      expect((await ask(name, headers)).json(), name).toMatchObject({ items: [], total: 0 });
  });

  const scopes = keyScopes(routes);
  it.each(roles)(
    'a key of %s with all scopes opens what is theirs, and nothing that is for people',
    async (role) => {
      await server.logIn(role);
      const { secret } = await makeKey(role, scopes);
      for (const [name, , may] of cells.filter(([, who]) => who === role)) {
        const answer = await ask(name, { authorization: `Bearer ${secret}` });
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

  it('takes a role away at once', async () => {
    const headers = await server.logIn('analyst');
    await server.control.users.save({ id: 'analyst', name: 'analyst', roles: ['viewer'] });
    expect((await ask('alerts.change', headers)).json().code).toBe('ROLE_MISSING');
  });

  it.each(['', 'Bearer ', 'Bearer wrong', adminToken, `Basic ${adminToken}`])(
    'does not take %j for the admin token',
    async (authorization) => {
      expect((await ask('admin.reset', { authorization })).statusCode).toBe(401);
    },
  );

  it('takes the admin token for users, keys, the audit log, dead letters, the archive, originals, the disk, enrichment, forecasts, models, detectors, features, parsers, lists and changes of alerts, backtests, writing rules and use-cases, and for nothing else that asks for a session', async () => {
    const authorization = `Bearer ${adminToken}`;
    for (const { name, policy, status = 200 } of routes) {
      if (policy.kind !== 'session' || name === 'live.read') continue;
      keyId = (await makeKey('admin', ['rules:read'])).key.id;
      await server.control.users.save({ id: 'somebody', name: 'Somebody', roles: ['viewer'] });
      const { statusCode } = await ask(name, { authorization });
      const done = silent.has(name) ? 204 : status;
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
