import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EcsEvent, encodeEvent } from '@tidewatch/event';
import { parseDataClasses } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logonEvent, logonMatch } from './memory.fixture.ts';
import { memoryDetectors } from './memory_detectors.fixture.ts';
import { start, startApi, type TestApi } from './server.fixture.ts';

let directory: string;
let store: DuckDbStore;
let server: TestApi;
let headers: Record<string, string>;

const classes = parseDataClasses(`
classes:
  unapproved: { description: Sources without an approved use-case, ttl: 7d, readers: [analyst] }
approvals: []
`);

/** What a detector found three days before. */
function scored(name: string, suppressed: string): EcsEvent {
  const { host: _, ...event } = logonEvent(start - 3 * 86_400_000);
  const score = { engine: 'forest', name, suppressed };
  return {
    ...event,
    event: { ...event.event, dataset: 'tidewatch.scores' },
    tidewatch: { source: 'scorer', data_class: 'unapproved', score },
  };
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-api-duckdb-'));
  store = await openDuckDbStore({ directory, classes, clock: () => start });
  const events = Array.from({ length: 250 }, (_, i) =>
    logonEvent(start - 1 - i * 1_000, i % 5 === 0 ? 'web-1' : 'db-1'),
  );
  await store.events.write(
    [...events, scored('logons', 'confidence'), scored('others', 'normal')].map((event, offset) => {
      const { head, json } = encodeEvent(event);
      return { position: { partition: 0, offset }, head, senderChosenId: false, bytes: Buffer.from(json) };
    }),
  );
  await store.alerts.apply([logonMatch(start - 1_000, 'db-1', 1), logonMatch(start - 2_000, 'web-1', 2)]);
  const stores = { events: store.events, alerts: store.alerts, dataClasses: classes };
  server = await startApi({ ...stores, detectors: memoryDetectors() });
  headers = await server.logIn('analyst');
});
afterAll(async () => {
  await server.stop();
  await store.close();
  rmSync(directory, { recursive: true });
});

const get = async (url: string, as = headers) => (await server.api.inject({ url, headers: as })).json();
const post = async (url: string, payload: object) =>
  (await server.api.inject({ method: 'POST', url, headers, payload })).json();
const q = encodeURIComponent;

