import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let headers: Record<string, string>;
beforeAll(async () => {
  server = await startApi();
  headers = await server.logIn('analyst');
});
afterAll(() => server.stop());

const get = async (url: string) => (await server.api.inject({ url, headers })).json();
const post = (url: string, payload: object) => server.api.inject({ method: 'POST', url, headers, payload });

describe('alerts', () => {
  it('come as rows without their matches, and whole one by one', async () => {
    const { items, total } = await get('/api/alerts');
    expect([items.length, total]).toEqual([2, 2]);
    expect(items[0]).toMatchObject({ summary: 'Failed password on db-1', count: 2, status: 'open' });
    for (const hidden of ['matches', 'history', 'applied']) expect(items[0]).not.toHaveProperty(hidden);
    const alert = await get(`/api/alerts/${items[0].id}`);
    expect(alert.matches[0]).toMatchObject({
      event: { message: '<script>alert(1)</script> failed password for root on db-1' },
      explanation: { items: [{ spans: [[26, 41]], line: 12 }] },
    });
    expect(alert.matches[0]).not.toHaveProperty('position');
  });

  it('are counted by time and state', async () => {
    expect(await get('/api/alerts/histogram?from=now-1h&buckets=60')).toEqual({
      from: start - 3_600_000,
      to: start,
      stepMs: 60_000,
      buckets: [{ start: start - 3_600_000, count: 0, split: { high: 0 } }],
    });
    expect((await get('/api/alerts/totals')).totals).toEqual([
      { level: 'high', status: 'open', count: 1 },
      { level: 'high', status: 'open', count: 1 },
    ]);
  });

  it('change, tell every console, and change back', async () => {
    const [{ id, version }] = (await get('/api/alerts')).items;
    const told: string[] = [];
    const leave = server.deps.live.subscribe(({ frame }) => told.push(frame));
    const body = {
      ids: [{ id, version }, { id: 'gone' }],
      action: { action: 'close', reason: 'false_positive', note: 'a test' },
    };
    const answer = (await post('/api/alerts/actions', body)).json();
    expect(answer).toMatchObject({ changed: [{ id, status: 'closed' }], conflicts: ['gone'] });
    expect((await post('/api/alerts/actions', body)).json()).toMatchObject({
      changed: [],
      conflicts: [id, 'gone'],
    });
    expect((await post('/api/alerts/undo', { changeId: answer.changeId })).json().changed[0].status).toBe(
      'open',
    );
    leave();
    expect(told).toHaveLength(2);
    expect(told[0]).toContain(`"id":"${id}","effect":"changed","level":"high"`);
    const noted = (await server.audit()).filter(({ action }) => action === 'alerts.change');
    expect(noted).toHaveLength(2);
    expect(noted[1]).toMatchObject({ who: 'analyst', detail: { ...body, results: 1 } });
  });

  it.each([
    { ids: [], action: { action: 'acknowledge' } },
    { ids: [{ id: 'a' }], action: { action: 'close' } },
    { ids: [{ id: 'a' }], action: { action: 'close', reason: 'bored' } },
    { ids: [{ id: 'a' }], action: { action: 'note' } },
    { ids: Array(1001).fill({ id: 'a' }), action: { action: 'acknowledge' } },
    {},
  ])('refuse what the schema does not know (%#)', async (body) => {
    const answer = await post('/api/alerts/actions', body);
    expect(answer.statusCode).toBe(400);
    const { code, details } = answer.json();
    expect(code).toBe('REQUEST_INVALID');
    expect(details.issues[0].path).toMatch(/^body/);
  });
});

describe('events', () => {
  it('page by page', async () => {
    const first = await get('/api/events?limit=2');
    expect([first.items.length, first.total, first.next]).toEqual([2, 3, '2']);
    const second = await get(`/api/events?limit=2&after=${first.next}`);
    expect(second).toEqual({ items: [server.events[2]], total: 3 });
    const { items, next } = first;
    expect(await get('/api/events?limit=2&total=false')).toEqual({ items, next });
    expect(await get(`/api/events/${first.items[0].event.id}`)).toEqual(first.items[0]);
  });

  it('are counted in readable steps, and by value', async () => {
    const histogram = await get('/api/events/histogram?from=now-10m&buckets=10');
    expect(histogram.stepMs).toBe(60_000);
    expect(histogram.buckets.map(({ count }: { count: number }) => count)).toEqual([
      0, 0, 0, 0, 0, 0, 0, 1, 1, 1,
    ]);
    expect(await get('/api/events/top?field=host.name')).toEqual({
      field: 'host.name',
      values: [{ value: 'db-1', count: 3 }],
    });
    expect(await get('/api/events/fields')).toEqual({ fields: ['@timestamp', 'host.name'] });
  });

  it.each([
    ['/api/events?q=a:', { code: 'KQL_SYNTAX', details: { start: 2, end: 2 } }],
    ['/api/events?q=host.name==db-1', { code: 'KQL_SYNTAX', details: { suggestion: 'host.name: db-1' } }],
    [
      '/api/events?q=a:)or(b==1',
      { code: 'KQL_SYNTAX', details: { start: 2, faults: [{ start: 2 }, { start: 6 }, { start: 5 }] } },
    ],
    ['/api/alerts/histogram?q=(a', { code: 'KQL_SYNTAX', details: { start: 0, end: 1, suggestion: '(a)' } }],
    ['/api/events?from=yesterday', { code: 'TIME_INVALID' }],
    ['/api/events?from=now&to=now-1h', { code: 'RANGE_EMPTY' }],
    [
      '/api/events?limit=1001',
      { code: 'REQUEST_INVALID', message: expect.stringContaining('querystring/limit') },
    ],
    ['/api/events/top', { code: 'REQUEST_INVALID' }],
    ['/api/events/none', { code: 'EVENT_UNKNOWN' }],
    ['/api/alerts/none', { code: 'ALERT_UNKNOWN' }],
    ['/api/rules/none', { code: 'RULE_UNKNOWN' }],
    ['/api/none', { code: 'NOT_FOUND' }],
  ])('%s is refused in words', async (url, problem) => {
    const answer = await get(url);
    expect(answer).toMatchObject(problem);
    expect(answer.message).not.toMatch(/[{}]/);
  });
});

