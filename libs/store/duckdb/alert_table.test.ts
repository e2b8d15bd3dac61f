import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Alert, EventMatch } from '@tidewatch/event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { always, eventOf, everyone, indexed, suiteClasses, suiteNow } from '../fixtures.suite.ts';
import { type DuckDbStore, openDuckDbStore } from './index.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-alerts-'));
});
afterEach(() => rm(directory, { recursive: true }));

const open = (): Promise<DuckDbStore> =>
  openDuckDbStore({ directory, classes: suiteClasses, clock: () => suiteNow });

const match = (i: number): EventMatch => ({
  id: `match "${i}"`,
  detector: { id: 'r', title: 'Rule', level: 'high', engine: 'sigma' },
  key: [{ field: 'host.name', value: 'web' }],
  time: suiteNow + i,
  position: { partition: 0, offset: i },
  bucketMs: 3_600_000,
  dataClass: 'short',
  event: eventOf(indexed({ host: { name: 'web' }, line: `one\ntwo ${i}` })),
  explanation: { engine: 'sigma', condition: 's', items: [], absent: [] },
});

/** Looks into the file, which no store has open. */
async function query(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(directory, 'alerts.db'));
  const connection = await instance.connect();
  const rows = await (await connection.run(sql)).getRows();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

it('keeps the matches of its samples and no others, over restarts', async () => {
  const seen: Alert[] = [];
  for (let round = 0; round < 5; round++) {
    const store = await open();
    for (let i = 0; i < 4; i++)
      await store.alerts.apply([match(8 * round + 2 * i), match(8 * round + 2 * i + 1)]);
    const { items } = await store.alerts.search({ range: always, sort: 'newest', limit: 10 }, everyone);
    for (const { id } of items) seen.push((await store.alerts.get(id, everyone)) as Alert);
    await store.close();
  }
  expect(seen.map(({ count }) => count)).toEqual([8, 16, 24, 32, 40]);
  expect(seen.at(-1)?.matches.map(({ id }) => id)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 39].map((i) => `match "${i}"`),
  );
  expect(seen.at(-1)?.matches.map(({ event }) => event.line)).toContain('one\ntwo 39');
  expect(await query('SELECT count(*), count(DISTINCT key) FROM matches')).toEqual([[10n, 10n]]);
  const store = await open();
  await store.alerts.deleteClass('short');
  await store.close();
  expect(await query('SELECT count(*) FROM matches')).toEqual([[0n]]);
});

it('goes on with alerts whose matches stand in the alert itself', async () => {
  const before = await open();
  await before.alerts.apply([match(0), match(1)]);
  const { items } = await before.alerts.search({ range: always, sort: 'newest', limit: 1 }, everyone);
  const alert = await before.alerts.get(items[0]?.id as string, everyone);
  await before.close();
  await query(`UPDATE alerts SET alert = '${JSON.stringify(alert).replaceAll("'", "''")}'`);
  await query('DROP TABLE matches');
  const store = await open();
  const [joined] = await store.alerts.apply([match(2)]);
  expect(joined?.alert).toMatchObject({
    count: 3,
    matches: [match(0), match(1), match(2)].map(({ id }) => ({ id })),
  });
  expect(await store.alerts.get(joined!.alert.id, everyone)).toEqual(joined?.alert);
  await store.close();
  expect(await query('SELECT count(*) FROM matches')).toEqual([[3n]]);
});