describe('over the embedded store', () => {
  it('events are found by KQL, page by page, each once', async () => {
    const ids = new Set<string>();
    let after = '';
    do {
      const page = await get(`/api/events?limit=70&q=${q('host.name: db-1')}${after}`);
      expect(page.total).toBe(200);
      for (const { host, event } of page.items) {
        expect(host.name).toBe('db-1');
        ids.add(event.id);
      }
      after = page.next === undefined ? '' : `&after=${q(page.next)}`;
    } while (after !== '');
    expect(ids.size).toBe(200);
    expect((await get('/api/events?after=nonsense')).code).toBe('PAGE_TOKEN_INVALID');
  });

  it('events are counted over time and by value', async () => {
    const { stepMs, buckets } = await get('/api/events/histogram?from=now-5m&buckets=5&split=host.name');
    expect(stepMs).toBe(60_000);
    expect(buckets.map(({ count }: { count: number }) => count)).toEqual([10, 60, 60, 60, 60]);
    expect(buckets.at(-1).split).toEqual({ 'db-1': 48, 'web-1': 12 });
    expect((await get('/api/events/top?field=host.name')).values).toEqual([
      { value: 'db-1', count: 200 },
      { value: 'web-1', count: 50 },
    ]);
    expect((await get('/api/events/top?field=host.name&order=rare&limit=1')).values).toEqual([
      { value: 'web-1', count: 50 },
    ]);
    expect((await get('/api/events/fields')).fields).toContain('host.name');
  });

  it('queries are completed, within what the reader may see', async () => {
    const fields = await get(`/api/events/complete?text=${q('not host.n')}`);
    expect(fields).toMatchObject({ expects: 'field', start: 4, end: 10 });
    expect(fields.suggestions).toContainEqual(
      expect.objectContaining({ label: 'host.name', text: 'host.name', seen: true }),
    );
    const values = await get(`/api/events/complete?text=${q('host.name: (x or d) and y')}&position=18`);
    expect(values).toMatchObject({ expects: 'value', start: 17, end: 18 });
    expect(values.suggestions).toEqual([{ label: 'db-1', text: 'db-1', count: 200 }]);
    const viewer = await server.logIn('viewer');
    const ofAlerts = await get(`/api/alerts/complete?text=${q('rule.l')}`);
    expect(ofAlerts.suggestions[0]).toMatchObject({ label: 'rule.level', type: 'keyword', seen: true });
    const severities = await get(`/api/alerts/complete?text=${q('rule.level: ')}`);
    expect(severities.suggestions).toEqual([{ label: 'high', text: 'high', count: 2 }]);
    const ofDetector = await get(`/api/detectors/logons/complete?text=${q('u')}`);
    expect(ofDetector.suggestions[0]).toMatchObject({ label: 'user.name', says: 'whose interval it is' });
    const grades = await get(
      `/api/detectors/logons/complete?from=now-7d&text=${q('tidewatch.score.suppressed: ')}`,
    );
    expect(grades.suggestions).toEqual([{ label: 'confidence', text: 'confidence', count: 1 }]);
    const ungrouped = await get(`/api/alerts/complete?text=${q('a..b: ')}`);
    expect(ungrouped.suggestions).toEqual([]);
    expect((await get(`/api/alerts/complete?text=${q('status: ')}`, viewer)).suggestions).toEqual([]);
    expect((await get(`/api/events/complete?text=${q('host.name: ')}`, viewer)).suggestions).toEqual([]);
  });

  it('what asks too much is refused with a reason, and the next query is answered', async () => {
    const wide = Array.from({ length: 310 }, (_, i) => `a${i}:b`).join(' or ');
    expect((await get(`/api/events?q=${q(wide)}`)).code).toBe('QUERY_TOO_WIDE');
    for (const field of ['*', 'generic.*', '**', 'a..b', '"', '$', '#']) {
      expect((await get(`/api/events/top?field=${q(field)}`)).values).toEqual([]);
      const { buckets } = await get(`/api/events/histogram?split=${q(field)}`);
      expect(buckets.length).toBeGreaterThan(0);
    }
    const bombs = ['/a{1,900}a{1,900}/', '('.repeat(2_000), 'not '.repeat(1_000), '*a'.repeat(1_500)];
    for (const bomb of bombs) {
      const { code } = await get(`/api/events?q=${q(bomb)}`);
      expect([bomb.slice(0, 9), code === undefined || code === 'KQL_SYNTAX']).toEqual([
        bomb.slice(0, 9),
        true,
      ]);
    }
    expect((await get(`/api/events?q=${q('x'.repeat(5_000))}`)).code).toBe('REQUEST_INVALID');
    expect((await get('/api/events')).total).toBe(250);
  });

  it('alerts are found, changed with conflicts told, and changed back', async () => {
    const { items, total } = await get(`/api/alerts?q=${q('host.name: web-1 and status: open')}`);
    expect([items.length, total]).toEqual([1, 1]);
    const [{ id, version }] = items;
    expect((await get(`/api/alerts/${id}`)).matches[0].explanation.items[0].spans).toEqual([[26, 41]]);
    const body = { ids: [{ id, version }], action: { action: 'acknowledge' } };
    const change = await post('/api/alerts/actions', body);
    expect(change.changed[0]).toMatchObject({ id, status: 'acknowledged', assignee: 'analyst' });
    expect((await post('/api/alerts/actions', body)).conflicts).toEqual([id]);
    const totals = async () =>
      (await get('/api/alerts/totals')).totals.map(({ status }: { status: string }) => status).sort();
    expect(await totals()).toEqual(['acknowledged', 'open']);
    await post('/api/alerts/undo', { changeId: change.changeId });
    expect(await totals()).toEqual(['open']);
    expect((await post('/api/alerts/undo', { changeId: 'none' })).code).toBe('CHANGE_UNKNOWN');

    const assign = (to: string | null, retry: string) =>
      post('/api/alerts/actions', { ids: [{ id }], action: { action: 'assign', to }, retry });
    for (const to of ['viewer', 'nobody'])
      expect((await assign(to, 'made-up-anew-000')).code).toBe('ALERT_ASSIGNEE');
    const given = await assign('analyst', 'made-up-anew-001');
    expect(given.changed).toMatchObject([{ status: 'open', assignee: 'analyst' }]);
    expect((await assign('analyst', 'made-up-anew-001')).changed[0].version).toBe(given.changed[0].version);
    // Who lost the answer does not know what the change is called.
    const taken = await post('/api/alerts/undo', { retry: 'made-up-anew-001' });
    expect(taken).toMatchObject({ changed: [{ id, assignee: null }], conflicts: [] });
    const filter = { q: 'status: open' };
    const job = await post('/api/alerts/jobs', { filter, action: { action: 'assign', to: 'viewer' } });
    expect(job.code).toBe('ALERT_ASSIGNEE');
  });

  it('a viewer sees nothing of a class for analysts', async () => {
    const viewer = await server.logIn('viewer');
    expect(await get('/api/events', viewer)).toEqual({ items: [], total: 0 });
    expect(await get('/api/alerts', viewer)).toEqual({ items: [], total: 0 });
    expect((await get('/api/events/top?field=host.name', viewer)).values).toEqual([]);
  });
});