describe('every read of data (V6)', () => {
  it('is in the audit log with who, query and result size', async () => {
    await get('/api/events?q=host.name:%20db-1&from=now-90s');
    await get('/api/dead-letters?limit=7');
    await server.control.audit.append({ who: 'test', action: 'flush', target: '', detail: null });
    const [, letters, search] = await server.audit();
    expect(search).toMatchObject({
      who: 'analyst',
      action: 'events.search',
      target: '/api/events',
      detail: { q: 'host.name: db-1', from: 'now-90s', to: 'now', limit: 100, sort: 'newest', results: 2 },
    });
    expect(letters).toMatchObject({ action: 'dead_letters.list', detail: { limit: 7, results: 1 } });
  });
});

describe('when the audit log cannot be written', () => {
  it('nothing is shown or changed until it can', async () => {
    let broken = true;
    const { control } = server;
    const audit = {
      ...control.audit,
      append: (entry: Parameters<typeof control.audit.append>[0]) =>
        broken ? Promise.reject(new Error('disk full at /secret/path')) : control.audit.append(entry),
    };
    let removed = 0;
    const demo = { active: () => true, remove: async () => ({ events: ++removed, alerts: 0 }) };
    const failing = await startApi({ control: { ...control, audit }, demo });
    const admin = await server.logIn('admin');
    const ask = (method: 'GET' | 'DELETE', url: string) =>
      failing.api.inject({ method, url, headers: admin });
    expect((await ask('GET', '/api/events')).statusCode).toBe(200);
    const refused = await ask('GET', '/api/events');
    expect([refused.statusCode, refused.json().code]).toEqual([503, 'AUDIT_UNAVAILABLE']);
    expect(refused.body).not.toContain('secret');
    expect(failing.deps.health.list()).toMatchObject([{ name: 'audit', state: 'degraded' }]);
    expect((await ask('DELETE', '/api/demo')).json().code).toBe('AUDIT_UNAVAILABLE');
    expect(removed).toBe(0);
    broken = false;
    expect((await ask('GET', '/api/events')).statusCode).toBe(200);
    expect(failing.deps.health.list()).toMatchObject([{ name: 'audit', state: 'ready' }]);
    await failing.stop();
  });
});

describe('backtests', () => {
  it('run over a range of time, and can be looked at and ended', async () => {
    const { id, ...job } = (
      await post('/api/rules/backtests', { source: 'title: x', from: 'now-1h' })
    ).json();
    expect(job).toMatchObject({ by: 'analyst', state: 'done', from: start - 3_600_000, to: start });
    expect(await get(`/api/rules/backtests/${id}`)).toMatchObject({ id, result: { events: 0 } });
    expect((await get('/api/rules/backtests/none')).code).toBe('BACKTEST_UNKNOWN');
    const ended = await server.api.inject({ method: 'DELETE', url: `/api/rules/backtests/${id}`, headers });
    expect(ended.statusCode).toBe(200);
    expect((await post('/api/rules/backtests', { source: '', from: 'now-1h' })).statusCode).toBe(400);
    const set = { sources: ['title: x'.padEnd(600_000)], rules: ['x'] };
    const compare = { before: set, after: { ...set, sources: [...set.sources, 'title: y'.padEnd(600_000)] } };
    expect((await post('/api/rules/backtests', { compare })).json()).toMatchObject({ state: 'done' });
    for (const body of [{}, { source: 'title: x', compare }])
      expect((await post('/api/rules/backtests', body)).json().message).toContain('either');
    const large = { ...set, sources: Array.from({ length: 40 }, () => 'x'.padEnd(1_000_000)) };
    expect(
      (await post('/api/rules/backtests', { compare: { before: large, after: set } })).json(),
    ).toMatchObject({
      code: 'BODY_TOO_LARGE',
      message: 'The body is larger than 32768 kB.',
    });
    expect((await post('/api/rules/backtests', { source: 'title: x', from: 'now' })).json().code).toBe(
      'RANGE_EMPTY',
    );
  });
});
