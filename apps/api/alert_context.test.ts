import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventMatch, encodeEvent } from '@tidewatch/event';
import { parseDataClasses } from '@tidewatch/store';
import { type DuckDbStore, openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logonEvent, logonMatch } from './memory.fixture.ts';
import { prevalenceOf } from './prevalence.ts';
import { start, startApi, type TestApi } from './server.fixture.ts';

const day = 86_400_000;
const minute = 60_000;
const classes = parseDataClasses(`
classes:
  unapproved: { description: Sources without an approved use-case, ttl: 60d, readers: [analyst] }
approvals: []
`);

const processEvent = (time: number, host: string, name: string) => ({
  ...logonEvent(time, host),
  process: { name },
  user: { name: 'EXAMPLE\\alice' },
});
const seen = [
  ...[0, 1, 2, 3, 4, 5].map((i) => processEvent(start - i * day - 1_000, `db-${i}`, 'sh')),
  processEvent(start - 1_000, 'db-1', 'od?"*'),
  processEvent(start - 29 * day, 'db-2', 'od?"*'),
  processEvent(start - 31 * day, 'db-3', 'od?"*'),
  processEvent(start - 2_000, 'db-3', 'odd"s'),
];

const found = (path: string, value: string) => ({
  ...{ selection: 'selection', field: path, modifiers: [], pattern: value, path, value },
  ...{ spans: [], line: 1 },
});
const ofRule = (id: string, match: EventMatch, ...items: ReturnType<typeof found>[]): EventMatch => ({
  ...match,
  detector: { ...match.detector, id },
  explanation: { engine: 'sigma', condition: 'selection', items, absent: [] },
});

let directory: string;
let store: DuckDbStore;
let server: TestApi;
let id: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidewatch-alert-context-'));
  store = await openDuckDbStore({ directory, classes, clock: () => start });
  await store.events.write(
    seen.map((event, offset) => {
      const { head, json } = encodeEvent(event);
      return { position: { partition: 0, offset }, head, senderChosenId: false, bytes: Buffer.from(json) };
    }),
  );
  const own = {
    ...logonMatch(start - 1_000, 'db-1', 1),
    key: [
      { field: 'host.name', value: 'db-1' },
      { field: 'user.name', value: 'alice' },
    ],
    event: processEvent(start - 1_000, 'db-1', 'od?"*'),
  };
  const items = [
    found('process.name', 'od?"*'),
    found('process.name', 'sh'),
    found('process.name', 'sh'),
    found('message', 'failed password for root on db-1'),
    found('process.command_line', 'x'.repeat(1_001)),
  ];
  const effects = await store.alerts.apply([
    ofRule('odd', own, ...items),
    ...[1, 2, 3, 4].map((n) =>
      ofRule('odd', logonMatch(start - n * minute, `web-${n}`, 10 + n), found('host.name', `web-${n}`)),
    ),
    ofRule('odd', logonMatch(start - 17 * minute, 'web-5', 20), found('host.name', 'web-5')),
    ofRule('other', logonMatch(start - 14 * minute, 'db-1', 21), found('host.name', 'db-1')),
    ofRule('old', logonMatch(start - 90 * minute, 'db-1', 22), found('host.name', 'db-1')),
  ]);
  id = effects.find(({ alert }) => alert.key.length === 2)?.alert.id ?? '';
  server = await startApi({ events: store.events, alerts: store.alerts, dataClasses: classes });
});
afterAll(async () => {
  await server.stop();
  await store.close();
  rmSync(directory, { recursive: true });
});

const get = async (path: string) => {
  const headers = await server.logIn('analyst');
  return (await server.api.inject({ url: `/api/alerts/${id}/${path}`, headers })).json();
};

describe('what stands around an alert', () => {
  it('are others of its entity and of its rule within a quarter of an hour, each counted', async () => {
    const { groups } = await get('related');
    expect(groups.map((one: Record<string, unknown>) => [one.field, one.value, one.total])).toEqual([
      ['host.name', 'db-1', 1],
      ['user.name', 'alice', 0],
      ['rule.id', 'odd', 4],
    ]);
    expect(groups[0].items).toMatchObject([{ detector: { id: 'other' } }]);
    expect(groups[2].items.map((one: { key: { value: string }[] }) => one.key[0]?.value)).toEqual([
      'web-1',
      'web-2',
      'web-3',
    ]);
    const all = await server.api.inject({
      url: `/api/alerts?q=${encodeURIComponent(groups[2].query)}&from=0`,
      headers: await server.logIn('analyst'),
    });
    expect(all.json().total).toBe(6);
  });

  it('says in how many events, on how many hosts and days a match’s values were, the rarest first', async () => {
    expect(await get('prevalence')).toMatchObject({
      days: 30,
      values: [
        { field: 'process.name', value: 'od?"*', events: 2, hosts: 2, days: 2 },
        { field: 'host.name', value: 'db-1', events: 2, hosts: 1, days: 2 },
        { field: 'process.name', value: 'sh', events: 6, hosts: 6, days: 6 },
        { field: 'user.name', value: 'EXAMPLE\\alice', events: 9, hosts: 6, days: 7 },
      ],
      late: [],
    });
    await server.control.audit.append({ who: 'test', action: 'flush', target: '', detail: null });
    const { items } = await server.control.audit.read({ limit: 5, action: 'alerts.prevalence' });
    expect(items).toHaveLength(1);
  });

  it('refuses a match that the alert does not keep', async () => {
    expect((await get('prevalence?match=none')).code).toBe('MATCH_UNKNOWN');
  });

  it('names what could not be counted in time, and does not wait for it', async () => {
    const never = () => new Promise<never>(() => undefined);
    const events = { prevalence: never };
    const values = [
      { field: 'process.name', value: 'sh' },
      { field: 'host.name', value: 'db-1' },
    ];
    const told = await prevalenceOf(values, start, { principal: 'alice', dataClasses: 'all' }, events, 1);
    expect(told).toMatchObject({ values: [], late: ['process.name', 'host.name'] });
  });
});

it('counts the alerts of each rule, open and closed, and remembers the last', async () => {
  const headers = await server.logIn('analyst');
  const action = { action: 'close', reason: 'false_positive' };
  await server.api.inject({
    ...{ method: 'POST', url: '/api/alerts/actions', headers },
    payload: { ids: [{ id }], action },
  });
  const { rules } = (await server.api.inject({ url: '/api/rules/verdicts', headers })).json();
  expect(rules).toContainEqual({ id: 'odd', alerts: 6, last: start - 1_000, closed: 1, falsePositives: 1 });
  expect(rules).toContainEqual({
    ...{ id: 'other', alerts: 1, last: start - 14 * minute },
    ...{ closed: 0, falsePositives: 0 },
  });
});
