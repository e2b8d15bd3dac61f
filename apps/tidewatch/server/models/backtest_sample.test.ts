import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDataClasses } from '@tidewatch/store';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { indexedFrom } from '../../../../libs/store/fixtures.suite.ts';
import { sending } from '../../../scorer/onnx_model.fixture.ts';
import { backtestSample, stretchesOf } from './backtest_sample.ts';

const hour = 3_600_000;
const days = 4;
const start = Math.floor(Date.now() / hour) * hour - days * 24 * hour;
const scope = { principal: 'tests', dataClasses: 'all' } as const;
const classes = parseDataClasses(`
classes:
  endpoint: { description: hosts, ttl: 90d, readers: [analyst] }
approvals: []
`);

/** An event every two minutes for four days but for the third; in one hour, twenty a minute. */
const times = Array.from({ length: days * 24 * 30 }, (_, i) => start + i * 120_000)
  .filter((time) => Math.floor((time - start) / (24 * hour)) !== 2)
  .concat(Array.from({ length: 1_200 }, (_, i) => start + 40 * hour + i * 3_000))
  .sort((a, b) => a - b);

let directory: string;
let store: Awaited<ReturnType<typeof openDuckDbStore>>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewatch-sample-'));
  store = await openDuckDbStore({ directory, classes });
  await store.events.write(
    times.map((time, offset) =>
      indexedFrom(sending(`e${offset}`, time), { position: { partition: 0, offset } }),
    ),
  );
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

async function sampleOf(most: number, lookBack = 0) {
  const range = { from: start - 30 * 24 * hour, to: Date.now() + hour };
  const sample = await backtestSample(store.events, { query: { kind: 'all' }, range, most, lookBack }, scope);
  const taken: number[] = [];
  let covered = 0;
  for await (const page of sample.pages) {
    taken.push(...page.events.map((event) => Date.parse(event['@timestamp'])));
    covered += page.covered;
  }
  return { total: sample.total, taken, covered };
}

it('is all, in order of time, where as many are asked for', async () => {
  const { total, taken, covered } = await sampleOf(times.length);
  expect([total, covered]).toEqual([times.length, (times.at(-1) as number) - start]);
  expect(taken).toEqual(times);
});

it('lies evenly in the time from the first to the last, however busy an hour was', async () => {
  const { total, taken, covered } = await sampleOf(1_000);
  expect(total).toBe(times.length);
  expect(taken).toEqual(taken.toSorted((a, b) => a - b));
  expect(taken.length).toBeLessThanOrEqual(1_000);
  expect(taken.length).toBeGreaterThan(500);
  const span = (times.at(-1) as number) - start;
  const slices = new Set(taken.map((time) => Math.floor((24 * (time - start)) / (span + 1))));
  expect(slices.size).toBe(18);
  // Of all hours of the day, not the same one of each.
  expect(new Set(taken.map((time) => Math.floor(time / hour) % 24)).size).toBeGreaterThan(16);
  // The day without any was looked at, too.
  const quiet = taken.filter((time) => time < start + 40 * hour || time >= start + 41 * hour);
  expect((quiet.length * 120_000) / covered).toBeGreaterThan(0.7);
  expect((quiet.length * 120_000) / covered).toBeLessThan(0.8);
});

it('has longer stretches where features look back, and one, the newest, where they look back far', async () => {
  const range = { from: 0, to: 100 * hour };
  const lengths = (share: number, lookBack: number) => stretchesOf(range, share, lookBack);
  expect(lengths(0.24, 0)).toHaveLength(24);
  expect(lengths(0.24, hour)).toHaveLength(6);
  expect(lengths(0.24, 24 * hour)).toEqual([{ from: 76 * hour, to: 100 * hour }]);
  for (const { from, to } of lengths(0.24, hour)) expect((to - from) / hour).toBeCloseTo(4, 1);
});
