import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDataClasses } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logonMatch } from './memory.fixture.ts';
import { start, startApi, type TestApi } from './server.fixture.ts';

const classes = parseDataClasses(`
classes:
  web: { description: Web servers, ttl: 7d, readers: [analyst] }
  system: { description: Systems, ttl: 7d, readers: [analyst] }
approvals: []
`);
type Headers = Record<string, string>;
const q = encodeURIComponent;

let directory: string;
let store: DuckDbStore;
let server: TestApi;
/** Sees all; sees the class `web` alone. */
let analyst: Headers;
let narrow: Headers;
let viewer: Headers;
/** Ids by host: three of the class web, one of the class system. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-api-cases-'));
  store = await openDuckDbStore({ directory, classes, clock: () => start });
  await store.alerts.apply(
    ['web1', 'web2', '=web3|<b>', 'dc1'].map((host, at) => ({
      ...logonMatch(start - 1_000 - at, host, at + 1),
      dataClass: host === 'dc1' ? 'system' : 'web',
    })),
  );
  server = await startApi({ alerts: store.alerts, dataClasses: classes });
  analyst = await server.logIn('analyst');
  viewer = await server.logIn('viewer');
  narrow = await server.logIn('engineer');
  await server.control.users.save({
    ...{ id: 'engineer', name: 'Bob', roles: ['engineer'], reach: { dataClasses: ['web'] } },
  });
  const { items } = await get('/api/alerts');
  for (const { id, key } of items) ids[key[0].value] = id;
});
afterAll(async () => {
  await server.stop();
  await store.close();
  rmSync(directory, { recursive: true });
});

const get = async (url: string, as = analyst) => (await server.api.inject({ url, headers: as })).json();
const send = async (method: 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, as = analyst) =>
  (await server.api.inject({ method, url, headers: as, ...(payload && { payload }) })).json();
const open = async (hosts: readonly string[], more: object = {}) =>
  (await send('POST', '/api/cases', { title: 'Guessed', alerts: hosts.map((host) => ids[host]), ...more }))
    .case;
const statusOf = async (host: string) => (await get(`/api/alerts/${ids[host]}`)).status;

describe('cases', () => {
  it('take alerts by id and by query, and say which of them are unknown', async () => {
    const { id, ...opened } = await open(['web1']);
    expect(opened).toMatchObject({ status: 'open', severity: 'medium', createdBy: 'analyst', alerts: 1 });
    const added = await send('POST', `/api/cases/${id}/alerts`, { ids: [ids.web2, 'nothing'] });
    expect(added).toMatchObject({ alerts: 1, conflicts: ['nothing'], case: { alerts: 2 } });
    const found = await send('POST', `/api/cases/${id}/alerts/found`, { filter: { q: 'host.name: *web*' } });
    expect(found).toMatchObject({ alerts: 1, case: { alerts: 3 } });
    await send('POST', '/api/cases/undo', { changeId: found.changeId });
    const { items } = await get(`/api/cases/${id}/alerts`);
    expect(items.map((item: { alert: { id: string } }) => item.alert.id).sort()).toEqual(
      [ids.web1, ids.web2].sort(),
    );
    expect((await get(`/api/cases?alert=${ids.web2}`)).items).toMatchObject([{ id }]);
    expect((await send('POST', `/api/cases/${id}/alerts/found`, { filter: { q: 'a: (' } })).code).toBe(
      'KQL_SYNTAX',
    );
  });

  it('are found by KQL', async () => {
    const severe = await open([], { title: 'Worst of all', severity: 'critical', owner: 'engineer' });
    const titles = async (text: string) =>
      (await get(`/api/cases?q=${q(text)}`)).items.map(({ id }: { id: string }) => id);
    expect(await titles('severity: critical and owner: engineer')).toEqual([severe.id]);
    expect(await titles('title: worst* and opened_by: analyst and alerts < 1')).toEqual([severe.id]);
    expect(await titles('status: closed')).toEqual([]);
    expect((await get('/api/cases?q=(')).code).toBe('KQL_SYNTAX');
    const { suggestions } = await get(`/api/cases/complete?text=${q('severity: cr')}`);
    expect(suggestions).toEqual([{ label: 'critical', text: 'critical', count: 1 }]);
    const fields = await get('/api/cases/complete?text=sev');
    expect(fields.suggestions).toMatchObject([{ label: 'severity', type: 'keyword', seen: true }]);
    expect((await get('/api/cases/complete?text=', viewer)).code).toBe('ROLE_MISSING');
  });

  it('show who sees only some classes that there is an alert, and nothing of it', async () => {
    const { id } = await open(['web1']);
    // Alerts stand in the order in which they were added.
    server.time.now += 1;
    await send('POST', `/api/cases/${id}/alerts`, { ids: [ids.dc1] });
    const secret = await open(['dc1']);
    const { items } = await get(`/api/cases/${id}/alerts`, narrow);
    expect(items).toMatchObject([{ state: 'shown', alert: { id: ids.web1 } }, { state: 'hidden' }]);
    expect(JSON.stringify(items)).not.toContain(ids.dc1);
    expect((await get(`/api/cases/${secret.id}`, narrow)).code).toBe('CASE_UNKNOWN');
    const added = await send('POST', `/api/cases/${id}/alerts`, { ids: [ids.dc1] }, narrow);
    expect(added).toMatchObject({ alerts: 0, conflicts: [ids.dc1] });
    const removed = await send('POST', `/api/cases/${id}/alerts/remove`, { ids: [ids.dc1] }, narrow);
    expect(removed).toMatchObject({ alerts: 0, case: { alerts: 2 } });
    expect((await get('/api/cases', viewer)).code).toBe('ROLE_MISSING');
  });

  it('close with the alerts that their closer sees, and open with them when that is taken back', async () => {
    const { id } = await open(['web1', 'dc1']);
    const body = { version: 1, status: 'closed', closeAlerts: { reason: 'duplicate' } };
    const closed = await send('PUT', `/api/cases/${id}`, body, narrow);
    expect(closed).toMatchObject({ alerts: 1, conflicts: [], case: { status: 'closed', version: 2 } });
    expect([await statusOf('web1'), await statusOf('dc1')]).toEqual(['closed', 'open']);
    const { history } = await get(`/api/cases/${id}`);
    expect(history.at(-1)).toMatchObject({ by: 'engineer', detail: { reason: 'duplicate', alerts: 1 } });
    const late = await send('PUT', `/api/cases/${id}`, { version: 1, title: 'Late' });
    expect(late).toMatchObject({ code: 'CASE_CHANGED', details: { version: 2 } });
    const undone = await send('POST', '/api/cases/undo', { changeId: closed.changeId }, narrow);
    expect(undone).toMatchObject({ case: { status: 'open' }, conflicts: [] });
    expect(await statusOf('web1')).toBe('open');
  });

  it('are owned by who may work on them, and close alerts only when they close', async () => {
    const { id } = await open([]);
    for (const owner of ['viewer', 'nobody'])
      expect((await send('PUT', `/api/cases/${id}`, { version: 1, owner })).code).toBe('CASE_OWNER');
    const { owners } = await get('/api/cases/owners');
    expect(owners.map((user: { id: string }) => user.id)).toEqual(['admin', 'analyst', 'engineer']);
    const body = { version: 1, closeAlerts: { reason: 'other' } };
    expect((await send('PUT', `/api/cases/${id}`, body)).code).toBe('REQUEST_INVALID');
  });

  it('leave as text that stays text, with a reason that is noted first', async () => {
    const { id } = await open(['web1', '=web3|<b>', 'dc1'], { title: '# <script>alert(1)</script>' });
    await send('POST', `/api/cases/${id}/notes`, {
      note: 'first line\n| <img src=x> https://web3.example.net or www.example.net',
    });
    const url = `/api/cases/${id}/export?reason=${q('for the report')}`;
    const markdown = (await server.api.inject({ url, headers: narrow })).body;
    expect(markdown).toContain('# \\# \\<script\\>');
    expect(markdown).not.toMatch(/(?<!\\)<|(?<!\\)\| *<|web3\|/);
    expect(markdown).toContain('> \\| \\<img src=x\\> https\\://web3.example.net or www\\.example.net');
    expect(markdown.match(/of a data class that is not shown/g)).toHaveLength(1);
    const lines = (await server.api.inject({ url: `${url}&format=ndjson`, headers: analyst })).body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind }) => kind)).toEqual(['case', 'entry', 'entry', 'alert', 'alert', 'alert']);
    expect((await get(`/api/cases/${id}/export`)).code).toBe('REQUEST_INVALID');
    const noted = (await server.audit()).find(({ action }) => action === 'cases.export');
    expect(noted?.detail).toMatchObject({ reason: 'for the report', alerts: 3 });
  });
});

it('alerts leave as CSV with the columns asked for, and as NDJSON without what is the store’s', async () => {
  const url = `/api/alerts/export?reason=${q('for the report')}&q=${q('host.name: *web*')}`;
  const csv = await server.api.inject({
    url: `${url}&format=csv&fields=host.name,rule.level,last`,
    headers: narrow,
  });
  expect(csv.headers['content-disposition']).toBe('attachment; filename="tidewatch-alerts.csv"');
  const lines = csv.body.split('\r\n');
  expect(lines[0]).toBe('host.name,rule.level,last');
  expect(lines.slice(1, 4).sort()).toEqual([
    `'=web3|<b>,high,${new Date(start - 1_002).toISOString()}`,
    `web1,high,${new Date(start - 1_000).toISOString()}`,
    `web2,high,${new Date(start - 1_001).toISOString()}`,
  ]);
  const rows = (await server.api.inject({ url, headers: analyst })).body.trim().split('\n');
  expect(rows.map((row) => Object.keys(JSON.parse(row)))).toSatisfy((all: string[][]) =>
    all.every(
      (names) => names.includes('summary') && !names.includes('applied') && !names.includes('history'),
    ),
  );
  expect(rows).toHaveLength(3);
  const couldBegin = async (query: string) =>
    (
      await server.api.inject({
        url: `/api/alerts/export?reason=review&check=true&q=${q(query)}`,
        headers: analyst,
      })
    ).statusCode;
  expect([await couldBegin('status: open'), await couldBegin('status: (')]).toEqual([204, 400]);
  const noted = (await server.audit()).filter(({ action }) => action.startsWith('alerts.export'));
  expect(noted.map(({ action, who, detail }) => [action, who, (detail as { rows?: number }).rows])).toEqual([
    ['alerts.exported', 'analyst', 3],
    ['alerts.export', 'analyst', undefined],
    ['alerts.exported', 'engineer', 3],
    ['alerts.export', 'engineer', undefined],
  ]);
});

it('views and searches are kept for who made them', async () => {
  const body = { page: 'alerts', name: 'Severe', state: 'q=rule.level%3A+high', shared: true };
  const { id } = await send('POST', '/api/views', body);
  expect((await get('/api/views', viewer)).views).toMatchObject([{ id, owner: 'analyst' }]);
  expect((await send('PUT', `/api/views/${id}`, { name: 'Mine' }, viewer)).code).toBe('VIEW_UNKNOWN');
  expect((await send('POST', '/api/views', body)).code).toBe('VIEW_NAME_TAKEN');
  const set = { page: 'alerts', view: id };
  expect(
    (await server.api.inject({ method: 'PUT', url: '/api/views/default', headers: viewer, payload: set }))
      .statusCode,
  ).toBe(204);
  expect((await get('/api/views', viewer)).views).toMatchObject([{ isDefault: true }]);
  const search = { page: 'alerts', q: 'status: open' };
  await server.api.inject({ method: 'PUT', url: '/api/searches', headers: viewer, payload: search });
  expect(await get('/api/searches?page=alerts', viewer)).toEqual({ searches: ['status: open'] });
  expect(await get('/api/searches?page=alerts')).toEqual({ searches: [] });
});
