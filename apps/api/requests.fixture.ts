import { routes } from './routes/index.ts';
import type { TestApi } from './server.fixture.ts';

const scope = { principal: 'test', dataClasses: 'all' } as const;
let made = 0;

/** A request that each route takes, were it allowed, on something made for it. */
export function createRequests(server: TestApi) {
  const { control, deps } = server;
  async function anAlert() {
    const search = { range: { from: 0, to: Number.MAX_SAFE_INTEGER }, sort: 'newest', limit: 1 } as const;
    return (await deps.alerts.search(search, scope)).items[0]?.id ?? '';
  }
  async function addCase() {
    const fields = { title: 'Passwords', severity: 'high', owner: null, alerts: [] } as const;
    return (await control.cases.open(fields, 'admin')).case.id;
  }
  // People change what is theirs.
  const addView = async (who: string) =>
    (await control.views.add(who, { page: 'alerts', name: `view ${made++}`, state: '', shared: false })).id;
  const addSomebody = async () =>
    (await control.users.save({ id: 'somebody', name: 'Somebody', roles: ['viewer'] })).id;
  const addKey = async (who: string) => (await makeKey(server, who, ['rules:read'])).key.id;
  const startJob = async () => {
    const filter = { text: '', range: { from: 0, to: 1 } };
    return (await deps.alertJobs.start({ filter, scope, action: { action: 'reopen' } })).id;
  };
  async function endJob() {
    const id = await startJob();
    await deps.alertJobs.cancel(id);
    return id;
  }
  // An analyst removes only what they made.
  async function addException() {
    const added = await deps.exceptions.add({
      rules: ['rule-1'],
      conditions: [{ field: 'host.name', values: ['db-1'] }],
      reason: 'noise',
      by: 'analyst',
    });
    return added.ok ? added.exception.id : '';
  }
  async function keepRule() {
    for (const source of ['title: one', 'title: two']) await deps.ruleDesk.put('kept-1', source, () => true);
    return 'kept-1';
  }
  async function keepUseCase() {
    for (const source of ['title: one', 'title: two'])
      await deps.useCases.put('case-1', source, () => true, { may: 'nobody' });
    return 'case-1';
  }
  const tryRule = () =>
    deps.backtests.start({ asked: { source: 'title: x' }, range: { from: 0, to: 1 }, scope }).id;
  const workOnLetters = () =>
    deps.deadLetters.start({ verb: 'replay', choice: { ids: ['0-7'] }, by: 'test' }).id;

  const bodies: Readonly<Record<string, (who: string) => object | Promise<object>>> = {
    'cases.add': () => ({ title: 'Passwords' }),
    'cases.undo': async (who) => {
      const reader = { principal: who, dataClasses: 'all' } as const;
      return { changeId: (await server.control.cases.note(await addCase(), 'seen', reader)).changeId ?? '' };
    },
    'cases.change': () => ({ version: 1, title: 'Other' }),
    'cases.note': () => ({ note: 'seen' }),
    'cases.add_alerts': async () => ({ ids: [await anAlert()] }),
    'cases.add_found': () => ({ filter: {} }),
    'cases.remove_alerts': async () => ({ ids: [await anAlert()] }),
    'views.add': () => ({ page: 'alerts', name: `view ${made++}`, state: '' }),
    'views.default': () => ({ page: 'alerts', view: null }),
    'views.change': () => ({ name: `view ${made++}` }),
    'views.note_search': () => ({ page: 'alerts', q: 'status: open' }),
    'session.password': () => ({ password: 'three small boats at noon' }),
    'users.add': () => ({ id: `new-${made++}`, name: 'New', roles: ['viewer'] }),
    'users.change': () => ({ name: 'Other' }),
    'keys.add': () => ({ name: 'k', scopes: ['rules:read'], days: 1 }),
    'session.open': () => ({ token: 'unknown' }),
    'alerts.change': async () => ({ ids: [{ id: await anAlert() }], action: { action: 'acknowledge' } }),
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
  const ids: Readonly<Record<string, (who: string) => string | Promise<string>>> = {
    ...Object.fromEntries(
      ['get', 'change', 'note', 'alerts', 'add_alerts', 'add_found', 'remove_alerts', 'export'].map(
        (verb) => [`cases.${verb}`, addCase],
      ),
    ),
    'views.change': addView,
    'views.remove': addView,
    'users.change': addSomebody,
    'users.remove': addSomebody,
    'users.link': addSomebody,
    'users.log_out': addSomebody,
    'keys.remove': addKey,
    'alerts.job_get': startJob,
    'alerts.job_undo': endJob,
    'alerts.job_cancel': startJob,
    'alerts.get': anAlert,
    'alerts.related': anAlert,
    'alerts.prevalence': anAlert,
    'events.get': () => server.events[0]?.event.id ?? '',
    'rules.get': () => 'rule-1',
    'exceptions.remove': addException,
    'parsers.get': () => 'nginx.error',
    'forecasts.get': () => 'events_per_minute',
    'detectors.get': () => 'logons',
    'detectors.put': () => 'logons',
    'detectors.remove': () => 'logons',
    'detectors.run': () => 'logons',
    'detectors.run_get': () => 'run-1',
    'detectors.run_cancel': () => 'run-1',
    'detectors.history': () => 'logons',
    'detectors.complete': () => 'logons',
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
    'usecases.get': keepUseCase,
    'usecases.put': keepUseCase,
    'usecases.remove': keepUseCase,
    'usecases.restore': keepUseCase,
    'rules.remove': keepRule,
    'rules.restore': keepRule,
    'rules.backtest_get': tryRule,
    'rules.backtest_cancel': tryRule,
    'dead_letters.get': () => '0-7',
    'dead_letters.job': workOnLetters,
    'dead_letters.cancel': workOnLetters,
  };

  /** Asks as `who`, who may be anybody the headers do not say. */
  return async function ask(name: string, headers: Record<string, string>, who = 'admin') {
    const row = routes.find((one) => one.name === name);
    if (row === undefined) throw new Error(name);
    const body = await bodies[name]?.(who);
    return server.api.inject({
      method: row.method,
      url:
        row.url
          .replace(/:id|:name/, (await ids[name]?.(who)) ?? '')
          .replace(':version', '1')
          .replace(':normal', '7d0f3c0a-55d1-4d3f-9a5c-0d9b8b6f2a11')
          .replace(':file', 'card.md') + (queries[name] ?? ''),
      headers: { host: 'localhost:8420', ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
  };
}

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

export const makeKey = (server: TestApi, user: string, scopes: readonly string[]) =>
  server.control.keys.add({ user, name: 'test', scopes, expiresAt: server.time.now + 60_000 });

/** What a route answers when all went well: those without content say that it is done, and nothing more. */
export function statusOf(name: string): number {
  const {
    schemas,
    produces,
    status = 200,
  } = routes.find((one) => one.name === name) as (typeof routes)[number];
  return schemas.answer === undefined && produces === undefined ? 204 : status;
}
